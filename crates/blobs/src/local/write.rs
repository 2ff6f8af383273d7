//! Durable writing.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::journal::Promise;
use super::{Local, sync_directory};
use crate::StorageKey;
use crate::content::Data;
use crate::error::BlobError;
use crate::temp::Temporary;

impl Local {
    /// Stores all blobs, durably, in one visit to the blocking pool.
    ///
    /// Content that exists is written again: the rename is atomic and changes nothing but the file's age, and a young
    /// file is what keeps [`Blobs::delete_older_than`](crate::Blobs::delete_older_than) from collecting a blob that is
    /// about to be referenced.
    pub(crate) async fn put(self: &Arc<Self>, blobs: Vec<(StorageKey, Data)>) -> Result<(), BlobError> {
        let local = Arc::clone(self);
        let job = tokio::task::spawn_blocking(move || local.put_now(blobs));
        job.await.unwrap_or_else(|error| Err(self.staging_failed(io::Error::other(error))))
    }

    fn put_now(&self, blobs: Vec<(StorageKey, Data)>) -> Result<(), BlobError> {
        // The files are written while the journal is synced; they get their names when that has happened.
        let promise = self.journal.submit(&blobs);
        let mut files = Vec::with_capacity(blobs.len());
        for (key, data) in blobs {
            files.push((key, temporary(&self.staging, data).map_err(failed("write", key))?));
        }
        if promise.is_some_and(Promise::kept) {
            self.name(files).map(drop)
        } else {
            self.sync_and_name(files)
        }
    }

    /// The long way: all bytes are on disk before the first name is, and each directory is synced once.
    fn sync_and_name(&self, files: Vec<(StorageKey, Temporary)>) -> Result<(), BlobError> {
        for (key, file) in &files {
            file.file().sync_all().map_err(failed("sync", *key))?;
        }
        for path in self.name(files)? {
            sync_directory(&path).map_err(|source| BlobError::Directory { path, source })?;
        }
        Ok(())
    }

    /// Renames the files into place. Gives the directories that have new names.
    fn name(&self, files: Vec<(StorageKey, Temporary)>) -> Result<BTreeSet<PathBuf>, BlobError> {
        let mut directories = BTreeSet::new();
        for (key, file) in files {
            let path = self.path(&key);
            file.place(&path).map_err(failed("name", key))?;
            directories.extend(path.parent().map(Path::to_owned));
        }
        Ok(directories)
    }

    pub(super) fn staging_failed(&self, source: io::Error) -> BlobError {
        BlobError::Directory { path: self.staging.to_path_buf(), source }
    }
}

fn temporary(staging: &Path, data: Data) -> io::Result<Temporary> {
    match data {
        Data::File(file) => Ok(file),
        Data::Memory(bytes) => {
            let file = Temporary::new(staging)?;
            file.file().write_all(&bytes)?;
            Ok(file)
        }
    }
}

pub(super) fn failed(action: &'static str, key: StorageKey) -> impl FnOnce(io::Error) -> BlobError {
    move |source| BlobError::Io { action, key, source }
}
