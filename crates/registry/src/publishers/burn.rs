//! Ending the token of a publisher before its time: given back, or found where it leaks.

use bonded_model::Actor;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::token::ApiToken;
use bonded_store::Change;

use crate::{Error, Registry};

impl Registry {
    /// Ends a publisher's token that its job does not need any more. Whoever has a token may end it; whether there is such
    /// a token is not told, and tokens of people are left alone.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn burn_publisher_token(&self, token: &ApiToken, origin: &Origin) -> Result<(), Error> {
        self.end_publisher_token(token, &Actor::Anonymous, origin, false).await.map(drop)
    }

    /// Ends the token, if it is one of a publisher; false if it is none.
    pub(crate) async fn end_publisher_token(
        &self,
        token: &ApiToken,
        actor: &Actor,
        origin: &Origin,
        leaked: bool,
    ) -> Result<bool, Error> {
        let Some(found) = self.store.read().await?.publisher_token_by_hash(&token.hash()).await? else {
            return Ok(false);
        };
        let now = self.clock.now();
        let event = PublisherEvent::PublisherTokenBurnt { token: found.id, leaked };
        // Every place in which it could publish sees it on its own record.
        let mut places: Vec<_> = found.grants.iter().map(|grant| (grant.channel, grant.publisher)).collect();
        places.dedup();
        let (actor, origin) = (actor.clone(), *origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.burn_publisher_token(found.id, now).await? {
                    return Ok(());
                }
                let entry =
                    AuditEntry { token: Some(found.id), ..AuditEntry::new(now, &actor, &origin, event) };
                if places.is_empty() {
                    tx.audit(entry.clone()).await?;
                }
                for (channel, publisher) in places {
                    let row = tx.publisher(publisher).await?;
                    let project = row.and_then(|row| row.place.project());
                    tx.audit(AuditEntry { project, ..entry.clone().in_channel(channel) }).await?;
                }
                tx.announce(Change::Access);
                Ok::<_, Error>(())
            })
        });
        write.await?;
        Ok(true)
    }
}
