//! Invitations to a role: mailed links that somebody accepts, and that are decided on once more then.

use crate::Timestamp;
use crate::group::GroupRole;
use crate::ids::{ChannelId, GroupId, InvitationId, ProjectId, UserId};
use crate::secret::SecretHash;
use crate::user::{ChannelRole, Email, ProjectRole};

/// What is offered to somebody.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Offer {
    /// A role in a channel.
    Channel(ChannelId, ChannelRole),
    /// A role in a project.
    Project(ProjectId, ProjectRole),
    /// A project, to be owned by nobody else.
    Transfer(ProjectId),
    /// A place in a group.
    Group(GroupId, GroupRole),
}

impl Offer {
    /// The channel, if the role is one in a channel.
    pub const fn channel(self) -> Option<ChannelId> {
        if let Self::Channel(channel, _) = self { Some(channel) } else { None }
    }

    /// The project, if the role is one in a project, or the project itself is offered.
    pub const fn project(self) -> Option<ProjectId> {
        if let Self::Project(project, _) | Self::Transfer(project) = self { Some(project) } else { None }
    }

    /// The group, if it is about a group.
    pub const fn group(self) -> Option<GroupId> {
        if let Self::Group(group, _) = self { Some(group) } else { None }
    }

    /// The role's word.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Channel(_, role) => role.as_str(),
            Self::Project(_, role) => role.as_str(),
            Self::Transfer(_) => ProjectRole::Owner.as_str(),
            Self::Group(_, role) => role.as_str(),
        }
    }
}

/// An invitation as it stands in the database. It is deleted when it is accepted, declined or withdrawn.
#[derive(Clone, Debug)]
pub struct RoleInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The hash of its secret.
    pub secret: SecretHash,
    /// What is offered.
    pub offer: Offer,
    /// The invited account, if the invitation names one. Otherwise it is for whoever has verified the address.
    pub user: Option<UserId>,
    /// Where it was mailed to.
    pub address: Email,
    /// Who invites; `None` for the operator.
    pub invited_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}
