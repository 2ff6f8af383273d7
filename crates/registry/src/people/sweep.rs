//! What goes by itself: sessions, links and challenges that are over, and accounts that nobody came back to.

use bonded_model::actor::Actor;
use bonded_model::audit::{AuditEntry, PersonEvent};
use chrono::TimeDelta;

use crate::{Error, Registry};

/// How long an account may stay without a verified address. Its name is free again then.
const FORGOTTEN: TimeDelta = TimeDelta::days(7);
/// How many accounts go in one transaction, so that none takes long.
const AT_ONCE: usize = 100;

impl Registry {
    /// Deletes what is over. The worker does it by itself from time to time.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn clear_away(&self) -> Result<(), Error> {
        let now = self.clock.now();
        self.store.write(move |tx| Box::pin(async move { tx.delete_expired(now).await })).await?;
        self.clear_publishing().await?;
        while self.forget_accounts().await? == AT_ONCE {}
        Ok(())
    }

    /// Deletes some accounts that nobody verified; gives how many.
    async fn forget_accounts(&self) -> Result<usize, Error> {
        let (now, origin) = (self.clock.now(), self.local_origin());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let mut gone = tx.forgotten_accounts(now - FORGOTTEN).await?;
                gone.truncate(AT_ONCE);
                for user in &gone {
                    tx.delete_user(user.id).await?;
                    let event = PersonEvent::AccountExpired { user: user.id, name: user.name.to_string() };
                    tx.audit(AuditEntry::new(now, &Actor::Anonymous, &origin, event)).await?;
                }
                Ok::<_, Error>(gone.len())
            })
        });
        write.await
    }
}
