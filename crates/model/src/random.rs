//! Randomness as an argument: the operating system's, or a reproducible stream for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// Where random bytes come from. Clones of a seeded source share one stream.
#[derive(Clone, Debug, Default)]
pub enum Random {
    /// The operating system's generator.
    #[default]
    System,
    /// SHA-256 over a counter: the same bytes at each run. For tests only.
    Seeded(Arc<AtomicU64>),
}

impl Random {
    /// A reproducible source.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(AtomicU64::new(seed)))
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing that Bonded does is safe without it.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        match self {
            Self::System => getrandom::fill(&mut out).expect("the operating system gives random bytes"),
            Self::Seeded(counter) => {
                for chunk in out.chunks_mut(32) {
                    let block = Sha256::digest(counter.fetch_add(1, Ordering::SeqCst).to_be_bytes());
                    chunk.copy_from_slice(&block[..chunk.len()]);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_never_the_same_bytes_twice() {
        let (one, two) = (Random::seeded(7), Random::seeded(7));
        assert_eq!(one.bytes::<40>(), two.bytes::<40>());
        assert_ne!(one.bytes::<32>(), one.bytes::<32>());
    }
}
