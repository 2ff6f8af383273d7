//! Groups of users that hold roles together.

use askama::Template;

use super::{Head, RoleInvitation};
use crate::account::Role;
use crate::paths::segment;
use crate::{Field, Shell, filters};

/// A group in a list.
#[derive(Clone)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// What the viewer is in it, in words; may be empty.
    pub role: String,
}

impl GroupRow {
    pub(crate) fn path(&self) -> String {
        format!("/groups/{}", segment(&self.name))
    }
}

/// The form for a group, for administrators of the instance. It posts `name` and `manager` to `/admin/groups`.
#[derive(Clone, Default)]
pub struct NewGroup {
    /// What it is called.
    pub name: Field,
    /// The user who manages it first.
    pub manager: Field,
}

/// `/groups`: those that the viewer belongs to; for administrators of the instance all.
#[derive(Clone, Template)]
#[template(path = "places/groups.html")]
pub struct Groups {
    /// What all pages share.
    pub shell: Shell,
    /// The groups, by name.
    pub groups: Vec<GroupRow>,
    /// The form for another one, where the viewer may make one.
    pub new: Option<NewGroup>,
}

/// A user in a group.
#[derive(Clone)]
pub struct Member {
    /// The name.
    pub name: String,
    /// Whether they manage it.
    pub manager: bool,
}

/// `/groups/{name}`. Adding and changing post `name` and `role` (`member` or `manager`) to `members` below it, removing `name`
/// to `members/remove`, inviting `who` and `role` to `invite`, withdrawing `invitation` to
/// `invitations/withdraw`; removing the group posts `name` to `/admin/groups/remove`.
#[derive(Clone, Template)]
#[template(path = "places/group.html")]
pub struct Group {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// Who belongs to it.
    pub members: Vec<Member>,
    /// The roles that it holds.
    pub roles: Vec<Role>,
    /// Who is invited.
    pub invitations: Vec<RoleInvitation>,
    /// Whether the viewer may change who belongs to it.
    pub manages: bool,
    /// Whether the viewer administers the instance: adds users without asking them, and removes the group.
    pub administers: bool,
    /// The user to add.
    pub added: Field,
    /// Whom to invite.
    pub invited: Field,
}
