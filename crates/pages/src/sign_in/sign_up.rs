//! New accounts.

use askama::Template;

use crate::{Field, Shell};

/// Who invited, by which link.
#[derive(Clone)]
pub struct Invitation {
    /// The link's secret.
    pub key: String,
    /// The name of the person who invited.
    pub by: String,
}

/// `/account/new`. The form sends `name`, `email`, `password` and, with an invitation, `key`.
#[derive(Clone, Template)]
#[template(path = "sign_in/sign_up.html")]
pub struct SignUp {
    /// What all pages share.
    pub shell: Shell,
    /// The invitation, where there is one.
    pub invitation: Option<Invitation>,
    /// The user name.
    pub name: Field,
    /// The address.
    pub email: Field,
    /// The password; never with a value.
    pub password: Field,
}

/// `/account/new` where strangers may not create accounts.
#[derive(Clone, Template)]
#[template(path = "sign_in/sign_up_closed.html")]
pub struct SignUpClosed {
    /// What all pages share.
    pub shell: Shell,
    /// Whether invitations exist.
    pub by_invitation: bool,
}

/// `/account/setup?key=`: the first administrator. The form sends `key`, `name`, `email` and `password`.
#[derive(Clone, Template)]
#[template(path = "sign_in/set_up.html")]
pub struct SetUp {
    /// What all pages share.
    pub shell: Shell,
    /// The link's secret.
    pub key: String,
    /// The user name.
    pub name: Field,
    /// The address.
    pub email: Field,
    /// The password; never with a value.
    pub password: Field,
}

/// `/account/verify?key=`. The form sends `key`.
#[derive(Clone, Template)]
#[template(path = "sign_in/verify_email.html")]
pub struct VerifyEmail {
    /// What all pages share.
    pub shell: Shell,
    /// The link's secret.
    pub key: String,
    /// The address to verify.
    pub email: String,
    /// The account that named it.
    pub name: String,
}
