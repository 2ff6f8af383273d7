//! The tokens that can publish somewhere.

use askama::Template;
use bonded_model::Timestamp;

use super::Head;
use crate::{Shell, filters};

/// One token, as those see it who look after the place.
#[derive(Clone)]
pub struct Credential {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// The name of the token that it came from.
    pub minted_by: Option<String>,
    /// What it may do, in words.
    pub may: String,
    /// Where, in words.
    pub scope: String,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// Whether it was seen where it leaks.
    pub leaked: bool,
    /// Whether it ends soon.
    pub ends_soon: bool,
    /// Whether nobody used it for a long time.
    pub unused: bool,
    /// Whether it may do more than it was used for.
    pub wide: bool,
    /// Who cut it off here, and when.
    pub cut: Option<(String, Timestamp)>,
    /// Whether the viewer may give it back.
    pub restorable: bool,
}

/// `/channels/{channel}/tokens` and `/projects/{channel}/{project}/tokens`. The buttons post `token` to `cut` and `restore`
/// below it.
#[derive(Clone, Template)]
#[template(path = "places/credentials.html")]
pub struct Credentials {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// The tokens.
    pub tokens: Vec<Credential>,
    /// Whether only trusted publishers may publish, so that none of them does anything.
    pub trusted_only: bool,
    /// Whether people may upload with their passwords too, which are on no list.
    pub passwords: bool,
}
