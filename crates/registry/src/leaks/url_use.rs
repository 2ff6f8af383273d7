//! Tokens that come in a URL although they can do more than read.

use std::sync::Arc;

use bonded_mail::Message;
use bonded_model::actor::Origin;
use bonded_model::people::Client;
use bonded_model::{Actor, Principal};
use bonded_store::Change;

use crate::{Error, Registry};

impl Registry {
    /// Puts on record that a token came in a URL, marks it on its owner's list, and tells them the first time.
    pub(crate) async fn note_url_use(&self, principal: &Arc<Principal>, origin: &Origin, agent: &str) {
        if let Err(error) = self.mark_leaked(principal, origin, agent).await {
            tracing::error!(%error, "a leak could not be noted");
        }
        let actor = Actor::Principal(Arc::clone(principal));
        let (action, reason) = ("use a token in a URL", "the token can do more than read");
        self.record_refusal(&actor, origin, action, reason).await;
    }

    async fn mark_leaked(&self, principal: &Principal, origin: &Origin, agent: &str) -> Result<(), Error> {
        let token = principal.authority.token().filter(|token| token.leaked_at.is_none());
        let Some(token) = token else { return Ok(()) };
        let (id, now, user) = (token.id, self.clock.now(), &principal.user);
        let message = Message::TokenInUrl {
            user: user.name.clone(),
            at: now,
            client: Client { address: origin.address, agent: agent.to_owned() },
            token: token.name.clone(),
            id,
        };
        let letter = self.letter(&user.email, &message)?;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if tx.leak_token(id, now).await? {
                    tx.announce(Change::Access);
                    letter.post(tx).await?;
                }
                Ok(())
            })
        });
        write.await
    }
}
