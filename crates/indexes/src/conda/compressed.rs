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
