//! Readers that end in an error when more comes out of them than was allowed.

use std::io::{self, Read};

use crate::Rejection;
use crate::limits::human;

/// Passes on at most `cap` bytes; one more is an error. Bombs die here, while they unfold.
pub(crate) struct Capped<R> {
    inner: R,
    left: u64,
    cap: u64,
    what: &'static str,
}

impl<R: Read> Capped<R> {
    pub(crate) const fn new(inner: R, cap: u64, what: &'static str) -> Self {
        Self { inner, left: cap, cap, what }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        let Some(left) = self.left.checked_sub(count as u64) else {
            return Err(too_large(self.what, self.cap).into());
        };
        self.left = left;
        Ok(count)
    }
}

/// Everything that a reader gives, when that is at most `cap` bytes.
pub(crate) fn read_all(reader: &mut dyn Read, cap: u64, what: &str) -> Result<Vec<u8>, Rejection> {
    let mut bytes = Vec::new();
    let taken = reader.take(cap.saturating_add(1)).read_to_end(&mut bytes);
    taken.map_err(|error| Rejection::from_read(&error, what))?;
    if bytes.len() as u64 > cap { Err(too_large(what, cap)) } else { Ok(bytes) }
}

/// The refusal of something that has more than `cap` bytes.
pub(crate) fn too_large(what: &str, cap: u64) -> Rejection {
    Rejection::TooLarge(format!("{what} is too large: at most {} are accepted", human(cap)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_bytes_as_allowed_pass_and_one_more_is_an_error() {
        let mut all = Vec::new();
        assert_eq!(Capped::new(&[7; 10][..], 10, "it").read_to_end(&mut all).unwrap(), 10);
        let error = Capped::new(&[7; 11][..], 10, "it").read_to_end(&mut all).unwrap_err();
        assert!(matches!(Rejection::from_read(&error, "x"), Rejection::TooLarge(_)));
        assert_eq!(read_all(&mut &[7; 10][..], 10, "it").unwrap().len(), 10);
        assert!(matches!(read_all(&mut &[7; 11][..], 10, "it"), Err(Rejection::TooLarge(_))));
    }
}
