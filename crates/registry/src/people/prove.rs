//! Checking what a person proves with. Signing in and fresh proofs share this: the same limits, and whatever is used
//! up by one is used up for the other.

use bonded_factors::recovery::Code;
use bonded_factors::totp::{self, Refused};
use bonded_factors::webauthn;
use bonded_mail::Message;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::people::{ProofKind, WebauthnKey};
use bonded_model::user::User;
use bonded_model::{Credential, Timestamp};

use super::limits;
use super::visit::Visit;
use crate::{Error, Registry};

impl Registry {
    /// Takes a code of the person's app, once.
    ///
    /// # Errors
    /// [`Error::TooMany`] before anything is looked up, [`Error::Field`] for a code that is wrong or was used before.
    pub(super) async fn prove_by_totp(&self, visit: &Visit, user: &User, code: &str) -> Result<(), Error> {
        let buckets = limits::factor(user.id, &visit.origin);
        self.count(buckets.clone()).await?;
        let now = self.clock.now();
        let taken = match self.totp_step(user, code, now).await? {
            Ok(step) => {
                let id = user.id;
                let accept = self
                    .store
                    .write(move |tx| Box::pin(async move { tx.accept_totp_step(id, step, now).await }));
                // Of two that come with the same code at the same moment, one is too late.
                if accept.await? { Ok(()) } else { Err(Refused::Replayed) }
            }
            Err(refused) => Err(refused),
        };
        if let Err(refused) = taken {
            self.record_refused_factor(visit, user, ProofKind::Totp, &refused.to_string()).await?;
            return Err(Error::field("code", refused.to_string()));
        }
        self.give_back(buckets).await
    }

    async fn totp_step(
        &self,
        user: &User,
        code: &str,
        now: Timestamp,
    ) -> Result<Result<i64, Refused>, Error> {
        let Some(totp) = self.store.read().await?.totp_of(user.id).await? else {
            return Ok(Err(Refused::Wrong));
        };
        let secret = self.open_totp(user.id, &totp.secret)?;
        Ok(totp::accept(&secret, code, now, Some(totp.last_step)))
    }

    /// Takes one of the person's recovery codes, which is burnt by it, and mails that it was.
    ///
    /// # Errors
    /// [`Error::TooMany`] before anything is looked up, [`Error::Field`] for a code that is wrong or was used before.
    pub(super) async fn prove_by_recovery_code(
        &self,
        visit: &Visit,
        user: &User,
        code: &str,
    ) -> Result<(), Error> {
        let buckets = limits::factor(user.id, &visit.origin);
        self.count(buckets.clone()).await?;
        if let Err(error) = self.burn(visit, user, code).await {
            if let Error::Field { text, .. } = &error {
                self.record_refused_factor(visit, user, ProofKind::RecoveryCode, text).await?;
            }
            return Err(error);
        }
        self.give_back(buckets).await
    }

    async fn burn(&self, visit: &Visit, user: &User, code: &str) -> Result<(), Error> {
        let wrong = || Error::field("code", "This recovery code is wrong, or was used before.");
        let code: Code = code.parse().map_err(|error| Error::field("code", format!("{error}")))?;
        let codes = self.store.read().await?.recovery_codes_of(user.id).await?;
        let open: Vec<_> =
            codes.into_iter().filter(|code| code.confirmed_at.is_some() && code.used_at.is_none()).collect();
        let hashes = open.iter().map(|code| code.hash.clone()).collect();
        let found =
            self.find_code(code, hashes).await?.and_then(|index| open.get(index)).ok_or_else(wrong)?;
        let (id, left, now) = (found.id, open.len() - 1, self.clock.now());
        let message = Message::RecoveryCodeUsed {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            left,
        };
        let letter = self.letter(&user.email, &message)?;
        let event = PersonEvent::RecoveryCodeUsed { user: user.id, left };
        let entry = AuditEntry::of_person(now, user.id, Credential::Session, &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                // Of several that come with the same code at the same moment, one wins.
                if !tx.use_recovery_code(id, now).await? {
                    return Err(wrong());
                }
                tx.audit(entry).await?;
                letter.post(tx).await
            })
        });
        write.await
    }

    /// Takes the answer of one of the person's keys to the challenge `state`.
    ///
    /// # Errors
    /// [`Error::TooMany`] before anything is looked up, [`Error::Field`] for an answer that proves nothing.
    pub(super) async fn prove_by_key(
        &self,
        visit: &Visit,
        user: &User,
        state: &str,
        response: &str,
    ) -> Result<(), Error> {
        let buckets = limits::factor(user.id, &visit.origin);
        self.count(buckets.clone()).await?;
        let rows = self.store.read().await?.webauthn_keys_of(user.id).await?;
        let keys = parsed(&rows)?;
        match self.relying_party()?.finish_authentication(state, response, &keys) {
            Ok(used) => self.note_key_use(visit, user, &rows, &used).await?,
            Err(refused) => {
                self.record_refused_factor(visit, user, ProofKind::Key, &refused.to_string()).await?;
                return Err(Error::field("key", refused.to_string()));
            }
        }
        self.give_back(buckets).await
    }

    /// Keeps the key's new counter. Of two answers that were made from the same counter, one is too late.
    pub(super) async fn note_key_use(
        &self,
        visit: &Visit,
        user: &User,
        rows: &[WebauthnKey],
        used: &webauthn::Used,
    ) -> Result<(), Error> {
        let refused = webauthn::Refused::UnknownKey;
        let row = rows.iter().find(|row| row.credential_id == used.credential_id);
        let row = row.ok_or_else(|| Error::field("key", refused.to_string()))?;
        let (id, before, after) = (row.id, row.credential.clone(), used.key.to_text());
        let now = self.clock.now();
        let write = self
            .store
            .write(move |tx| Box::pin(async move { tx.use_webauthn_key(id, &before, &after, now).await }));
        if write.await? {
            return Ok(());
        }
        let cloned = webauthn::Refused::ClonedKey;
        self.record_refused_factor(visit, user, ProofKind::Key, &cloned.to_string()).await?;
        Err(Error::field("key", cloned.to_string()))
    }

    /// Puts on record that somebody who knew the password failed at the second factor.
    pub(super) async fn record_refused_factor(
        &self,
        visit: &Visit,
        user: &User,
        with: ProofKind,
        reason: &str,
    ) -> Result<(), Error> {
        let event = PersonEvent::SecondFactorRefused { user: user.id, with, reason: reason.to_owned() };
        let entry = AuditEntry::of_person(self.clock.now(), user.id, Credential::None, &visit.origin, event);
        let write = self.store.write(move |tx| Box::pin(async move { tx.audit(entry).await.map(drop) }));
        Ok(write.await?)
    }
}

/// The keys as the relying party takes them.
pub(super) fn parsed(rows: &[WebauthnKey]) -> Result<Vec<webauthn::Key>, Error> {
    rows.iter().map(|row| row.credential.parse().map_err(Error::internal)).collect()
}
