//! A project keeps an owner, and a channel its administrator.

use std::collections::BTreeSet;

use bonded_model::ids::{ChannelId, GroupId, ProjectId, UserId};
use bonded_model::user::ChannelRole;
use bonded_store::Tx;

use crate::Error;
use crate::people::{channel_name, project_name};

/// How many places a refusal names.
const NAMED: usize = 5;

/// Places that somebody looks after before a change. What nobody looked after may stay so.
#[derive(Debug, Default)]
pub(super) struct LookedAfter {
    channels: Vec<ChannelId>,
    projects: BTreeSet<ProjectId>,
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
            self.projects.insert(project);
        }
        Ok(self)
    }

    /// The channels that a group administers.
    pub(super) async fn channels_of(mut self, tx: &mut Tx, group: GroupId) -> Result<Self, Error> {
        for (channel, role) in tx.channels_of_group(group).await? {
            if role == ChannelRole::Admin {
                self = self.channel(tx, channel).await?;
            }
        }
        Ok(self)
    }

    /// What somebody owns, themselves or through groups: everywhere, or in one channel.
    pub(super) async fn owned_by(
        mut self,
        tx: &mut Tx,
        user: UserId,
        within: Option<ChannelId>,
    ) -> Result<Self, Error> {
        let there = |channel: ChannelId| within.is_none_or(|within| within == channel);
        let owned = tx.projects_owned_by(user).await?.into_iter();
        self.projects.extend(owned.filter(|(_, channel)| there(*channel)).map(|(project, _)| project));
        Ok(self)
    }

    /// What those in a group own, themselves or through any group: what the group gives them may be all that makes it
    /// count.
    pub(super) async fn owned_by_members(
        mut self,
        tx: &mut Tx,
        group: GroupId,
        within: Option<ChannelId>,
    ) -> Result<Self, Error> {
        for member in tx.group_members(group).await? {
            self = self.owned_by(tx, member.user, within).await?;
        }
        Ok(self)
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
