//! Temporary files, and large generated files that are written through one.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

use bonded_model::{Sha256, Timestamp};
use sha2::Digest as _;
use tempfile::NamedTempFile;

use crate::blocking;
use crate::content::{Content, Data};

/// How the name of a temporary file begins. Nothing else in the staging directory is ours to remove.
const PREFIX: &str = "blob-";

const BUFFER: usize = 64 * 1024;

/// A new empty file of ours in the staging directory, removed when it is dropped.
pub(crate) fn named(directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(PREFIX).rand_bytes(16).tempfile_in(directory)
}

/// A large generated file on its way into the store: written on the blocking pool, hashed while it passes. Dropping
/// it forgets the bytes.
pub struct TempFile(BufWriter<Hashed>);

struct Hashed {
    file: NamedTempFile,
    sha256: sha2::Sha256,
}

impl TempFile {
    pub(crate) fn new(directory: &Path) -> io::Result<Self> {
        let file = named(directory)?;
        Ok(Self(BufWriter::with_capacity(BUFFER, Hashed { file, sha256: sha2::Sha256::new() })))
    }

    /// Ends the file, ready to be stored. Blocks.
    ///
    /// # Errors
    /// When the last bytes could not be written.
    pub fn finish(self) -> io::Result<Content> {
        let Hashed { file, sha256 } = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        let sha256 = Sha256::from(<[u8; 32]>::from(sha256.finalize()));
        Ok(Content::hashed(sha256, Data::File(file)))
    }
}

impl Write for TempFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sha256.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Removes the files of ours that were last written before `cutoff`: what a killed process left behind.
pub(crate) async fn clean(directory: &Path, cutoff: Timestamp) -> io::Result<usize> {
    let (directory, cutoff) = (directory.to_owned(), SystemTime::from(cutoff));
    blocking::run(move || {
        let mut removed = 0;
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
                continue;
            }
            // An upload that ends meanwhile takes its file away, which is all that is wanted here.
            let old = entry.metadata().and_then(|it| it.modified()).is_ok_and(|it| it < cutoff);
            removed += usize::from(old && fs::remove_file(entry.path()).is_ok());
        }
        Ok(removed)
    })
    .await
}
