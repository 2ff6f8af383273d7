//! The last step: the browser is signed in.

use bonded_model::Credential;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::{DeviceId, KeyId, SessionId, UserId};
use bonded_model::people::{Device, Proof, ProofKind, SessionRow};
use bonded_model::secret::{Secret, SecretHash};
use bonded_model::user::User;
use bonded_store::Tx;
use chrono::TimeDelta;

use super::password::wrong;
use crate::people::mail::Letter;
use crate::people::session::LONGEST;
use crate::people::visit::{Rotated, Visit};
use crate::{Error, Registry};

/// How long a browser is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(365);

/// What a browser is signed in for. It is looked at once more in the transaction: what was reset, removed or used
/// meanwhile lets nobody in.
#[derive(Clone, Debug)]
pub(in crate::people) enum Basis {
    /// The account was made this moment.
    NewAccount,
    /// The password with this hash was right.
    Password(String),
    /// The half-way sign-in of this browser got what it waited for.
    Pending,
    /// This key answered.
    Key(KeyId),
}

impl Basis {
    async fn still_holds(&self, tx: &mut Tx, user: UserId, browser: &SecretHash) -> Result<bool, Error> {
        Ok(match self {
            Self::NewAccount => true,
            Self::Password(hash) => tx.password_of(user).await?.as_ref() == Some(hash),
            Self::Pending => tx.sign_in_by_browser(browser).await?.is_some_and(|row| row.user == user),
            Self::Key(key) => tx.webauthn_keys_of(user).await?.iter().any(|row| row.id == *key),
        })
    }
}

impl Registry {
    /// Signs the browser in under a new secret, whatever it had before, and remembers it. The `notice` is mailed with it.
    pub(in crate::people) async fn enter(
        &self,
        visit: &Visit,
        user: &User,
        with: ProofKind,
        basis: Basis,
        notice: Option<Letter>,
    ) -> Result<Rotated, Error> {
        let (now, browser) = (self.clock.now(), Secret::generate(&self.random));
        let session = SessionRow {
            id: SessionId::generate(now, &self.random),
            browser: browser.hash(),
            user: user.id,
            created_at: now,
            seen_at: now,
            expires_at: now + LONGEST,
            proof: Proof { kind: with, at: now },
            client: visit.client.clone(),
        };
        let device = match self.is_remembered(visit, user).await? {
            true => None,
            false => Some(Secret::generate(&self.random)),
        };
        let remembered = device.as_ref().map(|secret| Device {
            id: DeviceId::generate(now, &self.random),
            secret: secret.hash(),
            user: user.id,
            created_at: now,
            expires_at: now + REMEMBERED,
        });
        let event = PersonEvent::SignedIn { user: user.id, session: session.id, with };
        let entry = AuditEntry::of_person(now, user.id, Credential::Session, &visit.origin, event);
        let (old, id) = (visit.browser.hash(), user.id);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let active = tx.user(id).await?.is_some_and(|user| user.suspended_at.is_none());
                if !active || !basis.still_holds(tx, id, &old).await? {
                    return Err(wrong());
                }
                tx.delete_sign_in(&old).await?;
                if let Some(before) = tx.session_by_browser(&old).await? {
                    tx.delete_session(before.user, before.id).await?;
                }
                tx.insert_session(&session).await?;
                if let Some(remembered) = &remembered {
                    tx.insert_device(remembered).await?;
                }
                if let Some(notice) = notice {
                    notice.post(tx).await?;
                }
                tx.audit(entry).await?;
                Ok(())
            })
        });
        write.await?;
        Ok(Rotated { browser, device })
    }

    /// Whether the browser is one that the person signed in with before.
    pub(super) async fn is_remembered(&self, visit: &Visit, user: &User) -> Result<bool, Error> {
        let Some(secret) = &visit.device else { return Ok(false) };
        let device = self.store.read().await?.device_by_secret(&secret.hash()).await?;
        Ok(device.is_some_and(|device| device.user == user.id && device.expires_at > self.clock.now()))
    }
}
