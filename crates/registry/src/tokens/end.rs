//! The end of a token, and of those that came from it.

use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::token::Token;
use bonded_model::{Actor, Timestamp};
use bonded_store::{Change, Tx};

use crate::Error;

/// Who ends tokens, from where, and when.
#[derive(Clone, Copy)]
pub(crate) struct Ending<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) origin: &'a Origin,
    pub(crate) now: Timestamp,
}

impl Ending<'_> {
    /// Revokes a token and what it minted. What was revoked before is left as it is.
    pub(crate) async fn revoke(&self, tx: &mut Tx, token: &Token) -> Result<(), Error> {
        if tx.revoke_token(token.id, self.now).await? {
            self.record(tx, Event::TokenRevoked { token: token.id, owner: token.user }).await?;
        }
        self.revoke_minted(tx, token).await
    }

    /// Revokes what a token minted: who had its secret has theirs as well.
    pub(crate) async fn revoke_minted(&self, tx: &mut Tx, minter: &Token) -> Result<(), Error> {
        for token in tx.revoke_minted_tokens(minter.id, self.now).await? {
            self.record(tx, Event::TokenRevoked { token, owner: minter.user }).await?;
        }
        Ok(())
    }

    async fn record(&self, tx: &mut Tx, event: Event) -> Result<(), Error> {
        tx.audit(AuditEntry::new(self.now, self.actor, self.origin, event)).await?;
        tx.announce(Change::Access);
        Ok(())
    }
}
