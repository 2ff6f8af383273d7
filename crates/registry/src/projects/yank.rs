//! Yanking releases: PEP 592 for Python, withdrawn records for conda.

use std::collections::BTreeSet;

use bonded_indexes::conda::withdrawn;
use bonded_mail::ProjectChange;
use bonded_model::ChannelFormat;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::ids::{ReleaseId, SubdirId};
use bonded_model::project::{Project, Yank as Yanked};
use bonded_store::{Change, Tx};

use super::owners::News;
use super::permits::{decide_again, still_there};
use super::reason::checked_reason;
use super::versions::canonical;
use crate::access::{Permit, Yank};
use crate::people::mail::post;
use crate::people::{Fresh, Visit};
use crate::{Error, Registry};

/// What is done about a release.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Yanking {
    /// It is yanked, for a reason that may be empty.
    Yank(String),
    /// That is taken back, for a reason that may be empty.
    TakeBack(String),
}

impl From<Option<String>> for Yanking {
    /// `None` takes a yank back without a reason.
    fn from(reason: Option<String>) -> Self {
        reason.map_or_else(|| Self::TakeBack(String::new()), Self::Yank)
    }
}

impl Registry {
    /// Yanks a release in a browser, once its version was typed; or takes that back, for which nothing need be typed.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Error::Field`] `confirm` for another version; as [`Registry::permit_yank`] and
    /// [`Registry::set_yank`].
    pub async fn set_yank_in_person(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        (channel, project): (&str, &str),
        version: &str,
        yanking: Yanking,
        typed: &str,
    ) -> Result<(), Error> {
        fresh.cleared()?;
        let permit = self.permit_yank(&fresh.actor(), &visit.origin, channel, project).await?;
        if matches!(yanking, Yanking::Yank(_)) && typed.trim() != version {
            return Err(Error::field("confirm", format!("Type '{version}' to yank it.")));
        }
        self.set_yank(permit, visit.origin, version, yanking).await
    }

    /// Yanks a release, or takes that back. Clients of Python pass over a yanked release unless it is pinned
    /// (PEP 592); the records of a conda release depend from then on on something that does not exist. Whoever names a file
    /// gets it. To ask for what is so already changes nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown version; [`Error::Field`] `reason`; [`Error::Conflict`] for conda records that
    /// were changed in the database; a [`Denial`](crate::access::Denial) when the right was lost meanwhile.
    pub async fn set_yank(
        &self,
        permit: Permit<Yank>,
        origin: Origin,
        version: &str,
        yanking: impl Into<Yanking>,
    ) -> Result<(), Error> {
        let (now, channel) = (self.clock.now(), permit.action().channel.clone());
        let (yanks, reason) = match yanking.into() {
            Yanking::Yank(reason) => (true, checked_reason(&reason)?),
            Yanking::TakeBack(reason) => (false, checked_reason(&reason)?),
        };
        let version = canonical(channel.format, version);
        let id = permit.action().project.id;
        let name = self.store.read().await?.project(id).await?.map(|project| project.display_name);
        let change = match yanks {
            true => ProjectChange::Yanked { version: version.clone(), reason: reason.clone() },
            false => ProjectChange::Unyanked { version: version.clone(), reason: reason.clone() },
        };
        let project = name.as_deref().unwrap_or_default();
        let news = News { channel: &channel, project, actor: permit.actor(), at: now, change };
        let letters = self.letters_to_owners(id, news).await?;
        let yank = yanks.then(|| Yanked { at: now, reason: reason.clone() });
        let registry = self.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let project = still_there(tx, id).await?;
                let action = Yank { project: project.rules(), ..permit.action().clone() };
                let actor = decide_again(tx, permit.actor(), &action, now).await?;
                let missing = || Error::NotFound(format!("there is no version {version}"));
                let release = tx.release_by_version(id, &version).await?.ok_or_else(missing)?;
                if tx.files_of_release(release.id).await?.is_empty() {
                    return Err(missing());
                }
                let said = |yank: &Option<Yanked>| yank.as_ref().map(|yank| yank.reason.clone());
                if said(&release.yanked) == said(&yank) {
                    return Ok(Vec::new());
                }
                tx.set_yank(release.id, yank.as_ref()).await?;
                tx.bump_serial(id).await?;
                let subdirs = match action.channel.format {
                    ChannelFormat::Python => Vec::new(),
                    ChannelFormat::Conda => {
                        registry.withdraw(tx, &project, release.id, yank.is_some()).await?
                    }
                };
                let event = match yank {
                    Some(_) => Event::ReleaseYanked { version, reason },
                    None => Event::ReleaseUnyanked { version, reason },
                };
                let entry = AuditEntry::new(now, &actor, &origin, event);
                tx.audit(entry.in_channel(project.channel).of_project(id)).await?;
                tx.announce(Change::Project { channel: project.channel, project: id });
                tx.announce(Change::Channel(project.channel));
                post(tx, &letters).await?;
                Ok(subdirs)
            })
        });
        let subdirs = write.await?;
        self.publish_changed(&subdirs).await;
        Ok(())
    }

    /// Withdraws the records of a release, or brings them back as they were, byte by byte.
    async fn withdraw(
        &self,
        tx: &mut Tx,
        project: &Project,
        release: ReleaseId,
        yanked: bool,
    ) -> Result<Vec<SubdirId>, Error> {
        let mut changed = BTreeSet::new();
        for kept in tx.conda_records_of_release(release).await? {
            match (yanked, &kept.original) {
                (true, None) => {
                    let record = withdrawn(&kept.record).map_err(Error::internal)?;
                    self.change_record(tx, &kept, &record, Some(&kept.record)).await?;
                }
                (false, Some(original)) => self.change_record(tx, &kept, original, None).await?,
                (true, Some(_)) | (false, None) => continue,
            }
            changed.insert(kept.subdir);
        }
        let mut subdirs = tx.subdirs_of_project(project.id).await?;
        subdirs.retain(|subdir| changed.contains(&subdir.id));
        self.package_changed(tx, &project.name, &subdirs).await
    }
}
