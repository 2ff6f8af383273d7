//! One log: a file of fixed length that this process has locked.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::super::sync_directory;
use super::directory;
use crate::temp::Temporary;

/// The length of a log in bytes: some hundred small uploads.
const LENGTH: u64 = 8 * 1024 * 1024;

/// What is written at a time when a log is filled with zeros, or its beginning is made invalid.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

pub(super) struct Log {
    file: File,
    path: PathBuf,
    end: u64,
}

impl Log {
    /// Makes a log. Its blocks are written once, so that syncing it later changes nothing but bytes.
    pub(super) fn create(root: &Path) -> io::Result<Self> {
        let temporary = Temporary::new(&root.join("staging"))?;
        let file = temporary.file().try_clone()?;
        // Locked before it has its name: nobody may find it and take it for a dead process's.
        file.try_lock()?;
        for start in (0..LENGTH).step_by(ZEROS.len()) {
            file.write_all_at(&ZEROS, start)?;
        }
        file.sync_all()?;
        let directory = directory(root);
        let path = directory.join(temporary.path().file_name().unwrap_or_default()).with_extension("log");
        temporary.place(&path)?;
        sync_directory(&directory)?;
        Ok(Self { file, path, end: 0 })
    }

    /// Whether `bytes` more fit.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.end + bytes as u64 <= LENGTH
    }

    /// Adds records, durably.
    pub(super) fn append(&mut self, records: &[u8]) -> io::Result<()> {
        self.file.write_all_at(records, self.end)?;
        self.file.sync_data()?;
        self.end += records.len() as u64;
        Ok(())
    }

    /// Makes everything durable that the log stands for, after which it is empty.
    pub(super) fn checkpoint(&mut self) -> io::Result<()> {
        rustix::fs::syncfs(&self.file)?;
        self.file.write_all_at(&ZEROS, 0)?;
        self.file.sync_data()?;
        self.end = 0;
        Ok(())
    }

    /// The same at the end of the process, when the log itself can go.
    pub(super) fn close(self) -> io::Result<()> {
        rustix::fs::syncfs(&self.file)?;
        fs::remove_file(&self.path)
    }
}
