//! Permits for what is done to a project, and the second decision inside the transaction.

use std::sync::Arc;

use bonded_model::actor::Origin;
use bonded_model::ids::{ChannelId, ProjectId};
use bonded_model::project::Project;
use bonded_model::{Actor, Channel, Lifecycle, Switches, Timestamp};
use bonded_store::Tx;

use super::find::find;
use crate::access::{Action, Delete, Denial, Inspect, InspectProject, Permit, Read, Yank, present};
use crate::{Error, Registry};

impl Registry {
    /// Decides whether the actor may yank releases of the project, and take that back. A refusal is put on record.
    ///
    /// # Errors
    /// The [`Denial`]; [`Error::NotFound`] for an unknown project of a channel that the actor may read.
    pub async fn permit_yank(
        &self,
        actor: &Actor,
        origin: &Origin,
        channel: &str,
        project: &str,
    ) -> Result<Permit<Yank>, Error> {
        let channel = self.place_of_change(actor, channel).await?;
        let found = find(&mut *self.store.read().await?, &channel, project).await;
        let action = |project| Yank { channel: Arc::clone(&channel), project };
        let found = self.unless_hidden(found, actor, &channel, |project| action(project.rules()));
        let found = self.found_on_record(found, actor, origin, channel.id, "yank a release").await?;
        let project = found.rules();
        let permit = self.access.permit(actor, action(project));
        let place = (channel.id, Some(project.id));
        self.on_record(permit, actor, origin, place, "yank a release").await
    }

    /// Decides whether the actor may delete files of the project, releases, and the project itself. A refusal is put on
    /// record.
    ///
    /// # Errors
    /// As [`Registry::permit_yank`].
    pub async fn permit_delete(
        &self,
        actor: &Actor,
        origin: &Origin,
        channel: &str,
        project: &str,
    ) -> Result<Permit<Delete>, Error> {
        let channel = self.place_of_change(actor, channel).await?;
        let found = find(&mut *self.store.read().await?, &channel, project).await;
        let action = |project| Delete { channel: Arc::clone(&channel), project };
        let found = self.unless_hidden(found, actor, &channel, |project| action(project.rules()));
        let found = self.found_on_record(found, actor, origin, channel.id, "delete").await?;
        let project = found.rules();
        let permit = self.access.permit(actor, action(project));
        let place = (channel.id, Some(project.id));
        self.on_record(permit, actor, origin, place, "delete").await
    }

    /// Decides whether the actor, perhaps a token that manages, may see what happened in the channel.
    ///
    /// # Errors
    /// The [`Denial`].
    pub async fn permit_inspect(&self, actor: &Actor, channel: &str) -> Result<Permit<Inspect>, Error> {
        let channel = self.place_of_change(actor, channel).await?;
        Ok(self.access.permit(actor, Inspect { channel })?)
    }

    /// Decides whether the actor, perhaps a token that manages, may see what happened to the project.
    ///
    /// # Errors
    /// The [`Denial`]; [`Error::NotFound`] for an unknown project of a channel that the actor sees.
    pub async fn permit_inspect_project(
        &self,
        actor: &Actor,
        channel: &str,
        project: &str,
    ) -> Result<Permit<InspectProject>, Error> {
        let channel = self.place_of_change(actor, channel).await?;
        let found = find(&mut *self.store.read().await?, &channel, project).await;
        let action = |project: &Project| {
            let (channel, name) = (Arc::clone(&channel), project.display_name.clone());
            InspectProject { channel, project: project.id, name }
        };
        let project = self.unless_hidden(found, actor, &channel, action)?;
        Ok(self.access.permit(actor, action(&project))?)
    }

    /// What was found. Where it was not, whoever may not even read the channel gets the answer for a project that is none
    /// of theirs: names in private channels are not for guessing.
    pub(super) fn unless_hidden<T, A: Action>(
        &self,
        found: Result<T, Error>,
        actor: &Actor,
        channel: &Arc<Channel>,
        action: impl FnOnce(&Project) -> A,
    ) -> Result<T, Error> {
        let now = self.clock.now();
        if let Err(Error::NotFound(_)) = &found
            && (Read { channel: Arc::clone(channel) }).decide(actor, now).is_err()
        {
            let nobodys = Project {
                id: ProjectId::generate(now, &self.random),
                channel: channel.id,
                name: String::new(),
                display_name: String::new(),
                serial: 0,
                created_at: now,
                deleted_at: None,
                lifecycle: Lifecycle::default(),
                switches: Switches::default(),
            };
            action(&nobodys).decide(actor, now)?;
        }
        found
    }

    /// The channel, for somebody who means to change something there. Whoever is nobody can change nothing, and need not
    /// learn what is there.
    async fn place_of_change(&self, actor: &Actor, channel: &str) -> Result<Arc<Channel>, Error> {
        if matches!(actor, Actor::Anonymous) {
            return Err(Denial::hidden(actor).into());
        }
        self.access.visible_channel(actor, channel).await
    }

    /// What was found; a refusal is put on record in the channel.
    pub(super) async fn found_on_record<T>(
        &self,
        found: Result<T, Error>,
        actor: &Actor,
        origin: &Origin,
        channel: ChannelId,
        action: &str,
    ) -> Result<T, Error> {
        if let Err(Error::Denied(denial)) = &found {
            self.record_refusal(actor, origin, Some((channel, None)), action, &denial.to_string()).await;
        }
        found
    }

    /// The permit; a refusal is put on record in its place.
    pub(crate) async fn on_record<T>(
        &self,
        decided: Result<T, Denial>,
        actor: &Actor,
        origin: &Origin,
        place: (ChannelId, Option<ProjectId>),
        action: &str,
    ) -> Result<T, Error> {
        if let Err(denial) = &decided {
            self.record_refusal(actor, origin, Some(place), action, &denial.to_string()).await;
        }
        Ok(decided?)
    }

    /// Puts on record that somebody was refused an upload, tied to the channel and the project if they are there.
    pub async fn record_refused_upload(
        &self,
        actor: &Actor,
        origin: &Origin,
        channel: &str,
        project: Option<&str>,
        denial: &Denial,
    ) {
        let action = format!("publish to {channel}");
        let place = self.refused_place(actor, channel, project).await.ok();
        self.record_refusal(actor, origin, place, &action, &denial.to_string()).await;
    }

    async fn refused_place(
        &self,
        actor: &Actor,
        channel: &str,
        project: Option<&str>,
    ) -> Result<(ChannelId, Option<ProjectId>), Error> {
        let channel = self.access.visible_channel(actor, channel).await?;
        let Some(project) = project else { return Ok((channel.id, None)) };
        let found = find(&mut *self.store.read().await?, &channel, project).await;
        Ok((channel.id, found.ok().map(|project| project.id)))
    }
}

/// Decides once more, with the rights that the transaction finds: whoever lost them a moment ago comes too late.
pub(super) async fn decide_again<A: Action>(
    tx: &mut Tx,
    actor: &Actor,
    action: &A,
    now: Timestamp,
) -> Result<Actor, Error> {
    let actor = present(tx, actor).await?;
    action.decide(&actor, now)?;
    Ok(actor)
}

/// The project as the transaction finds it.
pub(super) async fn still_there(tx: &mut Tx, id: ProjectId) -> Result<Project, Error> {
    let found = tx.project(id).await?.filter(|project| project.deleted_at.is_none());
    found.ok_or_else(|| Error::NotFound("the project was deleted".into()))
}
