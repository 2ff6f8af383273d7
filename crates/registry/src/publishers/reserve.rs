//! Whether a channel keeps the names of pending publishers free for those who registered them.

use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::ids::{ChannelId, UserId};
use bonded_model::publishing::PublisherPlace;
use bonded_store::Tx;

use super::lookalike::look_alike;
use crate::access::{Inspect, ManageChannel, Permit};
use crate::roles::Manages;
use crate::{Error, Registry};

impl Registry {
    /// Whether the channel keeps the names of pending publishers free.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn reserves_pending(&self, permit: &Permit<Inspect>) -> Result<bool, Error> {
        Ok(self.store.read().await?.reserves_pending(permit.action().channel.id).await?)
    }

    /// Says whether the channel keeps the names of pending publishers free for those who registered them. Without it they
    /// reserve nothing: a name is whose who makes the project first.
    ///
    /// # Errors
    /// A [`Denial`](crate::access::Denial) when the right was lost meanwhile.
    pub async fn set_reserve_pending(
        &self,
        permit: &Permit<ManageChannel>,
        origin: &Origin,
        reserve: bool,
    ) -> Result<(), Error> {
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let channel = permit.action().channel.id;
        let event = PublisherEvent::PendingReserved { reserve };
        let entry = managed.tie(AuditEntry::new(now, &actor, origin, event));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                if tx.reserves_pending(channel).await? == reserve {
                    return Ok(());
                }
                tx.reserve_pending(channel, reserve).await?;
                tx.audit(entry).await?;
                Ok(())
            })
        });
        write.await
    }
}

/// Refuses to let `maker` (`None`: nobody in particular) make a project whose name the channel keeps free for others, or
/// one that can be mistaken for such a name: making that would end what the name is kept for.
pub(crate) async fn check_reserved(
    tx: &mut Tx,
    channel: ChannelId,
    normalized: &str,
    maker: Option<UserId>,
) -> Result<(), Error> {
    if !tx.reserves_pending(channel).await? {
        return Ok(());
    }
    let pending = tx.pending_publishers_in(channel).await?;
    let (mut own, mut others) = (false, false);
    for publisher in pending {
        if let PublisherPlace::Pending { normalized: name, registrant, .. } = publisher.place
            && look_alike(&name, normalized)
        {
            own |= Some(registrant) == maker;
            others |= Some(registrant) != maker;
        }
    }
    // Whoever registered it before the channel began to reserve names shares it with the others who did.
    if others && !own {
        return Err(Error::Conflict(format!(
            "the name '{normalized}' is kept free for whoever registered a trusted publisher for it"
        )));
    }
    Ok(())
}
