//! The end of an account. Its name is given to nobody again: what was published under it stays that person's.

use bonded_mail::{By, Message};
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::people::SoleOwnership;
use bonded_model::user::UserName;
use bonded_store::Change;

use super::mail::post;
use super::session::{Fresh, Session};
use super::visit::Visit;
use crate::{Error, Registry};

impl Registry {
    /// What only this person looks after, and so must be given to others first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn sole_ownerships(&self, session: &Session) -> Result<Vec<SoleOwnership>, Error> {
        Ok(self.store.read().await?.sole_ownerships(session.user().id).await?)
    }

    /// Deletes the account with its addresses, factors, sessions, roles and tokens. Files and audit events stay.
    ///
    /// # Errors
    /// [`Error::Field`] `name` unless the account's name was typed; [`Error::Conflict`] while something would belong to
    /// nobody.
    pub async fn delete_account(&self, fresh: &Fresh<'_>, visit: &Visit, typed: &str) -> Result<(), Error> {
        let (user, now) = (fresh.user().clone(), self.clock.now());
        if typed.trim().parse::<UserName>().ok().as_ref() != Some(&user.name) {
            return Err(Error::field("name", format!("Type '{}' to delete this account.", user.name)));
        }
        let message = Message::AccountDeleted { user: user.name.clone(), at: now, by: By::Owner };
        let notice = self.notice(&user, &message)?;
        let event = PersonEvent::AccountDeleted { user: user.id, name: user.name.to_string() };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let left = tx.sole_ownerships(user.id).await?;
                if !left.is_empty() {
                    return Err(needed(&left));
                }
                if !tx.delete_user(user.id).await? {
                    return Err(Error::NotFound("this account is gone already".into()));
                }
                tx.retire_name(&user.name, now).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                post(tx, &notice).await
            })
        });
        write.await
    }
}

fn needed(left: &[SoleOwnership]) -> Error {
    let left: Vec<_> = left.iter().map(ToString::to_string).collect();
    Error::Conflict(format!("nobody else looks after {}: give that to somebody first", left.join(", ")))
}
