//! Attestations of conda packages, as they are served beside the package (CEP 50).

use bonded_model::Sha256;

use super::keep::sidecar;
use crate::access::{Permit, Read};
use crate::{Error, Registry};

impl Registry {
    /// The attestations of a package as one JSON array. With a digest: the array as it was when it had that digest.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such package, when it has none, while its project is in quarantine, and for a
    /// digest that the array never had.
    pub async fn conda_sidecar(
        &self,
        permit: &Permit<Read>,
        subdir: &str,
        filename: &str,
        digest: Option<&Sha256>,
    ) -> Result<String, Error> {
        let missing = || Error::NotFound("there are no such attestations in this subdir".into());
        let mut reader = self.store.read().await?;
        let name = format!("{subdir}/{filename}");
        let file = reader.file_by_name(permit.action().channel.id, &name).await?.ok_or_else(missing)?;
        let project = reader.project(file.project).await?.ok_or_else(missing)?;
        if project.lifecycle.status.withholds_files() {
            return Err(missing());
        }
        let mut kept = reader.attestations_of(file.id).await?;
        if let Some(digest) = digest {
            let last = kept.iter().position(|one| one.set_sha256 == *digest).ok_or_else(missing)?;
            kept.truncate(last + 1);
        }
        if kept.is_empty() {
            return Err(missing());
        }
        Ok(sidecar(&kept.iter().map(|one| one.body.as_str()).collect::<Vec<_>>()))
    }
}
