//! The token that another one came from.

use crate::Timestamp;
use crate::ids::TokenId;

use super::{Token, TokenState};

/// The token that gave out the secret of another one, by minting or by renewing that one: as far as it goes, so does what
/// came from it. It came from no token itself, because none that was minted manages others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Minter {
    /// Its id.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// When it got its present secret.
    pub secret_at: Timestamp,
    /// When it ends by itself; `None` means never.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Minter {
    /// What ended it at `now`, and with it what came from it; `None` while it works.
    pub(super) fn end(&self, now: Timestamp) -> Option<TokenState> {
        let expired = self.expires_at.filter(|at| *at <= now);
        self.revoked_at.map(TokenState::Revoked).or_else(|| expired.map(TokenState::Expired))
    }
}

impl From<&Token> for Minter {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id,
            name: token.name.clone(),
            secret_at: token.secret_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
        }
    }
}
