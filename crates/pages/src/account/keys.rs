//! Security keys and passkeys.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Field, Shell, filters};

/// One key.
#[derive(Clone)]
pub struct Key {
    /// Its id, for paths.
    pub id: String,
    /// The name that its owner gave it.
    pub name: String,
    /// Whether a phone, an account or a password manager keeps it on several devices.
    pub synchronized: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// `/account/keys/new`. The form posts `name` and `credential` (JSON) to `/account/keys`.
#[derive(Clone, Template)]
#[template(path = "account/new_key.html")]
pub struct NewKey {
    /// What all pages share.
    pub shell: Shell,
    /// The name to give it.
    pub name: Field,
    /// Why keys cannot work under this registry's address, where they cannot.
    pub impossible: Option<String>,
}

/// `/account/keys/{id}`. The form posts `name` to the same path; removing posts to `/account/keys/{id}/remove`.
#[derive(Clone, Template)]
#[template(path = "account/key.html")]
pub struct EditKey {
    /// What all pages share.
    pub shell: Shell,
    /// The key as it stands.
    pub key: Key,
    /// The name to give it.
    pub name: Field,
    /// Whether it is the person's only second factor.
    pub last: bool,
    /// Why it cannot be removed, where it cannot.
    pub kept_because: Option<String>,
}
