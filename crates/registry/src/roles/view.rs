//! Who has which role, for those who manage it.

use std::sync::Arc;

use bonded_model::Channel;
use bonded_model::group::{ChannelGroup, ProjectGroup};
use bonded_model::project::{ChannelMember, Project, ProjectMember};

use super::offers::{OpenRoleInvitation, open};
use crate::access::{Inspect, InspectProject, Permit};
use crate::{Error, Registry};

/// A channel with everybody who has a role in it. What is asked there stands in the channel itself.
#[derive(Clone, Debug)]
pub struct ChannelPeople {
    /// The channel, with its own policy (not the instance's), creation rule and switches.
    pub channel: Channel,
    /// People with roles of their own, by name.
    pub members: Vec<ChannelMember>,
    /// Groups with roles, by name.
    pub groups: Vec<ChannelGroup>,
    /// Open invitations, oldest first.
    pub invitations: Vec<OpenRoleInvitation>,
}

/// A project with everybody who has a role in it. What it asks stands in the project itself.
#[derive(Clone, Debug)]
pub struct ProjectPeople {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The project.
    pub project: Project,
    /// People with roles of their own, by name.
    pub members: Vec<ProjectMember>,
    /// Groups with roles, by name.
    pub groups: Vec<ProjectGroup>,
    /// Open invitations and offers, oldest first.
    pub invitations: Vec<OpenRoleInvitation>,
}

impl Registry {
    /// Who has which role in a channel, and what is asked there.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn channel_people(&self, permit: &Permit<Inspect>) -> Result<ChannelPeople, Error> {
        let (id, now) = (permit.action().channel.id, self.clock.now());
        let mut reader = self.store.read().await?;
        let missing = || Error::NotFound("there is no such channel any more".into());
        let channel = reader.channel(id).await?.ok_or_else(missing)?;
        let invitations = reader.role_invitations_to_channel(id).await?;
        Ok(ChannelPeople {
            channel,
            members: reader.channel_members(id).await?,
            groups: reader.channel_groups(id).await?,
            invitations: open(&mut reader, invitations, now).await?,
        })
    }

    /// Who has which role in a project, and what is asked there.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the project is gone by now.
    pub async fn project_people(&self, permit: &Permit<InspectProject>) -> Result<ProjectPeople, Error> {
        let (id, now) = (permit.action().project, self.clock.now());
        let mut reader = self.store.read().await?;
        let missing = || Error::NotFound("there is no such project any more".into());
        let project = reader.project(id).await?.ok_or_else(missing)?;
        let invitations = reader.role_invitations_to_project(id).await?;
        Ok(ProjectPeople {
            channel: Arc::clone(&permit.action().channel),
            project,
            members: reader.project_members(id).await?,
            groups: reader.project_groups(id).await?,
            invitations: open(&mut reader, invitations, now).await?,
        })
    }
}
