//! The permits to manage and to look at who has which role, for people in their browsers and for the operator.

use std::sync::Arc;

use bonded_model::group::{Group, GroupName};
use bonded_model::people::Requirement;
use bonded_model::project::Project;
use bonded_model::{Actor, Channel};

use crate::access::{
    Denial, Inspect, InspectGroup, InspectProject, ManageChannel, ManageGroup, ManageProject, Operate, Permit,
};
use crate::people::{Cleared, Fresh};
use crate::projects::find;
use crate::{Error, Registry};

impl Registry {
    /// The permit to manage a channel.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Denial::Hidden`] for an unknown channel and for one that the person may not see;
    /// [`Denial::Forbidden`] for whoever does not administer it, which is put on record.
    pub async fn manage_channel(
        &self,
        fresh: &Fresh<'_>,
        channel: &str,
    ) -> Result<Permit<ManageChannel>, Error> {
        fresh.cleared()?;
        let (actor, channel) = (fresh.actor(), self.managed_channel(&fresh.actor(), channel).await?);
        let place = (channel.id, None);
        let permit = self.access.permit(&actor, ManageChannel { channel });
        self.on_record(permit, &actor, fresh.origin(), place, "manage a channel").await
    }

    /// The operator's permit to manage a channel.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown channel.
    pub async fn operator_manages_channel(
        &self,
        permit: &Permit<Operate>,
        channel: &str,
    ) -> Result<Permit<ManageChannel>, Error> {
        let channel = self.managed_channel(permit.actor(), channel).await?;
        Ok(self.access.permit(permit.actor(), ManageChannel { channel })?)
    }

    /// The permit to look at who has which role in a channel.
    ///
    /// # Errors
    /// As [`Registry::manage_channel`].
    pub async fn inspect_channel(
        &self,
        cleared: &Cleared<'_>,
        channel: &str,
    ) -> Result<Permit<Inspect>, Error> {
        let channel = self.access.visible_channel(&cleared.actor(), channel).await?;
        Ok(self.access.permit(&cleared.actor(), Inspect { channel })?)
    }

    /// The operator's permit to look at who has which role in a channel.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown channel.
    pub async fn operator_inspects_channel(
        &self,
        permit: &Permit<Operate>,
        channel: &str,
    ) -> Result<Permit<Inspect>, Error> {
        let channel = self.managed_channel(permit.actor(), channel).await?;
        Ok(self.access.permit(permit.actor(), Inspect { channel })?)
    }

    /// The permit to manage a project.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Denial::Hidden`] for an unknown channel and for one that the person may not see;
    /// [`Error::NotFound`] for an unknown project; [`Denial::Forbidden`] for whoever neither owns it nor administers its
    /// channel.
    pub async fn manage_project(
        &self,
        fresh: &Fresh<'_>,
        channel: &str,
        project: &str,
    ) -> Result<Permit<ManageProject>, Error> {
        fresh.cleared()?;
        let actor = fresh.actor();
        let (channel, project) = self.seen_project(&actor, channel, project).await?;
        let place = (channel.id, Some(project.id));
        let action = ManageProject { channel, project: project.id, name: project.display_name };
        let permit = self.access.permit(&actor, action);
        self.on_record(permit, &actor, fresh.origin(), place, "manage a project").await
    }

    /// The operator's permit to manage a project.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown channel or project.
    pub async fn operator_manages_project(
        &self,
        permit: &Permit<Operate>,
        channel: &str,
        project: &str,
    ) -> Result<Permit<ManageProject>, Error> {
        let (channel, project) = self.seen_project(permit.actor(), channel, project).await?;
        let action = ManageProject { channel, project: project.id, name: project.display_name };
        Ok(self.access.permit(permit.actor(), action)?)
    }

    /// The permit to look at who has which role in a project.
    ///
    /// # Errors
    /// As [`Registry::manage_project`].
    pub async fn inspect_project(
        &self,
        cleared: &Cleared<'_>,
        channel: &str,
        project: &str,
    ) -> Result<Permit<InspectProject>, Error> {
        let (channel, project) = self.seen_project(&cleared.actor(), channel, project).await?;
        let action = InspectProject { channel, project: project.id, name: project.display_name };
        Ok(self.access.permit(&cleared.actor(), action)?)
    }

    /// The operator's permit to look at who has which role in a project.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown channel or project.
    pub async fn operator_inspects_project(
        &self,
        permit: &Permit<Operate>,
        channel: &str,
        project: &str,
    ) -> Result<Permit<InspectProject>, Error> {
        let (channel, project) = self.seen_project(permit.actor(), channel, project).await?;
        let action = InspectProject { channel, project: project.id, name: project.display_name };
        Ok(self.access.permit(permit.actor(), action)?)
    }

    /// The permit to manage a group.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Denial::Hidden`] for an unknown group and for whoever is not in it; [`Denial::Forbidden`]
    /// for members who do not manage it.
    pub async fn manage_group(&self, fresh: &Fresh<'_>, group: &str) -> Result<Permit<ManageGroup>, Error> {
        fresh.cleared()?;
        let group = self.seen_group(&fresh.actor(), group).await?;
        let own = self.store.read().await?.group_role_of(group.id, fresh.user().id).await?;
        let action = ManageGroup::new(group, own, fresh.requirement());
        Ok(self.access.permit(&fresh.actor(), action)?)
    }

    /// The operator's permit to manage a group.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn operator_manages_group(
        &self,
        permit: &Permit<Operate>,
        group: &str,
    ) -> Result<Permit<ManageGroup>, Error> {
        let group = self.seen_group(permit.actor(), group).await?;
        Ok(self.access.permit(permit.actor(), ManageGroup::new(group, None, Requirement::Nothing))?)
    }

    /// The operator's permit to look at a group.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn operator_inspects_group(
        &self,
        permit: &Permit<Operate>,
        group: &str,
    ) -> Result<Permit<InspectGroup>, Error> {
        let group = self.seen_group(permit.actor(), group).await?;
        Ok(self.access.permit(permit.actor(), InspectGroup::new(group, None))?)
    }

    /// The permit to look at a group.
    ///
    /// # Errors
    /// [`Denial::Hidden`] for an unknown group and for whoever is not in it.
    pub async fn inspect_group(
        &self,
        cleared: &Cleared<'_>,
        group: &str,
    ) -> Result<Permit<InspectGroup>, Error> {
        let group = self.seen_group(&cleared.actor(), group).await?;
        let own = self.store.read().await?.group_role_of(group.id, cleared.user().id).await?;
        Ok(self.access.permit(&cleared.actor(), InspectGroup::new(group, own))?)
    }

    /// The channel of this name. The operator is told that there is none, and everybody else what hidden ones say.
    async fn managed_channel(&self, actor: &Actor, name: &str) -> Result<Arc<Channel>, Error> {
        match self.access.visible_channel(actor, name).await {
            Err(Error::Denied(Denial::Hidden)) if matches!(actor, Actor::Operator) => {
                Err(Error::NotFound(format!("there is no channel '{name}'")))
            }
            found => found,
        }
    }

    /// The group of this name. Whether somebody may see it is for the action to say, with the same words.
    pub(super) async fn seen_group(&self, actor: &Actor, name: &str) -> Result<Arc<Group>, Error> {
        let found = match name.parse::<GroupName>() {
            Ok(name) => self.store.read().await?.group_by_name(&name).await?,
            Err(_) => None,
        };
        found.map(Arc::new).ok_or_else(|| match actor {
            Actor::Operator => Error::NotFound(format!("there is no group '{name}'")),
            _ => Denial::hidden(actor).into(),
        })
    }

    pub(super) async fn seen_project(
        &self,
        actor: &Actor,
        channel: &str,
        name: &str,
    ) -> Result<(Arc<Channel>, Project), Error> {
        let channel = self.managed_channel(actor, channel).await?;
        let project = find(&mut *self.store.read().await?, &channel, name).await?;
        Ok((channel, project))
    }
}
