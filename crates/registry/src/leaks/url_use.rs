//! Tokens that come in a URL where none is read, or although they can do more than read.

use bonded_mail::Message;
use bonded_model::actor::Origin;
use bonded_model::people::Client;
use bonded_model::token::ApiToken;
use bonded_model::{Actor, Principal};
use bonded_store::Change;

use crate::access::Presented;
use crate::{Error, Registry};

impl Registry {
    /// Puts on record that a token came in a URL, marks it on its owner's list, and tells them the first time.
    /// That of a trusted publisher is put on record only: it ends by itself, and nobody has it on a list.
    pub(crate) async fn note_url_use(&self, actor: &Actor, origin: &Origin, agent: &str, reason: &str) {
        if let Some(principal) = actor.principal()
            && let Err(error) = self.mark_leaked(principal, origin, agent).await
        {
            tracing::error!(%error, "a leak could not be noted");
        }
        self.record_refusal(actor, origin, None, "use a token in a URL", reason).await;
    }

    /// Does the same for the token of a request that is refused for its path before anybody asks whose it is. Behind `/t/`
    /// one that only reads may stand; `elsewhere` none may.
    pub async fn note_refused_path(&self, token: ApiToken, elsewhere: bool, origin: &Origin, agent: &str) {
        let (presented, reason) = (Presented::TokenInUrl(token), "no token is read from there");
        // What can do more than read is noted by this already.
        if let Ok(actor) = self.authenticate(&presented, origin, agent).await
            && elsewhere
        {
            self.note_url_use(&actor, origin, agent, reason).await;
        }
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
