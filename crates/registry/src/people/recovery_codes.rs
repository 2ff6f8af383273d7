//! Recovery codes: the way in for those who lost app and keys.

use bonded_factors::recovery::{self, Code};
use bonded_mail::Message;
use bonded_model::Timestamp;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::RecoveryCodeId;
use bonded_model::people::RecoveryCode;

use super::limits;
use super::session::{Fresh, Session};
use super::visit::Visit;
use crate::{Error, Registry};

/// The state of somebody's recovery codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RecoveryCodes {
    /// How many can still be used.
    pub left: usize,
    /// When those that are valid were made.
    pub made_at: Option<Timestamp>,
    /// Whether new ones were shown and wait for one of them to be typed back.
    pub unconfirmed: bool,
}

impl Registry {
    /// How many recovery codes the person has.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn recovery_codes(&self, session: &Session) -> Result<RecoveryCodes, Error> {
        let codes = self.store.read().await?.recovery_codes_of(session.user().id).await?;
        let open = |code: &&RecoveryCode| code.confirmed_at.is_some() && code.used_at.is_none();
        Ok(RecoveryCodes {
            left: codes.iter().filter(open).count(),
            made_at: codes.iter().find(|code| code.confirmed_at.is_some()).map(|code| code.created_at),
            unconfirmed: codes.iter().any(|code| code.confirmed_at.is_none()),
        })
    }

    /// New codes, to be shown this once. They open nothing until one of them is typed back; until then the earlier
    /// ones keep working.
    ///
    /// # Errors
    /// [`Error::Invalid`] before the address is verified.
    pub async fn make_recovery_codes(&self, fresh: &Fresh<'_>, visit: &Visit) -> Result<Vec<String>, Error> {
        if !fresh.standing().verified {
            return Err(Error::Invalid("verify your e-mail address first".into()));
        }
        let (user, now) = (fresh.user().id, self.clock.now());
        let codes: Vec<Code> = recovery::generate(&self.random).into();
        let texts = codes.iter().map(Code::expose).collect();
        let hashes = self.hash_codes(codes).await?;
        let row = |hash: bonded_factors::password::Hash| RecoveryCode {
            id: RecoveryCodeId::generate(now, &self.random),
            user,
            hash: hash.as_str().to_owned(),
            created_at: now,
            confirmed_at: None,
            used_at: None,
        };
        let rows: Vec<_> = hashes.into_iter().map(row).collect();
        let event = PersonEvent::RecoveryCodesMade { user };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.delete_unconfirmed_recovery_codes(user).await?;
                tx.insert_recovery_codes(&rows).await?;
                tx.audit(entry).await?;
                Ok::<_, Error>(())
            })
        });
        write.await?;
        Ok(texts)
    }

    /// Makes the new codes the valid ones, because one of them was typed back; it is not used up by that.
    ///
    /// # Errors
    /// [`Error::Field`] for anything but one of the new codes, [`Error::TooMany`].
    pub async fn confirm_recovery_codes(
        &self,
        session: &Session,
        visit: &Visit,
        code: &str,
    ) -> Result<(), Error> {
        let (user, now) = (session.user(), self.clock.now());
        let buckets = limits::factor(user.id, &visit.origin);
        self.count(buckets.clone()).await?;
        let code: Code = code.parse().map_err(|error| Error::field("code", format!("{error}")))?;
        let codes = self.store.read().await?.recovery_codes_of(user.id).await?;
        let new: Vec<_> = codes.into_iter().filter(|code| code.confirmed_at.is_none()).collect();
        let hashes = new.iter().map(|code| code.hash.clone()).collect();
        let found = self.find_code(code, hashes).await?.and_then(|index| new.get(index));
        let wrong = || Error::field("code", "This is not one of the new codes. Look at what you saved.");
        let made_at = found.ok_or_else(wrong)?.created_at;
        let message =
            Message::RecoveryCodesMade { user: user.name.clone(), at: now, client: visit.client.clone() };
        let letter = self.letter(&user.email, &message)?;
        let event = PersonEvent::RecoveryCodesConfirmed { user: user.id };
        let entry = AuditEntry::new(now, &session.actor(), &visit.origin, event);
        let id = user.id;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                // Codes that were made meanwhile, in another window, are others.
                if !tx.confirm_recovery_codes(id, made_at, now).await? {
                    return Err(wrong());
                }
                tx.audit(entry).await?;
                letter.post(tx).await
            })
        });
        write.await?;
        self.give_back(buckets).await
    }
}
