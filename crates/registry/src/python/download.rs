//! Downloads of distributions and of their metadata files (PEP 658).

use bonded_blobs::StorageKey;
use bonded_model::file::Stored;

use crate::access::{Permit, Read};
use crate::cache::Named;
use crate::{Error, Registry};

/// A blob that may be served under a name.
#[derive(Clone, Copy, Debug)]
pub struct Download {
    /// Digest and length.
    pub blob: Stored,
}

impl Download {
    /// Where the bytes live.
    pub const fn key(&self) -> StorageKey {
        StorageKey::File(self.blob.sha256)
    }
}

impl Registry {
    /// What is served under `/{channel}/files/{name}`: a distribution, or its metadata where `.metadata` follows.
    ///
    /// # Errors
    /// [`Error::NotFound`] for names that never were there, for deleted files, and while the project is in quarantine.
    pub async fn python_download(&self, permit: &Permit<Read>, name: &str) -> Result<Download, Error> {
        let channel = permit.action().channel.id;
        if let Some(download) = self.python.downloads.get(&Named(channel, name)) {
            return Ok(download);
        }
        let (file_name, wants_metadata) =
            name.strip_suffix(".metadata").map_or((name, false), |file_name| (file_name, true));
        // The project is known only after the row was read, so the row is read again under the project's version: a
        // deletion in between must not be missed.
        let mut reader = self.store.read().await?;
        let found = reader.python_file_by_name(channel, file_name).await?.ok_or_else(no_such_file)?;
        let version = self.python.downloads.version(&found.file.project);
        let found = reader.python_file_by_name(channel, file_name).await?.ok_or_else(no_such_file)?;
        let project = reader.project(found.file.project).await?.ok_or_else(no_such_file)?;
        if found.file.deleted_at.is_some() || project.lifecycle.status.withholds_files() {
            return Err(no_such_file());
        }
        let file = Stored { sha256: found.file.digests.sha256, size: found.file.digests.size };
        let blob = if wants_metadata { found.python.metadata.ok_or_else(no_such_file)? } else { file };
        let download = Download { blob };
        self.python.downloads.insert((channel, name.into()), download, version);
        Ok(download)
    }
}

fn no_such_file() -> Error {
    Error::NotFound("there is no such file in this channel".into())
}
