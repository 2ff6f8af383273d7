//! The overview of factors, and what comes next.

use askama::Template;
use bonded_model::Timestamp;

use super::{Key, Recovery};
use crate::{Shell, filters};

/// How the recovery codes stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Codes {
    /// There are none.
    None,
    /// The first set was made, and none of it was typed back yet.
    Unconfirmed,
    /// So many of the confirmed set are left.
    Left(usize),
}

impl Codes {
    const fn confirmed(self) -> bool {
        matches!(self, Self::Left(_))
    }
}

/// What is required of the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Requirement {
    /// Nothing beyond a password.
    Nothing,
    /// Any second factor.
    SecondFactor,
    /// A security key or a passkey.
    PhishingResistant,
}

impl Requirement {
    const fn text(self) -> &'static str {
        match self {
            Self::Nothing => "A second factor is your own choice here. We recommend it to everybody.",
            Self::SecondFactor => "Your account needs a second factor here, because of what it may do.",
            Self::PhishingResistant => {
                "Your account needs a security key or a passkey here. An authenticator app alone is not enough."
            }
        }
    }
}

impl Security {
    /// Whether the factors meet what is required, or are any at all where nothing is.
    const fn protected(&self) -> bool {
        match self.requirement {
            Requirement::PhishingResistant => !self.keys.is_empty(),
            Requirement::SecondFactor | Requirement::Nothing => self.totp.is_some() || !self.keys.is_empty(),
        }
    }
}

/// `/account/security`.
#[derive(Clone, Template)]
#[template(path = "account/security.html")]
pub struct Security {
    /// What all pages share.
    pub shell: Shell,
    /// Whether the primary address is verified.
    pub verified: bool,
    /// How the recovery codes stand.
    pub codes: Codes,
    /// When an authenticator app was set up.
    pub totp: Option<Timestamp>,
    /// The keys, in the order in which they were added.
    pub keys: Vec<Key>,
    /// What is required of the person.
    pub requirement: Requirement,
    /// Why keys cannot work under this registry's address, where they cannot.
    pub keys_impossible: Option<String>,
    /// A recovery that an administrator asked for.
    pub recovery: Option<Recovery>,
}
