//! What ends by itself: tokens of publishers, burnt identities, and pending publishers that nobody came for.

use bonded_mail::PendingNews;
use bonded_model::Actor;
use bonded_model::publishing::PublisherPlace;
use chrono::TimeDelta;

use crate::{Error, Registry};

/// How long the rows of ended tokens stay, for those who look at the record.
const KEEP_TOKENS: TimeDelta = TimeDelta::days(1);
/// How long before its end the registrant of a pending publisher is told.
const REMIND: TimeDelta = TimeDelta::days(5);

impl Registry {
    /// Deletes what is over, and tells people of pending publishers that are, or soon will be.
    pub(crate) async fn clear_publishing(&self) -> Result<(), Error> {
        let (registry, origin, now) = (self.clone(), self.local_origin(), self.clock.now());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.delete_publisher_tokens(now - KEEP_TOKENS).await?;
                tx.delete_burnt_identities(now).await?;
                for publisher in tx.expired_publishers(now).await? {
                    let actor = Actor::Anonymous;
                    registry.lapse(tx, &publisher, &actor, &origin, PendingNews::Expired).await?;
                }
                for publisher in tx.expiring_publishers(now + REMIND).await? {
                    let PublisherPlace::Pending { expires_at, .. } = publisher.place else { continue };
                    tx.publisher_reminded(publisher.id, now).await?;
                    let news = PendingNews::EndsSoon(expires_at);
                    registry.tell_registrant(tx, &publisher, news).await?;
                }
                Ok(())
            })
        });
        write.await
    }
}
