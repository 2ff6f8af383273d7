//! The account itself.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Field, Shell, filters};

/// A role that the person holds.
#[derive(Clone)]
pub struct Role {
    /// The channel or project, or the whole registry.
    pub place: String,
    /// The role in words.
    pub role: String,
}

/// A role that the person can give up.
#[derive(Clone)]
pub struct OwnRole {
    /// The role.
    pub held: Role,
    /// What the form sends to `/account/roles/leave`: the names of a channel, a project in it, or a group. Empty for what
    /// they have through groups alone.
    pub leave: Vec<(&'static str, String)>,
}

/// `/account`. The form goes to `/account/profile` and sends `display_name`.
#[derive(Clone, Template)]
#[template(path = "account/profile.html")]
pub struct Profile {
    /// What all pages share.
    pub shell: Shell,
    /// The account's name.
    pub name: String,
    /// The primary address.
    pub email: String,
    /// Whether it is verified.
    pub verified: bool,
    /// When the account was created.
    pub created_at: Timestamp,
    /// How people see the person.
    pub display_name: Field,
    /// What the person may do, and the groups that they are in.
    pub roles: Vec<OwnRole>,
}

/// `/account/password`. The form sends `new_password` and, where it is asked for, `current_password`.
#[derive(Clone, Template)]
#[template(path = "account/password.html")]
pub struct ChangePassword {
    /// What all pages share.
    pub shell: Shell,
    /// The account's name, for password managers.
    pub name: String,
    /// Whether there is a password to replace.
    pub has_password: bool,
    /// Whether the present password is asked for.
    pub asks_current: bool,
    /// The present password; never with a value.
    pub current: Field,
    /// The new password; never with a value.
    pub password: Field,
}

/// `/account/delete`. The form sends `name`.
#[derive(Clone, Template)]
#[template(path = "account/delete.html")]
pub struct DeleteAccount {
    /// What all pages share.
    pub shell: Shell,
    /// The account's name.
    pub name: String,
    /// What the person typed to confirm.
    pub typed: Field,
    /// What only this person looks after, each as a phrase; while there is any, the form is not shown.
    pub obstacles: Vec<String>,
}
