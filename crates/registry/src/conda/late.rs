//! A publisher's signature that comes after its package.

use bonded_model::Timestamp;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::ids::SubdirId;
use bonded_model::project::Project;
use bonded_store::Tx;

use super::publish::Package;
use crate::access::{Action, Permit, Publish, present, present_channel};
use crate::jobs::JobKind;
use crate::{Error, Registry};

/// An upload of bytes that are there already, with a signature.
pub(super) struct Late {
    pub(super) permit: Permit<Publish>,
    pub(super) origin: Origin,
    /// The file's name, unique in the channel.
    pub(super) name: String,
    pub(super) now: Timestamp,
    pub(super) package: Package,
}

impl Registry {
    /// Adds a publisher's signature to a package that is there: the way on after a key was removed. What is signed must be
    /// the record that is published, which is not the archive's while its release is yanked.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a signature of another record, [`Error::Denied`] when rights changed meanwhile.
    pub(super) async fn add_signatures(&self, late: Late) -> Result<(), Error> {
        let registry = self.clone();
        let write = self.store.write(move |tx| Box::pin(async move { late.add(tx, &registry).await }));
        if let Some(subdir) = write.await? {
            self.publish_changed(&[subdir]).await;
        }
        Ok(())
    }
}

impl Late {
    /// The subdir that changed, if one did.
    async fn add(&self, tx: &mut Tx, registry: &Registry) -> Result<Option<SubdirId>, Error> {
        let (channel, signatures) = (self.permit.action().channel.id, &self.package.signatures);
        let Some(file) = tx.file_by_name(channel, &self.name).await? else { return Ok(None) };
        let subdir = tx.subdir_by_name(channel, &self.package.subdir).await?;
        let Some(subdir) = subdir else { return Ok(None) };
        let actor = present(tx, self.permit.actor()).await?;
        let project = tx.project(file.project).await?;
        let action = Publish {
            channel: present_channel(tx, channel).await?,
            project: project.as_ref().map(Project::rules),
            ..self.permit.action().clone()
        };
        action.decide(&actor, self.now)?;
        if !signatures.still_fit(tx, channel).await? {
            return Err(Error::Unavailable);
        }
        if !signatures.are_new_over(tx, file.id).await? {
            return Ok(None);
        }
        signatures.write(tx, file.id, self.now).await?;
        for key in signatures.keys() {
            let event = TrustEvent::FileSigned { file: self.name.clone(), key };
            let entry = AuditEntry::new(self.now, &actor, &self.origin, event);
            tx.audit(entry.in_channel(channel).of_project(file.project)).await?;
        }
        tx.change_shard(subdir.id, &self.package.name).await?;
        registry.schedule_publication(tx, &subdir, &JobKind::PUBLICATION).await?;
        Ok(Some(subdir.id))
    }
}
