//! The uploaded file: buffered, and with the server's own read errors told apart from the archive's faults.

use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};

use crate::Rejection;

/// The file of an upload, of known length and position.
pub(crate) struct Source<R> {
    inner: BufReader<Watched<R>>,
    length: u64,
    position: u64,
}

impl<R: Read + Seek> Source<R> {
    /// Takes the file, wherever it stands, to its beginning.
    pub(crate) fn open(file: R) -> Result<Self, Rejection> {
        let mut inner = BufReader::with_capacity(32 << 10, Watched(file));
        let length =
            inner.seek(SeekFrom::End(0)).map_err(|error| Rejection::from_read(&error, "the file"))?;
        inner.rewind().map_err(|error| Rejection::from_read(&error, "the file"))?;
        Ok(Self { inner, length, position: 0 })
    }

    /// The file's length in bytes.
    pub(crate) const fn len(&self) -> u64 {
        self.length
    }

    /// Where the next byte is read.
    pub(crate) const fn position(&self) -> u64 {
        self.position
    }

    /// Goes to an offset. An offset behind the end is the archive's fault.
    pub(crate) fn seek_to(&mut self, offset: u64) -> Result<(), Rejection> {
        if offset > self.length {
            return Err(Rejection::invalid("the archive is truncated: something in it lies behind its end"));
        }
        let by = i64::try_from(i128::from(offset) - i128::from(self.position));
        let moved = match by {
            Ok(by) => self.inner.seek_relative(by),
            Err(_) => self.inner.seek(SeekFrom::Start(offset)).map(drop),
        };
        moved.map_err(|error| Rejection::from_read(&error, "the archive"))?;
        self.position = offset;
        Ok(())
    }

    /// Leaves out the next `count` bytes.
    pub(crate) fn skip(&mut self, count: u64) -> Result<(), Rejection> {
        self.seek_to(self.position.saturating_add(count))
    }

    /// Reads exactly `count` bytes, which the caller has checked to be few.
    pub(crate) fn read_bytes(&mut self, count: usize) -> Result<Vec<u8>, Rejection> {
        let mut bytes = vec![0; count];
        self.read_exact(&mut bytes).map_err(|error| Rejection::from_read(&error, "the archive"))?;
        Ok(bytes)
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.position += count as u64;
        Ok(count)
    }
}

/// Marks the errors of the file itself, so that no decoder above can make them look like a damaged archive.
struct Watched<R>(R);

fn unreadable(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::Interrupted => error,
        _ => Rejection::Io(error.to_string()).into(),
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out).map_err(unreadable)
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to).map_err(unreadable)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn position_follows_reads_and_seeks() {
        let mut source = Source::open(Cursor::new(b"0123456789".to_vec())).unwrap();
        assert_eq!(source.read_bytes(3).unwrap(), b"012");
        source.skip(2).unwrap();
        assert_eq!((source.position(), source.read_bytes(1).unwrap()), (5, b"5".to_vec()));
        source.seek_to(1).unwrap();
        assert_eq!(source.read_bytes(1).unwrap(), b"1");
        assert!(matches!(source.skip(100), Err(Rejection::Invalid(_))));
        assert!(matches!(source.read_bytes(100), Err(Rejection::Invalid(_))));
    }

    #[test]
    fn a_disk_error_is_not_the_clients_fault() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("disk on fire"))
            }
        }
        impl Seek for Broken {
            fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
                Ok(10)
            }
        }
        let mut source = Source::open(Broken).unwrap();
        assert_eq!(source.read_bytes(1), Err(Rejection::Io("disk on fire".into())));
    }
}
