//! Where a project stands in its life (PEP 792): archived, deprecated, in quarantine, and back.

use std::sync::Arc;

use bonded_mail::ProjectChange;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, ProjectEvent};
use bonded_model::project::Project;
use bonded_model::{Actor, Channel, ChannelFormat, Lifecycle, ProjectStatus, Timestamp};
use bonded_store::{Change, Tx};

use super::find::find;
use super::owners::News;
use super::permits::{decide_again, still_there};
use super::reason::checked_reason;
use crate::access::{ManageChannel, ManageProject};
use crate::people::mail::post;
use crate::people::{Fresh, Visit};
use crate::{Error, Registry};

impl Registry {
    /// Changes where a project stands in its life, in a browser.
    ///
    /// # Errors
    /// [`Error::Fenced`]; as [`Registry::set_status`].
    pub async fn set_status_in_person(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        channel: &str,
        project: &str,
        status: ProjectStatus,
        reason: &str,
    ) -> Result<(), Error> {
        fresh.cleared()?;
        self.set_status(&fresh.actor(), &visit.origin, channel, project, status, reason).await
    }

    /// Changes where a project stands in its life. Owners archive and deprecate; into quarantine, and out of it, it comes
    /// by those alone who administer the channel. What was said stays as the reason until the next change.
    ///
    /// # Errors
    /// A [`Denial`](crate::access::Denial) for whoever may not; [`Error::NotFound`]; [`Error::Field`] `reason`.
    pub async fn set_status(
        &self,
        actor: &Actor,
        origin: &Origin,
        channel: &str,
        project: &str,
        status: ProjectStatus,
        reason: &str,
    ) -> Result<(), Error> {
        let (now, reason, origin) = (self.clock.now(), checked_reason(reason)?, *origin);
        let channel = self.access.visible_channel(actor, channel).await?;
        let row = find(&mut *self.store.read().await?, &channel, project).await?;
        let decided = match quarantines(&row, status) {
            true => self.access.permit(actor, ManageChannel { channel: Arc::clone(&channel) }).map(drop),
            false => self.access.permit(actor, manage(&channel, &row)).map(drop),
        };
        let place = (channel.id, Some(row.id));
        self.on_record(decided, actor, &origin, place, "change the status of a project").await?;
        let change = ProjectChange::Status { status, reason: reason.clone() };
        let news = News { channel: &channel, project: &row.display_name, actor, at: now, change };
        let letters = self.letters_to_owners(row.id, news).await?;
        let (registry, actor) = (self.clone(), actor.clone());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let project = still_there(tx, row.id).await?;
                let actor = decide_status_again(tx, &actor, &channel, &project, status, now).await?;
                let before = &project.lifecycle;
                if (before.status, &before.reason) == (status, &reason) {
                    return Ok(Vec::new());
                }
                let lifecycle = Lifecycle { status, reason, at: Some(now) };
                tx.set_lifecycle(project.id, &lifecycle).await?;
                tx.bump_serial(project.id).await?;
                let event = ProjectEvent::StatusSet { status, reason: lifecycle.reason };
                let entry = AuditEntry::new(now, &actor, &origin, event);
                tx.audit(entry.in_channel(project.channel).of_project(project.id)).await?;
                tx.announce(Change::Project { channel: project.channel, project: project.id });
                tx.announce(Change::Channel(project.channel));
                post(tx, &letters).await?;
                let moved = status.withholds_files() != before.status.withholds_files();
                if channel.format == ChannelFormat::Python || !moved {
                    return Ok(Vec::new());
                }
                let subdirs = tx.subdirs_of_project(project.id).await?;
                registry.package_changed(tx, &project.name, &subdirs).await
            })
        });
        let subdirs = write.await?;
        self.publish_changed(&subdirs).await;
        Ok(())
    }
}

/// Whether it takes those who administer the channel.
fn quarantines(project: &Project, status: ProjectStatus) -> bool {
    status.withholds_files() || project.lifecycle.status.withholds_files()
}

fn manage(channel: &Arc<Channel>, project: &Project) -> ManageProject {
    ManageProject { channel: Arc::clone(channel), project: project.id, name: project.display_name.clone() }
}

async fn decide_status_again(
    tx: &mut Tx,
    actor: &Actor,
    channel: &Arc<Channel>,
    project: &Project,
    status: ProjectStatus,
    now: Timestamp,
) -> Result<Actor, Error> {
    if quarantines(project, status) {
        decide_again(tx, actor, &ManageChannel { channel: Arc::clone(channel) }, now).await
    } else {
        decide_again(tx, actor, &manage(channel, project), now).await
    }
}
