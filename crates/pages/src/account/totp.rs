//! The authenticator app.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Field, Shell, filters};

/// `/account/totp` where there is no app yet, or with `?replace=yes`. The form sends `code`.
#[derive(Clone, Template)]
#[template(path = "account/set_up_totp.html")]
pub struct SetUpTotp {
    /// What all pages share.
    pub shell: Shell,
    /// The QR code as an SVG element. It goes into the page as it is.
    pub qr: String,
    /// The key as text, in groups.
    pub key: String,
    /// Whether an app is replaced.
    pub replaces: bool,
    /// The code typed back; never with a value.
    pub code: Field,
}

/// `/account/totp` where there is an app. Removing posts to `/account/totp/remove`.
#[derive(Clone, Template)]
#[template(path = "account/totp.html")]
pub struct Totp {
    /// What all pages share.
    pub shell: Shell,
    /// When it was set up.
    pub added_at: Timestamp,
    /// Whether it is the person's only second factor.
    pub last: bool,
    /// Why it cannot be removed, where it cannot.
    pub kept_because: Option<String>,
}
