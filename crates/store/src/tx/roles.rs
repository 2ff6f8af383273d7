//! What can be changed about roles, groups, invitations and what is asked of credentials.

use bonded_model::Switches;
use bonded_model::channel::ProjectCreation;
use bonded_model::group::{Group, GroupRole};
use bonded_model::ids::{ChannelId, GroupId, InvitationId, ProjectId, UserId};
use bonded_model::role_invitation::RoleInvitation;
use bonded_model::user::{ChannelRole, ProjectRole};

use super::Tx;
use crate::connection::run_queries;

impl Tx {
    run_queries! {
        /// Gives an account a role in a channel, in place of any other of its own. Whoever may publish there no more loses
        /// their own roles in its projects.
        pub fn put_channel_role(channel: ChannelId, user: UserId, role: ChannelRole) -> () = members::put_in_channel;
        /// Takes an account out of a channel and of all its projects. False when it was no member.
        pub fn remove_channel_member(channel: ChannelId, user: UserId) -> bool = members::remove_from_channel;
        /// Gives an account a role in a project, in place of any other of its own.
        pub fn put_project_role(project: ProjectId, user: UserId, role: ProjectRole) -> () = members::put_in_project;
        /// Takes an account out of a project. False when it was no member.
        pub fn remove_project_member(project: ProjectId, user: UserId) -> bool = members::remove_from_project;

        /// Makes a group. False when its name is taken.
        pub fn insert_group(group: &Group) -> bool = groups::insert;
        /// Deletes a group with all its roles, and the members' own in projects where they may publish no more. False when
        /// there was none.
        pub fn delete_group(group: GroupId) -> bool = groups::delete;
        /// Puts an account into a group, or makes it something else there.
        pub fn put_group_member(group: GroupId, user: UserId, role: GroupRole) -> () = groups::put_member;
        /// Takes an account out of a group, and out of projects where it may publish no more. False when it was not in it.
        pub fn remove_group_member(group: GroupId, user: UserId) -> bool = groups::remove_member;
        /// Gives a group a role in a channel, in place of any other. Members who may publish there no more lose their own
        /// roles in its projects.
        pub fn put_channel_group(channel: ChannelId, group: GroupId, role: ChannelRole) -> ()
            = group_roles::put_in_channel;
        /// Takes a group out of a channel and of all its projects, and members who may publish there no more out of these.
        /// False when it had no role in the channel.
        pub fn remove_channel_group(channel: ChannelId, group: GroupId) -> bool = group_roles::remove_from_channel;
        /// Gives a group a role in a project, in place of any other.
        pub fn put_project_group(project: ProjectId, group: GroupId, role: ProjectRole) -> ()
            = group_roles::put_in_project;
        /// Takes a group out of a project. False when it had no role.
        pub fn remove_project_group(project: ProjectId, group: GroupId) -> bool = group_roles::remove_from_project;

        /// Adds an invitation to a role.
        pub fn insert_role_invitation(invitation: &RoleInvitation) -> () = role_invitations::insert;
        /// Deletes an invitation to a role. False when there was none.
        pub fn delete_role_invitation(id: InvitationId) -> bool = role_invitations::delete;
        /// Deletes the invitations to the same place that name the same account, or go to the same address and name none.
        pub fn delete_same_role_invitations(invitation: &RoleInvitation) -> () = role_invitations::delete_same;
        /// Deletes all invitations to a project, and the offers of it.
        pub fn delete_role_invitations_to(project: ProjectId) -> () = role_invitations::delete_of_project;
        /// Deletes the invitations to a channel and its projects that an account got or sent.
        pub fn delete_role_invitations_in_channel(channel: ChannelId, user: UserId) -> ()
            = role_invitations::delete_in_channel;
        /// Deletes the invitations to a project that an account got or sent.
        pub fn delete_role_invitations_in_project(project: ProjectId, user: UserId) -> ()
            = role_invitations::delete_in_project;
        /// Deletes the invitations to a group that an account got or sent.
        pub fn delete_role_invitations_in_group(group: GroupId, user: UserId) -> ()
            = role_invitations::delete_in_group;

        /// Changes who may create projects in a channel.
        pub fn set_project_creation(channel: ChannelId, who: ProjectCreation) -> () = channels::set_creation;
        /// Changes what a channel asks of credentials.
        pub fn set_channel_switches(channel: ChannelId, switches: Switches) -> () = channels::set_switches;
        /// Changes what a project asks of credentials.
        pub fn set_project_switches(project: ProjectId, switches: Switches) -> () = projects::set_switches;
    }
}
