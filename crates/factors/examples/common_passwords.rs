//! Makes `data/common-passwords.bin`: `common_passwords LIST… > data/common-passwords.bin`, with one password a line in
//! each list. Keeps what the estimate of `strength` would let pass, for the rest is refused without a list.

use std::collections::BTreeSet;
use std::io::Write;

use bonded_factors::strength::{self, Weak};
use sha2::{Digest, Sha256};

/// Bytes that stand for a password in the file.
const PREFIX: usize = 6;

fn main() -> std::io::Result<()> {
    let mut prefixes = BTreeSet::new();
    for path in std::env::args_os().skip(1) {
        let list = std::fs::read(path)?;
        let text = String::from_utf8_lossy(&list);
        let kept = text.lines().filter(|password| passes(password));
        prefixes.extend(kept.map(|password| Sha256::digest(password)[..PREFIX].to_vec()));
    }
    let bytes: Vec<u8> = prefixes.into_iter().flatten().collect();
    std::io::stdout().write_all(&bytes)
}

/// Whether nothing but the list refuses the password.
fn passes(password: &str) -> bool {
    matches!(strength::check(&password.into(), &[]), Ok(()) | Err(Weak::Breached))
}
