//! Attestations of conda packages: added later, and served beside the package (CEP 50).

use bonded_attestations::Subject;
use bonded_indexes::conda::attested as record_attested;
use bonded_model::Sha256;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::file::File;
use bonded_model::ids::SubdirId;
use bonded_model::project::Project;
use bonded_model::trust::Signing;
use bonded_store::{Change, Tx};

use super::keep::sidecar;
use super::{Attested, append};
use crate::access::{Action, Permit, Publish, Read, present};
use crate::jobs::JobKind;
use crate::{Error, Outcome, Registry};

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

    /// Adds an attestation to a package that is there. What it has already stays as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that does not verify, and where publishers sign the records; [`Error::NotFound`] for
    /// packages that are not in the index; [`Error::Denied`] when rights changed meanwhile.
    pub async fn attest_package(
        &self,
        permit: Permit<Publish>,
        origin: Origin,
        subdir: &str,
        filename: &str,
        body: &str,
    ) -> Result<Outcome, Error> {
        let channel = permit.action().channel.clone();
        let name = format!("{subdir}/{filename}");
        let file = file_in_index(&mut *self.store.read().await?, &permit, &name).await?;
        let subject = Subject { name: filename.to_owned(), sha256: file.digests.sha256 };
        let attested = self.attest_conda(permit.actor(), body, subject, channel.name.as_str()).await?;
        let registry = self.clone();
        let write = self.store.write(move |tx| {
            let (permit, attested, name) = (permit.clone(), attested.clone(), name.clone());
            let registry = registry.clone();
            Box::pin(async move { registry.append(tx, &permit, &origin, &name, attested).await })
        });
        let Some(subdir) = write.await? else { return Ok(Outcome::AlreadyThere) };
        if let Err(error) = self.publish_shards(subdir).await {
            tracing::warn!(%error, %subdir, "the shard could not be published at once");
        }
        Ok(Outcome::Published)
    }

    async fn append(
        &self,
        tx: &mut Tx,
        permit: &Permit<Publish>,
        origin: &Origin,
        name: &str,
        attested: Attested,
    ) -> Result<Option<SubdirId>, Error> {
        let now = self.clock.now();
        let actor = present(tx, permit.actor()).await?;
        let file = file_in_index(tx, permit, name).await?;
        let project = tx.project(file.project).await?.ok_or_else(missing)?;
        let action = Publish { project: Some(Project::rules(&project)), ..permit.action().clone() };
        action.decide(&actor, now)?;
        check_signing(tx.channel(file.channel).await?.map(|channel| channel.signing))?;
        let predicates = vec![attested.predicate.to_owned()];
        let Some(digest) = append(tx, file.id, &[attested], now, &self.random).await? else {
            return Ok(None);
        };
        let subdir = self.record_attested(tx, &file, &digest).await?;
        let short = name.rsplit('/').next().unwrap_or(name).to_owned();
        let event = PublisherEvent::FileAttested { file: short, predicates };
        let entry = AuditEntry::new(now, &actor, origin, event);
        tx.audit(entry.in_channel(file.channel).of_project(file.project)).await?;
        tx.announce(Change::Project { channel: file.channel, project: file.project });
        Ok(Some(subdir))
    }

    /// Puts the digest into the record, and into the one that waits while its release is withdrawn.
    async fn record_attested(&self, tx: &mut Tx, file: &File, digest: &Sha256) -> Result<SubdirId, Error> {
        let records = tx.conda_records_of_release(file.release).await?;
        let kept = records.into_iter().find(|record| record.file == file.id).ok_or_else(missing)?;
        let record = record_attested(&kept.record, digest).map_err(Error::internal)?;
        let original = kept.original.as_deref().map(|original| record_attested(original, digest));
        let original = original.transpose().map_err(Error::internal)?;
        tx.set_conda_record(file.id, &record, original.as_deref()).await?;
        self.sign_changed(tx, file.channel, file.id).await?;
        tx.change_shard(kept.subdir, &kept.package).await?;
        let row = tx.subdirs_of_project(file.project).await?.into_iter().find(|row| row.id == kept.subdir);
        self.schedule_publication(tx, &row.ok_or_else(missing)?, &JobKind::PUBLICATION).await?;
        Ok(kept.subdir)
    }
}

/// An attestation changes the record, and with that a signature that only the publisher could renew.
pub(crate) fn check_signing(signing: Option<Signing>) -> Result<(), Error> {
    match signing {
        Some(Signing::Publisher) => Err(Error::Invalid(
            "the records of this channel are signed by their publishers, before the server knows of attestations: it \
             takes none"
                .into(),
        )),
        _ => Ok(()),
    }
}

async fn file_in_index(
    queries: &mut bonded_store::Queries,
    permit: &Permit<Publish>,
    name: &str,
) -> Result<File, Error> {
    let found = queries.file_by_name(permit.action().channel.id, name).await?;
    found.filter(|file| file.deleted_at.is_none()).ok_or_else(missing)
}

fn missing() -> Error {
    Error::NotFound("there is no such package in this subdir".into())
}
