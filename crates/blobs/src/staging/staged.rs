//! An upload that has arrived whole and is not stored yet.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use bonded_model::Digests;
use bytes::Bytes;

use crate::content::Data;

/// A whole upload, to be inspected and then stored or dropped. Dropping it forgets the bytes.
pub struct Staged {
    digests: Digests,
    data: Data,
}

impl Staged {
    pub(super) fn new(digests: Digests, data: Data) -> Self {
        Self { digests, data }
    }

    /// What the bytes hash to.
    pub fn digests(&self) -> &Digests {
        &self.digests
    }

    /// The bytes from their beginning, for inspection on the blocking pool. Readers do not share their positions and
    /// may outlive `self`. They do not buffer.
    ///
    /// # Errors
    /// When the temporary file cannot be opened.
    pub fn reader(&self) -> io::Result<StagedReader> {
        Ok(StagedReader(match &self.data {
            Data::Memory(bytes) => Source::Memory(Cursor::new(bytes.clone())),
            Data::File(file) => Source::File(file.reopen()?),
        }))
    }

    pub(crate) fn into_parts(self) -> (Digests, Data) {
        (self.digests, self.data)
    }
}

/// Reads a [`Staged`] upload. Its calls may block.
pub struct StagedReader(Source);

enum Source {
    Memory(Cursor<Bytes>),
    File(File),
}

impl Read for StagedReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Source::Memory(cursor) => cursor.read(buf),
            Source::File(file) => file.read(buf),
        }
    }
}

impl Seek for StagedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.0 {
            Source::Memory(cursor) => cursor.seek(to),
            Source::File(file) => file.seek(to),
        }
    }
}
