//! Downloads of conda packages.

use bonded_model::file::Stored;

use crate::access::{Permit, Read};
use crate::cache::Named;
use crate::{Error, Registry};

impl Registry {
    /// What is served under `/{channel}/{subdir}/{filename}`. A file that left the index can still be downloaded:
    /// lock files name it (CEP 36).
    ///
    /// # Errors
    /// [`Error::NotFound`] for names that never were there, and while the project is in quarantine.
    pub async fn conda_download(
        &self,
        permit: &Permit<Read>,
        subdir: &str,
        filename: &str,
    ) -> Result<Stored, Error> {
        let channel = permit.action().channel.id;
        let name = format!("{subdir}/{filename}");
        if let Some(blob) = self.conda.downloads.get(&Named(channel, &name)) {
            return Ok(blob);
        }
        let missing = || Error::NotFound("there is no such file in this subdir".into());
        let mut reader = self.store.read().await?;
        let found = reader.file_by_name(channel, &name).await?.ok_or_else(missing)?;
        // Asked for before the project is read: a quarantine that begins in between must not be missed.
        let version = self.conda.downloads.version(&found.project);
        let project = reader.project(found.project).await?.ok_or_else(missing)?;
        if project.lifecycle.status.withholds_files() {
            return Err(missing());
        }
        let blob = Stored { sha256: found.digests.sha256, size: found.digests.size };
        self.conda.downloads.insert((channel, name.into()), blob, version);
        Ok(blob)
    }
}
