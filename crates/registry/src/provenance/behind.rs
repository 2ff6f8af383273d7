//! Attestations that come to a conda package which is there already.

use bonded_attestations::Subject;
use bonded_indexes::conda::attested as record_attested;
use bonded_model::Sha256;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::file::File;
use bonded_model::ids::{FileId, SubdirId};
use bonded_model::project::Project;
use bonded_model::trust::Signing;
use bonded_store::{Change, Tx};

use super::Attested;
use super::keep::{attestation, insert, sidecar_digest};
use crate::access::{Action, Permit, Publish, present};
use crate::jobs::JobKind;
use crate::{Error, Outcome, Registry};

/// How many attestations a conda package may have. Each one more is read by every client that verifies.
const MAX: usize = 16;
/// How often an attestation is put behind the others anew because one more came meanwhile.
const TRIES: usize = 5;

/// An attestation with its place behind those that a package has, of which the last one is known by the digest of all.
struct Behind {
    position: usize,
    last: Option<Sha256>,
    attested: Attested,
}

/// How a write ended.
enum Appended {
    To(SubdirId),
    /// Another attestation came meanwhile. Nothing was written.
    Again,
}

impl Registry {
    /// Adds an attestation to a package that is there. What it has already stays as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that does not verify, and where publishers sign the records; [`Error::NotFound`] for
    /// packages that are not in the index; [`Error::Conflict`] for a record that was changed in the database, and when it has
    /// as many as there may be; [`Error::Denied`] when rights changed meanwhile.
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
        let Some(subdir) = self.append_any(&permit, &origin, &name, file.id, attested).await? else {
            return Ok(Outcome::AlreadyThere);
        };
        self.publish_changed(&[subdir]).await;
        Ok(Outcome::Published)
    }

    /// Appends it, once more whenever others came meanwhile. `None`: it is there already.
    async fn append_any(
        &self,
        permit: &Permit<Publish>,
        origin: &Origin,
        name: &str,
        file: FileId,
        attested: Attested,
    ) -> Result<Option<SubdirId>, Error> {
        for _ in 0..TRIES {
            let Some(behind) = self.behind(file, attested.clone()).await? else { return Ok(None) };
            let (registry, permit, origin) = (self.clone(), permit.clone(), *origin);
            let name = name.to_owned();
            let write = self.store.write(move |tx| {
                Box::pin(async move { registry.append(tx, &permit, &origin, &name, &behind).await })
            });
            if let Appended::To(subdir) = write.await? {
                return Ok(Some(subdir));
            }
        }
        Err(Error::Unavailable)
    }

    /// The place behind what a package has, with the digest of it all: that is slow, and so made before the write. `None`
    /// if it has this very attestation.
    async fn behind(&self, file: FileId, mut attested: Attested) -> Result<Option<Behind>, Error> {
        let kept = self.store.read().await?.attestations_of(file).await?;
        if kept.iter().any(|one| one.body == attested.body) {
            return Ok(None);
        }
        if kept.len() >= MAX {
            return Err(Error::Conflict(format!("the file has {MAX} attestations, and takes no more")));
        }
        let (position, last) = (kept.len(), kept.last().map(|one| one.set_sha256));
        let digest = move || {
            let kept = kept.iter().map(|one| one.body.as_str());
            let bodies: Vec<&str> = kept.chain([attested.body.as_str()]).collect();
            attested.set_sha256 = sidecar_digest(&bodies);
            attested
        };
        let attested = tokio::task::spawn_blocking(digest).await.map_err(Error::internal)?;
        Ok(Some(Behind { position, last, attested }))
    }

    async fn append(
        &self,
        tx: &mut Tx,
        permit: &Permit<Publish>,
        origin: &Origin,
        name: &str,
        Behind { position, last, attested }: &Behind,
    ) -> Result<Appended, Error> {
        let now = self.clock.now();
        let actor = present(tx, permit.actor()).await?;
        let file = file_in_index(tx, permit, name).await?;
        let project = tx.project(file.project).await?.ok_or_else(missing)?;
        let action = Publish { project: Some(Project::rules(&project)), ..permit.action().clone() };
        action.decide(&actor, now)?;
        check_signing(tx.channel(file.channel).await?.map(|channel| channel.signing))?;
        if tx.last_attestation(file.id).await? != *last {
            return Ok(Appended::Again);
        }
        insert(tx, &attestation(file.id, *position, attested, now, &self.random)?).await?;
        let predicates = vec![attested.predicate.to_owned()];
        let subdir = self.record_attested(tx, &file, &attested.set_sha256).await?;
        let short = name.rsplit('/').next().unwrap_or(name).to_owned();
        let event = PublisherEvent::FileAttested { file: short, predicates };
        let entry = AuditEntry::new(now, &actor, origin, event);
        tx.audit(entry.in_channel(file.channel).of_project(file.project)).await?;
        tx.announce(Change::Project { channel: file.channel, project: file.project });
        Ok(Appended::To(subdir))
    }

    /// Puts the digest into the record, and into the one that waits while its release is withdrawn.
    async fn record_attested(&self, tx: &mut Tx, file: &File, digest: &Sha256) -> Result<SubdirId, Error> {
        let records = tx.conda_records_of_release(file.release).await?;
        let kept = records.into_iter().find(|record| record.file == file.id).ok_or_else(missing)?;
        let record = record_attested(&kept.record, digest).map_err(Error::internal)?;
        let original = kept.original.as_deref().map(|original| record_attested(original, digest));
        let original = original.transpose().map_err(Error::internal)?;
        self.change_record(tx, &kept, &record, original.as_deref()).await?;
        tx.change_shard(kept.subdir, &kept.package).await?;
        let row = tx.subdir(kept.subdir).await?.ok_or_else(missing)?;
        self.schedule_publication(tx, &row, &JobKind::PUBLICATION).await?;
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
