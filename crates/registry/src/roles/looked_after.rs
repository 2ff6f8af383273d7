//! A project keeps an owner, and a channel its administrator.

use bonded_model::ids::{ChannelId, GroupId, ProjectId, UserId};
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_store::Tx;

use crate::Error;
use crate::people::{channel_name, project_name};

/// How many places a refusal names.
const NAMED: usize = 5;

/// Places that somebody looks after before a change. What nobody looked after may stay so.
#[derive(Debug, Default)]
pub(super) struct LookedAfter {
    channels: Vec<ChannelId>,
    projects: Vec<ProjectId>,
}

impl LookedAfter {
    /// A channel.
    pub(super) async fn channel(mut self, tx: &mut Tx, channel: ChannelId) -> Result<Self, Error> {
        if tx.has_admin(channel).await? {
            self.channels.push(channel);
        }
        Ok(self)
    }

    /// A project.
    pub(super) async fn project(mut self, tx: &mut Tx, project: ProjectId) -> Result<Self, Error> {
        if tx.has_owner(project).await? {
            self.projects.push(project);
        }
        Ok(self)
    }

    /// A channel and the projects in it that somebody owns without a group.
    pub(super) async fn of_user(tx: &mut Tx, channel: ChannelId, user: UserId) -> Result<Self, Error> {
        let mut found = Self::default().channel(tx, channel).await?;
        for project in tx.projects_owned_in(channel, user).await? {
            found = found.project(tx, project).await?;
        }
        Ok(found)
    }

    /// What a group administers and owns: everywhere, or in one channel.
    pub(super) async fn of_group(
        tx: &mut Tx,
        group: GroupId,
        within: Option<ChannelId>,
    ) -> Result<Self, Error> {
        let mut found = Self::default();
        for (channel, role) in tx.channels_of_group(group).await? {
            if role == ChannelRole::Admin && within.is_none_or(|within| within == channel) {
                found = found.channel(tx, channel).await?;
            }
        }
        for (id, role) in tx.projects_of_group(group).await? {
            let Some(project) = tx.project(id).await? else { continue };
            if role == ProjectRole::Owner && within.is_none_or(|within| within == project.channel) {
                found = found.project(tx, id).await?;
            }
        }
        Ok(found)
    }

    /// Refuses the change, within its transaction, if something is left to nobody.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming it.
    pub(super) async fn check(self, tx: &mut Tx) -> Result<(), Error> {
        let mut left = Vec::new();
        for channel in self.channels {
            if !tx.has_admin(channel).await? {
                left.extend(channel_name(tx, channel).await?.map(|name| format!("the channel {name}")));
            }
        }
        for project in self.projects {
            if !tx.has_owner(project).await? {
                let name = project_name(tx, project).await?;
                left.extend(name.map(|(channel, project)| format!("the project {channel}/{project}")));
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let more = if left.len() > NAMED { ", and others" } else { "" };
        left.truncate(NAMED);
        let left = left.join(", ");
        Err(Error::Invalid(format!("nobody else looks after {left}{more}: give that to somebody first")))
    }
}
