//! Temporary files, and large generated files that are written through one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

use bonded_model::{Sha256, Timestamp};
use sha2::Digest as _;
use tempfile::NamedTempFile;
use tokio::runtime::Handle;

use crate::blocking;
use crate::content::{Content, Data};

/// How the name of a temporary file begins. Nothing else in the staging directory is ours to remove.
const PREFIX: &str = "blob-";

const BUFFER: usize = 64 * 1024;

/// An empty file in the staging directory at first, a blob once it is [placed](Self::place). Dropping it before that
/// removes it.
pub(crate) struct Temporary {
    file: NamedTempFile,
    placed: bool,
}

impl Temporary {
    pub(crate) fn new(directory: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new().prefix(PREFIX).rand_bytes(16).tempfile_in(directory)?;
        Ok(Self { file, placed: false })
    }

    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// The same file again, with a position of its own.
    pub(crate) fn reopen(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// Renames the file to where it stays.
    pub(crate) fn place(mut self, path: &Path) -> io::Result<()> {
        fs::rename(self.file.path(), path)?;
        self.file.disable_cleanup(true);
        self.placed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    /// Removing a name is quick, but the last one to close a removed file waits until its space is free again, which
    /// takes a quarter of a second for a gigabyte. That wait is not for an async thread.
    fn drop(&mut self) {
        if self.placed {
            return;
        }
        if let (Ok(runtime), Ok(last)) = (Handle::try_current(), self.file().try_clone()) {
            runtime.spawn_blocking(move || drop(last));
        }
    }
}

/// A large generated file on its way into the store: written on the blocking pool, hashed while it passes. Dropping
/// it forgets the bytes.
pub struct TempFile(BufWriter<Hashed>);

struct Hashed {
    file: Temporary,
    sha256: sha2::Sha256,
}

impl TempFile {
    pub(crate) fn new(directory: &Path) -> io::Result<Self> {
        let file = Temporary::new(directory)?;
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
        let written = self.file.file().write(bytes)?;
        self.sha256.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.file().flush()
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
