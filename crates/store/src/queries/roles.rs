//! What can be read of groups, of who looks after what, and of invitations to roles.

use bonded_model::group::{ChannelGroup, Group, GroupMember, GroupName, GroupRole, ProjectGroup};
use bonded_model::ids::{ChannelId, GroupId, InvitationId, ProjectId, UserId};
use bonded_model::role_invitation::RoleInvitation;
use bonded_model::secret::SecretHash;
use bonded_model::user::{ChannelRole, ProjectRole};

use super::Queries;
use crate::connection::run_queries;

impl Queries {
    run_queries! {
        /// A group.
        pub fn group(id: GroupId) -> Option<Group> = groups::by_id;
        /// The group with this name, in any spelling.
        pub fn group_by_name(name: &GroupName) -> Option<Group> = groups::by_name;
        /// Every group, by name.
        pub fn groups() -> Vec<Group> = groups::all;
        /// The groups that an account is in, by name.
        pub fn groups_of(user: UserId) -> Vec<(Group, GroupRole)> = groups::of_user;
        /// Who is in a group, by name.
        pub fn group_members(group: GroupId) -> Vec<GroupMember> = groups::members;
        /// What an account is in a group.
        pub fn group_role_of(group: GroupId, user: UserId) -> Option<GroupRole> = groups::role_of;

        /// The groups that have a role in a channel, by name.
        pub fn channel_groups(channel: ChannelId) -> Vec<ChannelGroup> = group_roles::of_channel;
        /// The groups that have a role in a project, by name.
        pub fn project_groups(project: ProjectId) -> Vec<ProjectGroup> = group_roles::of_project;
        /// The channels that a group has a role in, oldest first.
        pub fn channels_of_group(group: GroupId) -> Vec<(ChannelId, ChannelRole)> = group_roles::channels_of;
        /// The projects that a group has a role in, oldest first.
        pub fn projects_of_group(group: GroupId) -> Vec<(ProjectId, ProjectRole)> = group_roles::projects_of;
        /// What an account itself was given in a channel, without its groups.
        pub fn own_channel_role(channel: ChannelId, user: UserId) -> Option<ChannelRole> = members::own_channel_role;
        /// What an account itself was given in a project, without its groups.
        pub fn own_project_role(project: ProjectId, user: UserId) -> Option<ProjectRole> = members::own_project_role;

        /// Whether anybody who is not suspended owns a project, through a group or not.
        pub fn has_owner(project: ProjectId) -> bool = owners::of_project_exists;
        /// Whether anybody who is not suspended administers a channel, through a group or not.
        pub fn has_admin(channel: ChannelId) -> bool = owners::of_channel_exists;
        /// Everybody who owns a project and is not suspended, through a group or not.
        pub fn owners_of(project: ProjectId) -> Vec<UserId> = owners::of_project;
        /// The projects that an account owns, itself or through groups, and their channels. A suspended one owns nothing.
        pub fn projects_owned_by(user: UserId) -> Vec<(ProjectId, ChannelId)> = owners::projects_of_user;

        /// The invitations to roles that an account sent, oldest first.
        pub fn role_invitations_sent_by(user: UserId) -> Vec<RoleInvitation> = role_invitations::sent_by;
        /// An invitation to a role, however old.
        pub fn role_invitation(id: InvitationId) -> Option<RoleInvitation> = role_invitations::by_id;
        /// The invitation to a role with this secret, however old.
        pub fn role_invitation_by_secret(secret: &SecretHash) -> Option<RoleInvitation>
            = role_invitations::by_secret;
        /// Invitations to roles in a channel, oldest first, however old.
        pub fn role_invitations_to_channel(channel: ChannelId) -> Vec<RoleInvitation> = role_invitations::of_channel;
        /// Invitations to roles in a project, and offers of it, oldest first, however old.
        pub fn role_invitations_to_project(project: ProjectId) -> Vec<RoleInvitation> = role_invitations::of_project;
        /// Invitations to a group, oldest first, however old.
        pub fn role_invitations_to_group(group: GroupId) -> Vec<RoleInvitation> = role_invitations::of_group;
        /// What an account is invited to, by its name or by an address that it has verified, however old.
        pub fn role_invitations_of(user: UserId) -> Vec<RoleInvitation> = role_invitations::of_user;
    }
}
