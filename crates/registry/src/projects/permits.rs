//! Permits for what is done to a project, and the second decision inside the transaction.

use std::sync::Arc;

use bonded_model::actor::Origin;
use bonded_model::ids::ProjectId;
use bonded_model::project::Project;
use bonded_model::{Actor, Channel, Timestamp};
use bonded_store::Tx;

use super::find::find;
use crate::access::{Action, Delete, Denial, Inspect, InspectProject, Permit, Yank, present};
use crate::{Error, Registry};

impl Registry {
    /// Decides whether the actor may yank releases of the project, and take that back. A refusal is put on record.
    ///
    /// # Errors
    /// The [`Denial`]; [`Error::NotFound`] for an unknown project of a channel that the actor sees.
    pub async fn permit_yank(
        &self,
        actor: &Actor,
        origin: &Origin,
        channel: &str,
        project: &str,
    ) -> Result<Permit<Yank>, Error> {
        let channel = self.place_of_change(actor, channel).await?;
        let project = find(&mut *self.store.read().await?, &channel, project).await?.rules();
        let permit = self.access.permit(actor, Yank { channel, project });
        self.on_record(permit, actor, origin, "yank a release").await
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
        let project = find(&mut *self.store.read().await?, &channel, project).await?.rules();
        let permit = self.access.permit(actor, Delete { channel, project });
        self.on_record(permit, actor, origin, "delete").await
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
        let project = find(&mut *self.store.read().await?, &channel, project).await?;
        let action = InspectProject { channel, project: project.id, name: project.display_name };
        Ok(self.access.permit(actor, action)?)
    }

    /// The channel, for somebody who means to change something there. Whoever is nobody can change nothing, and need not
    /// learn what is there.
    async fn place_of_change(&self, actor: &Actor, channel: &str) -> Result<Arc<Channel>, Error> {
        if matches!(actor, Actor::Anonymous) {
            return Err(Denial::hidden(actor).into());
        }
        self.access.visible_channel(actor, channel).await
    }

    pub(super) async fn on_record<T>(
        &self,
        decided: Result<T, Denial>,
        actor: &Actor,
        origin: &Origin,
        action: &str,
    ) -> Result<T, Error> {
        if let Err(denial) = &decided {
            self.record_refusal(actor, origin, action, &denial.to_string()).await;
        }
        Ok(decided?)
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
