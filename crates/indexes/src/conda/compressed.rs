//! A document as it is and compressed, in one pass.

use std::io::{self, Write};

use bonded_model::Sha256;
use sha2::Digest;

/// What became of the bytes that one place took.
#[derive(Debug)]
pub struct Written<W> {
    /// The place.
    pub inner: W,
    /// SHA-256 of the bytes.
    pub sha256: Sha256,
    /// Their number.
    pub size: u64,
}

/// Writes the same document to two places, plain to the first and as one zstd frame to the second, and takes the
/// digest and the size of both.
pub struct Compressed<P: Write, Z: Write> {
    plain: Counted<P>,
    zst: zstd::Encoder<'static, Counted<Z>>,
}

impl<P: Write, Z: Write> Compressed<P, Z> {
    /// Begins with two places. `level` is zstd's, 1 to 22.
    ///
    /// # Errors
    /// When the compressor cannot be set up.
    pub fn new(plain: P, zst: Z, level: i32) -> io::Result<Self> {
        Ok(Self { plain: Counted::new(plain), zst: zstd::Encoder::new(Counted::new(zst), level)? })
    }

    /// Ends the frame and tells what was written, plain and compressed. Both places are flushed.
    ///
    /// # Errors
    /// When one of the places fails.
    pub fn finish(self) -> io::Result<(Written<P>, Written<Z>)> {
        Ok((self.plain.finish()?, self.zst.finish()?.finish()?))
    }
}

impl<P: Write, Z: Write> Write for Compressed<P, Z> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // All or nothing: what only one of the two took could not be offered again.
        self.plain.write_all(bytes)?;
        self.zst.write_all(bytes)?;
        Ok(bytes.len())
    }

    /// Flushes the plain place alone: a flushed compressor would end its block and lose density.
    fn flush(&mut self) -> io::Result<()> {
        self.plain.flush()
    }
}

struct Counted<W> {
    inner: W,
    digest: sha2::Sha256,
    size: u64,
}

impl<W: Write> Counted<W> {
    fn new(inner: W) -> Self {
        Self { inner, digest: sha2::Sha256::new(), size: 0 }
    }

    fn finish(mut self) -> io::Result<Written<W>> {
        self.inner.flush()?;
        let sha256 = <[u8; 32]>::from(self.digest.finalize()).into();
        Ok(Written { inner: self.inner, sha256, size: self.size })
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.inner.write(bytes)?;
        self.digest.update(&bytes[..taken]);
        self.size += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conda::{RepodataWriter, ZSTD_LEVEL, samples::record};

    #[test]
    fn both_places_get_the_same_document() {
        let both = Compressed::new(Vec::new(), Vec::new(), ZSTD_LEVEL).unwrap();
        let mut repodata = RepodataWriter::new(both, "noarch").unwrap();
        let text = record("a", "1.0");
        for n in 0..2_000 {
            repodata.record(&format!("a-1.{n:04}-h0_0.conda"), &text).unwrap();
        }
        let (plain, zst) = repodata.finish().unwrap().finish().unwrap();
        assert_eq!(zstd::decode_all(zst.inner.as_slice()).unwrap(), plain.inner);
        assert_eq!((plain.sha256, plain.size), (Sha256::of(&plain.inner), plain.inner.len() as u64));
        assert_eq!((zst.sha256, zst.size), (Sha256::of(&zst.inner), zst.inner.len() as u64));
        assert!(zst.size * 10 < plain.size, "{} of {}", zst.size, plain.size);
    }

    /// Takes one byte at a time until it is full.
    struct Narrow(usize);

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(1).min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_bytes_that_were_taken_count() {
        let mut both = Compressed::new(Narrow(100), Vec::new(), ZSTD_LEVEL).unwrap();
        both.write_all(b"bonded").unwrap();
        let (plain, _) = both.finish().unwrap();
        assert_eq!((plain.sha256, plain.size), (Sha256::of(b"bonded"), 6));
    }

    #[test]
    fn a_full_place_is_an_error() {
        let mut plain = Compressed::new(Narrow(3), Vec::new(), ZSTD_LEVEL).unwrap();
        assert_eq!(plain.write_all(b"bonded").unwrap_err().kind(), io::ErrorKind::WriteZero);
        let mut zst = Compressed::new(Vec::new(), Narrow(3), ZSTD_LEVEL).unwrap();
        zst.write_all(b"bonded").unwrap();
        assert!(zst.finish().is_err());
    }
}
