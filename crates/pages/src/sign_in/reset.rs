//! A forgotten password.

use askama::Template;

use crate::{Field, Shell};

/// `/account/reset`. The form sends `account`.
#[derive(Clone, Template)]
#[template(path = "sign_in/reset_request.html")]
pub struct ResetRequest {
    /// What all pages share.
    pub shell: Shell,
    /// A user name or an address.
    pub account: Field,
}

/// What follows that form, in the same words whether there is such an account or not.
#[derive(Clone, Template)]
#[template(path = "sign_in/reset_sent.html")]
pub struct ResetSent {
    /// What all pages share.
    pub shell: Shell,
}

/// `/account/reset/password?key=`. The form sends `key` and `password`.
#[derive(Clone, Template)]
#[template(path = "sign_in/reset_password.html")]
pub struct ResetPassword {
    /// What all pages share.
    pub shell: Shell,
    /// The link's secret.
    pub key: String,
    /// The account.
    pub name: String,
    /// The new password; never with a value.
    pub password: Field,
}
