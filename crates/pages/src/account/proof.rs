//! Proving once more who one is, before something that can do harm.

use askama::Template;

use crate::{Field, Shell};

/// The strongest thing that the account can prove with; nothing weaker is offered, except a recovery code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strongest {
    /// A security key or passkey.
    Key,
    /// The authenticator app.
    Totp,
    /// The password.
    Password,
}

/// `/account/proof?next=`. One form posts to `/account/proof/key` (`credential`, JSON), `totp` (`code`) or `password`
/// (`password`), another to `recovery-code` (`code`); each sends `next`.
#[derive(Clone, Template)]
#[template(path = "account/proof.html")]
pub struct Proof {
    /// What all pages share.
    pub shell: Shell,
    /// The account that is signed in.
    pub name: String,
    /// Where to go afterwards, checked to be a path of ours.
    pub next: String,
    /// What to prove with.
    pub strongest: Strongest,
    /// Whether a recovery code may serve instead.
    pub recovery_code: bool,
    /// The password; never with a value.
    pub password: Field,
    /// The code of the app; never with a value.
    pub totp_code: Field,
    /// The recovery code; never with a value.
    pub recovery: Field,
}
