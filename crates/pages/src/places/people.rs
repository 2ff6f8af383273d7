//! Who holds which role, and who is invited to one.

use askama::Template;
use bonded_model::Timestamp;

use super::Head;
use crate::paths::segment;
use crate::{Field, Shell, filters};

/// A role to choose.
#[derive(Clone)]
pub struct RoleChoice {
    /// What the form sends.
    pub value: &'static str,
    /// Its name.
    pub words: &'static str,
    /// What it allows.
    pub hint: &'static str,
}

/// A user or a group with a role.
#[derive(Clone)]
pub struct Holder {
    /// A group, else a user.
    pub group: bool,
    /// The name.
    pub name: String,
    /// The role's value.
    pub role: &'static str,
}

impl Holder {
    pub(crate) const fn kind(&self) -> &'static str {
        if self.group { "group" } else { "user" }
    }

    pub(crate) fn group_path(&self) -> String {
        format!("/groups/{}", segment(&self.name))
    }
}

/// An invitation that waits for an answer.
#[derive(Clone)]
pub struct RoleInvitation {
    /// Its id.
    pub id: String,
    /// The user or address.
    pub to: String,
    /// What it offers, in words.
    pub role: String,
    /// Who sent it.
    pub by: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What somebody typed who gives a role or offers one.
#[derive(Clone, Default)]
pub struct RoleForm {
    /// The user, the group or the address.
    pub who: Field,
    /// Whether a user is meant, else a group.
    pub user: bool,
    /// The role's value.
    pub role: String,
}

/// `/channels/{channel}/people` and `/projects/{channel}/{project}/people`. Giving a role posts `kind` (`user` or `group`),
/// `name` and `role` to the same path, removing `kind` and `name` to `remove` below it. Inviting posts `who` and `role` to
/// `invite` below the place, withdrawing `invitation` to `invitations/withdraw`, and giving a project away `who` to
/// `transfer`.
#[derive(Clone, Template)]
#[template(path = "places/people.html")]
pub struct People {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// The roles to choose from, the smallest first.
    pub roles: Vec<RoleChoice>,
    /// Who holds one.
    pub holders: Vec<Holder>,
    /// Who is invited.
    pub invitations: Vec<RoleInvitation>,
    /// Whether the viewer may give users a role without asking them.
    pub adds_users: bool,
    /// What was typed to give a role.
    pub given: RoleForm,
    /// What was typed to invite somebody.
    pub invited: RoleForm,
    /// What was typed to give the project away; nothing where that is not offered.
    pub transfer: Option<Field>,
}

impl People {
    fn role_words(&self, value: &str) -> &'static str {
        self.roles.iter().find(|role| role.value == value).map_or("", |role| role.words)
    }
}
