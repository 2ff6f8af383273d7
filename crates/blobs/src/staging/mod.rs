//! Taking bytes in: hashed and counted while they pass, nowhere visible until they are stored.

mod hasher;
mod staged;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::{io, mem};

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::blocking;
use crate::content::Data;
use crate::error::StageError;
use crate::temp::Temporary;
use hasher::Hasher;
pub use hasher::digests;
pub use staged::{Staged, StagedReader};

/// How many bytes are gathered before they are hashed and written as one job of the blocking pool. A file that never
/// fills one such buffer stays in memory: most uploads are small, and their temporary file would cost more than their
/// bytes. While one buffer is on its way the next one fills, so an upload holds at most two.
const BUFFER: usize = 256 * 1024;

/// Up to here hashing (about 80 µs) costs little enough to spare the way to the blocking pool and back.
const HASHED_INLINE: usize = 32 * 1024;

/// An upload on its way in. Dropping it forgets the bytes.
pub struct Staging {
    directory: Arc<Path>,
    limit: u64,
    size: u64,
    buffer: Vec<u8>,
    spill: Option<JoinHandle<io::Result<Spill>>>,
}

/// The part of a large upload that is on disk, with what is known about it so far.
struct Spill {
    hasher: Hasher,
    file: Temporary,
    /// The buffer that was written, empty again.
    buffer: Vec<u8>,
}

impl Staging {
    pub(crate) fn new(directory: Arc<Path>, limit: u64) -> Self {
        Self { directory, limit, size: 0, buffer: Vec::new(), spill: None }
    }

    /// Takes more bytes. Returns when they are in memory, waiting for the disk if that is slower than the caller.
    ///
    /// # Errors
    /// [`StageError::TooLarge`] as soon as the limit is passed. After any error the upload is of no more use.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), StageError> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(StageError::TooLarge { limit: self.limit });
        }
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (fits, later) = rest.split_at(rest.len().min(BUFFER - self.buffer.len()));
            self.buffer.extend_from_slice(fits);
            rest = later;
            if self.buffer.len() == BUFFER {
                self.spill().await?;
            }
        }
        Ok(())
    }

    /// Bytes taken so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Ends the upload: nothing more comes, and its digests are known.
    ///
    /// # Errors
    /// When the staging directory failed.
    pub async fn finish(mut self) -> Result<Staged, StageError> {
        if self.spill.is_some() && !self.buffer.is_empty() {
            self.spill().await?;
        }
        match self.spill.take() {
            None => Ok(in_memory(Bytes::from(self.buffer)).await?),
            Some(job) => {
                let spill = blocking::joined(job).await?;
                Ok(Staged::new(spill.hasher.finish(), Data::File(spill.file)))
            }
        }
    }

    /// Sends the gathered bytes to the blocking pool, after the ones before them have arrived.
    async fn spill(&mut self) -> io::Result<()> {
        let full = mem::take(&mut self.buffer);
        let job = match self.spill.take() {
            None => {
                let directory = Arc::clone(&self.directory);
                tokio::task::spawn_blocking(move || Spill::begin(&directory)?.write(full))
            }
            Some(previous) => {
                let mut spill = blocking::joined(previous).await?;
                self.buffer = mem::take(&mut spill.buffer);
                tokio::task::spawn_blocking(move || spill.write(full))
            }
        };
        self.spill = Some(job);
        Ok(())
    }
}

impl Spill {
    fn begin(directory: &Path) -> io::Result<Self> {
        Ok(Self { hasher: Hasher::default(), file: Temporary::new(directory)?, buffer: Vec::new() })
    }

    fn write(mut self, full: Vec<u8>) -> io::Result<Self> {
        self.hasher.update(&full);
        self.file.file().write_all(&full)?;
        self.buffer = full;
        self.buffer.clear();
        Ok(self)
    }
}

/// Hashes a file that never left memory.
async fn in_memory(bytes: Bytes) -> io::Result<Staged> {
    let small = bytes.len() <= HASHED_INLINE;
    let hash = move || {
        let mut hasher = Hasher::default();
        hasher.update(&bytes);
        Ok(Staged::new(hasher.finish(), Data::Memory(bytes)))
    };
    if small { hash() } else { blocking::run(hash).await }
}
