//! Where mail goes.

use askama::Template;

use crate::{Field, Shell};

/// One address.
#[derive(Clone)]
pub struct Address {
    /// Its id, for paths.
    pub id: String,
    /// The address.
    pub email: String,
    /// Whether messages go there.
    pub primary: bool,
    /// Whether it is verified.
    pub verified: bool,
}

/// `/account/emails`. The form sends `email`; the buttons of a row post to `/account/emails/{id}/verify`, `primary` and
/// `remove`.
#[derive(Clone, Template)]
#[template(path = "account/emails.html")]
pub struct Emails {
    /// What all pages share.
    pub shell: Shell,
    /// All addresses, the primary one first.
    pub addresses: Vec<Address>,
    /// The address to add.
    pub new: Field,
}
