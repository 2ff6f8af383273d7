//! Reading buffers that are used again.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Bytes per chunk of a blob that is read. Large enough that the cost per chunk disappears, small enough that a chunk
/// is still in the processor's cache when it goes on to the socket.
pub(crate) const CHUNK: usize = 256 * 1024;

/// How many idle buffers are kept: 4 MiB.
const KEPT: usize = 16;

/// Smaller pieces get memory of their own: a small file should not occupy a whole buffer while it is sent.
const POOLED: usize = 32 * 1024;

/// A pool of buffers of [`CHUNK`] bytes. Fresh ones would be mapped, faulted in page by page and unmapped for each
/// chunk, which costs about as much as the copying itself.
#[derive(Default)]
pub(crate) struct Buffers(Mutex<Vec<Vec<u8>>>);

/// A buffer on loan, as long as what is to be read into it.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
    pool: Arc<Buffers>,
}

impl Buffers {
    /// A buffer for the next piece when `left` bytes are left to read.
    pub(crate) fn take(self: &Arc<Self>, left: u64) -> Buffer {
        let wanted = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let kept = if wanted > POOLED { self.idle().pop() } else { None };
        let length = if wanted > POOLED { CHUNK } else { wanted };
        let bytes = kept.unwrap_or_else(|| vec![0; length]);
        Buffer { bytes, filled: wanted, pool: Arc::clone(self) }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buffer {
    /// The first `filled` bytes. The buffer returns to its pool when the last of them is dropped.
    pub(crate) fn freeze(mut self, filled: usize) -> Bytes {
        self.filled = self.filled.min(filled);
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

impl AsMut<[u8]> for Buffer {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.filled]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut idle = self.pool.idle();
        if self.bytes.len() == CHUNK && idle.len() < KEPT {
            idle.push(mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_returns_when_its_last_bytes_are_dropped() {
        let pool = Arc::new(Buffers::default());
        let mut buffer = pool.take(u64::MAX);
        buffer.as_mut()[..3].copy_from_slice(b"abc");
        let bytes = buffer.freeze(3);
        let part = bytes.slice(1..);
        drop(bytes);
        assert_eq!((&part[..], pool.idle().len()), (&b"bc"[..], 0));
        drop(part);
        assert_eq!(pool.idle().len(), 1);
    }

    #[test]
    fn a_small_piece_takes_no_more_than_it_needs() {
        let pool = Arc::new(Buffers::default());
        assert_eq!(pool.take(10).bytes.len(), 10);
        assert_eq!(pool.idle().len(), 0);
    }

    #[test]
    fn no_more_buffers_are_kept_than_allowed() {
        let pool = Arc::new(Buffers::default());
        let on_loan: Vec<_> = (0..KEPT + 3).map(|_| pool.take(u64::MAX)).collect();
        drop(on_loan);
        assert_eq!(pool.idle().len(), KEPT);
    }
}
