//! API tokens, to look at.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Shell, filters};

/// One token.
#[derive(Clone)]
pub struct Token {
    /// The name that tells it from others.
    pub name: String,
    /// What it may do, in words.
    pub may: String,
    /// Where it may do that, in words.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// Whether the operator issued it.
    pub by_operator: bool,
    /// Whether it was revoked or has expired.
    pub dead: bool,
}

/// `/account/tokens`.
#[derive(Clone, Template)]
#[template(path = "account/tokens.html")]
pub struct Tokens {
    /// What all pages share.
    pub shell: Shell,
    /// The tokens, the newest first.
    pub tokens: Vec<Token>,
}
