//! After a crash: the records of the logs that nobody holds are stored again.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use super::super::sync_directory;
use super::{directory, record};
use crate::StorageKey;
use crate::temp::Temporary;

/// Replays and removes every log in `root/journal/` whose process is gone.
pub(super) fn replay(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory(root))? {
        let path = entry?.path();
        // Gone already: the other process has just ended, or another one replays it.
        let Ok(mut file) = File::options().read(true).write(true).open(&path) else { continue };
        if file.try_lock().is_err() {
            continue;
        }
        let mut log = Vec::new();
        file.read_to_end(&mut log)?;
        let mut rest = &log[..];
        while let Some(record) = record::decode(rest) {
            restore(root, record.key, record.bytes)?;
            rest = record.rest;
        }
        rustix::fs::syncfs(&file)?;
        fs::remove_file(&path)?;
    }
    sync_directory(&directory(root))
}

/// Writes a blob again unless it is whole. Nothing is synced here: the file system is, once per log.
fn restore(root: &Path, key: StorageKey, bytes: &[u8]) -> io::Result<()> {
    let path = root.join(key.path());
    if fs::read(&path).is_ok_and(|found| found == bytes) {
        return Ok(());
    }
    let file = Temporary::new(&root.join("staging"))?;
    file.file().write_all(bytes)?;
    file.place(&path)
}
