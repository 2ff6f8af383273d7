//! Listing and deleting.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bonded_model::Timestamp;
use futures::stream::{self, Stream, StreamExt};

use super::Local;
use super::write::failed;
use crate::error::BlobError;
use crate::temp::Temporary;
use crate::{BlobInfo, BlobKind, StorageKey, blocking};

impl Local {
    /// All blobs of a kind, one of the 256 directories at a time.
    pub(crate) fn list(
        self: &Arc<Self>,
        kind: BlobKind,
    ) -> impl Stream<Item = Result<BlobInfo, BlobError>> + use<> {
        let root = self.root.join(kind.directory());
        stream::iter(0..=u8::MAX)
            .then(move |byte| list_directory(root.join(format!("{byte:02x}")), kind))
            .flat_map(stream::iter)
    }

    /// Removes the blob if it is there.
    pub(crate) async fn delete(&self, key: StorageKey) -> Result<(), BlobError> {
        let path = self.path(&key);
        blocking::run(move || absent_is_fine(fs::remove_file(path)).map(drop))
            .await
            .map_err(failed("delete", key))
    }

    /// Removes the blob if it was last written before `cutoff`. See
    /// [`Blobs::delete_older_than`](crate::Blobs::delete_older_than).
    pub(crate) async fn delete_older_than(
        &self,
        key: StorageKey,
        cutoff: Timestamp,
    ) -> Result<bool, BlobError> {
        let (path, staging) = (self.path(&key), Arc::clone(&self.staging));
        blocking::run(move || take_away(&path, &staging, cutoff.into())).await.map_err(failed("delete", key))
    }
}

/// Deletes an old file, without ever deleting a new one of the same name that an upload renames into place meanwhile:
/// the file is first taken aside, which is atomic, looked at again, and put back if it is young.
fn take_away(path: &Path, staging: &Path, cutoff: SystemTime) -> io::Result<bool> {
    let is_old = |path: &Path| -> io::Result<bool> {
        let Some(metadata) = absent_is_fine(fs::metadata(path))? else { return Ok(false) };
        Ok(metadata.modified()? < cutoff)
    };
    if !is_old(path)? {
        return Ok(false);
    }
    let aside = Temporary::new(staging)?;
    if absent_is_fine(fs::rename(path, aside.path()))?.is_none() {
        return Ok(false);
    }
    if is_old(aside.path())? {
        return Ok(true);
    }
    aside.place(path)?;
    super::sync_directory(path.parent().unwrap_or(path))?;
    Ok(false)
}

async fn list_directory(path: PathBuf, kind: BlobKind) -> Vec<Result<BlobInfo, BlobError>> {
    let directory = path.clone();
    match blocking::run(move || read_directory(&directory, kind)).await {
        Ok(blobs) => blobs.into_iter().map(Ok).collect(),
        Err(source) => vec![Err(BlobError::Directory { path, source })],
    }
}

fn read_directory(directory: &Path, kind: BlobKind) -> io::Result<Vec<BlobInfo>> {
    let mut blobs = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let Some(key) = key_of(&path).filter(|key| key.kind() == kind) else { continue };
        // A blob that another process deletes meanwhile is simply not listed.
        let Some(metadata) = absent_is_fine(fs::metadata(&path))? else { continue };
        blobs.push(BlobInfo { key, size: metadata.len(), modified: metadata.modified()?.into() });
    }
    Ok(blobs)
}

fn key_of(path: &Path) -> Option<StorageKey> {
    let parts: PathBuf = path.components().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
    StorageKey::from_path(parts.to_str()?)
}

fn absent_is_fine<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
