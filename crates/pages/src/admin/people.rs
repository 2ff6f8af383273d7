//! The accounts of the registry.

use askama::Template;
use bonded_model::Timestamp;

use crate::account::{Recovery, Role};
use crate::{Field, Shell, filters};

/// One account, at a glance.
#[derive(Clone)]
pub struct Person {
    /// The account's name.
    pub name: String,
    /// How people see the person; may be empty.
    pub display_name: String,
    /// The primary address.
    pub email: String,
    /// Whether it administers the instance.
    pub admin: bool,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Whether it has a verified address.
    pub verified: bool,
    /// Whether it has a second factor.
    pub second_factor: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// An invitation that nobody has used yet.
#[derive(Clone)]
pub struct OpenInvitation {
    /// Who is invited.
    pub email: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// `/admin/people`. The form posts `email` to `/admin/people/invite`; the button of an invitation posts it to
/// `/admin/people/invite/withdraw`.
#[derive(Clone, Template)]
#[template(path = "admin/people.html")]
pub struct People {
    /// What all pages share.
    pub shell: Shell,
    /// All accounts, by name.
    pub people: Vec<Person>,
    /// Whether people can be invited.
    pub invitations: bool,
    /// The invitations that can still be used.
    pub open: Vec<OpenInvitation>,
    /// The address to invite.
    pub invite: Field,
}

/// `/admin/people/{name}`. The buttons post to `suspend`, `reinstate`, `recover`, `recovery/approve` and
/// `recovery/cancel` below it.
#[derive(Clone, Template)]
#[template(path = "admin/person.html")]
pub struct PersonPage {
    /// What all pages share.
    pub shell: Shell,
    /// The account.
    pub person: Person,
    /// Whether it is the administrator's own.
    pub own: bool,
    /// When a session of it was last used.
    pub seen_at: Option<Timestamp>,
    /// Its factors in words, such as "Authenticator app, 2 keys".
    pub factors: String,
    /// Whether it has a password.
    pub password: bool,
    /// How many confirmed recovery codes are left.
    pub codes_left: usize,
    /// Its roles.
    pub roles: Vec<Role>,
    /// A recovery that waits.
    pub recovery: Option<Recovery>,
    /// Whether this administrator may approve it.
    pub may_approve: bool,
    /// Why not, where it waits for an approval.
    pub approval_refused: Option<String>,
    /// When a recovery takes place, in a sentence.
    pub recovery_rule: String,
}
