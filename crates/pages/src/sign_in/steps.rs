//! Signing in, step by step.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Field, Location, Shell, filters};

/// `/login`. The form sends `name`, `password` and `next`; the passkey form `credential` (JSON) and `next`.
#[derive(Clone, Template)]
#[template(path = "sign_in/sign_in.html")]
pub struct SignIn {
    /// What all pages share.
    pub shell: Shell,
    /// The user name.
    pub name: Field,
    /// The password; never with a value.
    pub password: Field,
    /// Where to go afterwards, checked to be a path of ours.
    pub next: String,
    /// Whether passkeys can work under this registry's address.
    pub passkeys: bool,
    /// Whether strangers may create an account.
    pub sign_up: bool,
}

/// `/login/second-factor`. Three forms send `credential` (JSON) or `code`.
#[derive(Clone, Template)]
#[template(path = "sign_in/second_factor.html")]
pub struct SecondFactor {
    /// What all pages share.
    pub shell: Shell,
    /// The account whose password was right.
    pub name: String,
    /// Whether the account has a key that can be used here.
    pub key: bool,
    /// Whether the account has an authenticator app.
    pub totp: bool,
    /// Whether the account has recovery codes left.
    pub recovery_code: bool,
    /// The code of the app; never with a value.
    pub totp_code: Field,
    /// The recovery code; never with a value.
    pub recovery: Field,
}

/// `/login/place/wait`: a mail was sent to confirm the new place.
#[derive(Clone, Template)]
#[template(path = "sign_in/place_wait.html")]
pub struct PlaceWait {
    /// What all pages share.
    pub shell: Shell,
    /// The address that the mail went to, as much of it as may be shown to somebody who is not signed in.
    pub email: String,
}

/// `/login/place?key=`: the link of that mail, in the browser in which it belongs. The form sends `key`.
#[derive(Clone, Template)]
#[template(path = "sign_in/confirm_place.html")]
pub struct ConfirmPlace {
    /// What all pages share.
    pub shell: Shell,
    /// The link's secret.
    pub key: String,
    /// From where the sign-in came.
    pub location: Location,
    /// When the sign-in began.
    pub at: Timestamp,
}

/// `/login/place?key=` in another browser.
#[derive(Clone, Template)]
#[template(path = "sign_in/other_browser.html")]
pub struct OtherBrowser {
    /// What all pages share.
    pub shell: Shell,
}
