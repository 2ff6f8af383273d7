//! Who issues identity tokens.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Field, Shell, filters};

/// An issuer in the list.
#[derive(Clone)]
pub struct IssuerRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// Its kind.
    pub provider: String,
    /// How it signs.
    pub algorithm: String,
    /// Whether its tokens are accepted.
    pub enabled: bool,
    /// Whether it may stand at a private address.
    pub private_network: bool,
    /// Where its projects are, empty for its URL; `None` for a kind that cannot say.
    pub server: Option<String>,
    /// How many publishers depend on it.
    pub publishers: u64,
    /// When its keys were fetched last.
    pub keys_at: Option<Timestamp>,
    /// When that was last tried, where it failed since.
    pub failed_at: Option<Timestamp>,
}

/// The form for another issuer.
#[derive(Clone)]
pub struct NewIssuer {
    /// Its URL.
    pub url: Field,
    /// What people call it.
    pub name: Field,
    /// The kind that is chosen.
    pub provider: String,
    /// How it signs.
    pub algorithm: String,
    /// Where its projects are, if not at its URL.
    pub server: Field,
    /// Whether it may stand at a private address.
    pub private_network: bool,
}

/// Something to choose.
#[derive(Clone)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub words: String,
}

/// `/admin/issuers`. The form for another one posts `url`, `name`, `provider`, `algorithm`, `server` and, where ticked,
/// `private_network=yes` to the same path; each issuer `name`, `enabled` (`yes` or `no`), `algorithm`, `server` and, where
/// ticked, `private_network=yes` to its id below it; its removal posts `typed`, its URL, to `remove` below that.
#[derive(Clone, Template)]
#[template(path = "admin/issuers.html")]
pub struct Issuers {
    /// What all pages share.
    pub shell: Shell,
    /// Whether anything can be exchanged at all: the operator can switch it off.
    pub switched_off: bool,
    /// The audience that identity tokens must name.
    pub audience: String,
    /// The issuers, by kind and name.
    pub issuers: Vec<IssuerRow>,
    /// The form.
    pub new: NewIssuer,
    /// The kinds to choose from.
    pub providers: Vec<Choice>,
    /// The algorithms to choose from.
    pub algorithms: Vec<Choice>,
}
