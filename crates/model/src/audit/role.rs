//! What happens to groups, roles and the rules of channels and projects. Invited addresses are not named: the log is
//! for ever, and a person may leave.

use crate::channel::ProjectCreation;
use crate::group::GroupRole;
use crate::ids::{ChannelId, GroupId, ProjectId, UserId};
use crate::role_invitation::Offer;
use crate::switches::Switches;
use crate::user::{ChannelRole, ProjectRole};

/// Something that happened to a group, a role, or the rules of a channel or project.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event")]
pub enum RoleEvent {
    /// A group was made.
    #[serde(rename = "instance:group:create")]
    GroupCreated {
        /// The group.
        group: GroupId,
        /// Its name.
        name: String,
    },
    /// A group was removed, with all its roles.
    #[serde(rename = "instance:group:remove")]
    GroupRemoved {
        /// The group.
        group: GroupId,
        /// The name that it had.
        name: String,
    },
    /// Somebody came into a group, or became something else there.
    #[serde(rename = "instance:group-member:add")]
    GroupMemberAdded {
        /// The group.
        group: GroupId,
        /// Its name.
        name: String,
        /// Who.
        user: UserId,
        /// What they are from now on.
        role: GroupRole,
    },
    /// Somebody was taken out of a group.
    #[serde(rename = "instance:group-member:remove")]
    GroupMemberRemoved {
        /// The group.
        group: GroupId,
        /// Its name.
        name: String,
        /// Who.
        user: UserId,
    },
    /// A group got a role in the channel, or another one.
    #[serde(rename = "channel:group:add")]
    ChannelGroupAdded {
        /// The group.
        group: GroupId,
        /// Its name.
        name: String,
        /// The role from now on.
        role: ChannelRole,
    },
    /// A group lost its role in the channel.
    #[serde(rename = "channel:group:remove")]
    ChannelGroupRemoved {
        /// The group.
        group: GroupId,
        /// Its name.
        name: String,
    },
    /// Somebody got a role in the project, or another one.
    #[serde(rename = "project:member:add")]
    ProjectMemberAdded {
        /// Who.
        user: UserId,
        /// The role from now on.
        role: ProjectRole,
    },
    /// Somebody lost the role in the project.
    #[serde(rename = "project:member:remove")]
    ProjectMemberRemoved {
        /// Who.
        user: UserId,
    },
    /// A group got a role in the project, or another one.
    #[serde(rename = "project:group:add")]
    ProjectGroupAdded {
        /// The group.
        group: GroupId,
        /// Its name.
        name: String,
        /// The role from now on.
        role: ProjectRole,
    },
    /// A group lost its role in the project.
    #[serde(rename = "project:group:remove")]
    ProjectGroupRemoved {
        /// The group.
        group: GroupId,
        /// Its name.
        name: String,
    },
    /// The project was given to somebody, and all other roles in it ended.
    #[serde(rename = "project:owner:transfer")]
    ProjectTransferred {
        /// The only owner from now on.
        user: UserId,
    },
    /// Somebody was invited to a role.
    #[serde(rename = "role:invitation:create")]
    Invited {
        /// To what.
        to: Place,
        /// Who, if they were invited by name.
        user: Option<UserId>,
    },
    /// An invitation to a role was withdrawn.
    #[serde(rename = "role:invitation:withdraw")]
    InvitationWithdrawn {
        /// To what.
        to: Place,
    },
    /// An invitation to a role was accepted.
    #[serde(rename = "role:invitation:accept")]
    InvitationAccepted {
        /// To what.
        to: Place,
        /// By whom.
        user: UserId,
    },
    /// An invitation to a role was declined.
    #[serde(rename = "role:invitation:decline")]
    InvitationDeclined {
        /// To what.
        to: Place,
        /// By whom.
        user: UserId,
    },
    /// Others may create projects in the channel from now on.
    #[serde(rename = "channel:creation:set")]
    CreationSet {
        /// Who.
        who: ProjectCreation,
    },
    /// The channel asks something else of credentials from now on.
    #[serde(rename = "channel:switches:set")]
    ChannelSwitchesSet {
        /// What.
        switches: Switches,
    },
    /// The project asks something else of credentials from now on.
    #[serde(rename = "project:switches:set")]
    ProjectSwitchesSet {
        /// What.
        switches: Switches,
    },
}

/// What somebody was invited to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Place {
    /// A role in a channel.
    Channel {
        /// The channel.
        channel: ChannelId,
        /// The role.
        role: ChannelRole,
    },
    /// A role in a project.
    Project {
        /// The project.
        project: ProjectId,
        /// The role.
        role: ProjectRole,
    },
    /// To be the only owner of a project.
    Transfer {
        /// The project.
        project: ProjectId,
    },
    /// A place in a group.
    Group {
        /// The group.
        group: GroupId,
        /// Member or manager.
        role: GroupRole,
    },
}

impl From<Offer> for Place {
    fn from(offer: Offer) -> Self {
        match offer {
            Offer::Channel(channel, role) => Self::Channel { channel, role },
            Offer::Project(project, role) => Self::Project { project, role },
            Offer::Transfer(project) => Self::Transfer { project },
            Offer::Group(group, role) => Self::Group { group, role },
        }
    }
}

impl RoleEvent {
    /// The person to whom it happened, if it happened to one.
    pub const fn subject(&self) -> Option<UserId> {
        match self {
            Self::GroupMemberAdded { user, .. }
            | Self::GroupMemberRemoved { user, .. }
            | Self::ProjectMemberAdded { user, .. }
            | Self::ProjectMemberRemoved { user }
            | Self::ProjectTransferred { user }
            | Self::InvitationAccepted { user, .. }
            | Self::InvitationDeclined { user, .. } => Some(*user),
            Self::Invited { user, .. } => *user,
            Self::GroupCreated { .. }
            | Self::GroupRemoved { .. }
            | Self::ChannelGroupAdded { .. }
            | Self::ChannelGroupRemoved { .. }
            | Self::ProjectGroupAdded { .. }
            | Self::ProjectGroupRemoved { .. }
            | Self::InvitationWithdrawn { .. }
            | Self::CreationSet { .. }
            | Self::ChannelSwitchesSet { .. }
            | Self::ProjectSwitchesSet { .. } => None,
        }
    }
}
