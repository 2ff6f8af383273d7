//! The second step: a code of the app, a recovery code, or a key.

use bonded_model::people::{ProofKind, SignInStage};

use super::enter::Basis;
use super::{Entry, Pending};
use crate::people::keys::Ceremony;
use crate::people::visit::Visit;
use crate::{Error, Registry};

impl Registry {
    /// Goes on with a code of the authenticator app.
    ///
    /// # Errors
    /// [`Error::SignIn`] when no sign-in waits for it, [`Error::Field`] for a wrong code, [`Error::TooMany`].
    pub async fn sign_in_with_totp(&self, visit: &Visit, code: &str) -> Result<Entry, Error> {
        let pending = self.pending_at(visit, SignInStage::Factor).await?;
        if !pending.factors.totp {
            return Err(Error::field("code", "Use your security key or passkey, or a recovery code."));
        }
        self.prove_by_totp(visit, &pending.user, code).await?;
        self.after_code(visit, pending, ProofKind::Totp).await
    }

    /// Goes on with a recovery code, which is burnt by it.
    ///
    /// # Errors
    /// As [`Registry::sign_in_with_totp`].
    pub async fn sign_in_with_recovery_code(&self, visit: &Visit, code: &str) -> Result<Entry, Error> {
        let pending = self.pending_at(visit, SignInStage::Factor).await?;
        self.prove_by_recovery_code(visit, &pending.user, code).await?;
        self.after_code(visit, pending, ProofKind::RecoveryCode).await
    }

    /// What the browser has to ask a key of the person for.
    ///
    /// # Errors
    /// [`Error::SignIn`] when no sign-in waits for it, [`Error::Invalid`] where keys cannot be used.
    pub async fn begin_sign_in_with_key(&self, visit: &Visit) -> Result<String, Error> {
        let pending = self.pending_at(visit, SignInStage::Factor).await?;
        self.ask_for_key(visit, &pending.user, Ceremony::SignIn).await
    }

    /// Goes on with the answer of a key. A key tells the place by itself, so nothing has to be confirmed.
    ///
    /// # Errors
    /// As [`Registry::sign_in_with_totp`].
    pub async fn sign_in_with_key(&self, visit: &Visit, response: &str) -> Result<Entry, Error> {
        let pending = self.pending_at(visit, SignInStage::Factor).await?;
        let state = self.take_ceremony(visit, Ceremony::SignIn).await?;
        self.prove_by_key(visit, &pending.user, &state, response).await?;
        let rotated = self.enter(visit, &pending.user, ProofKind::Key, Basis::Pending, None).await?;
        Ok(Entry::SignedIn { rotated, next: pending.next })
    }

    /// A code can be relayed by a false page; from a place that is new, it is not enough.
    async fn after_code(&self, visit: &Visit, pending: Pending, with: ProofKind) -> Result<Entry, Error> {
        if self.is_remembered(visit, &pending.user).await? {
            let rotated = self.enter(visit, &pending.user, with, Basis::Pending, None).await?;
            return Ok(Entry::SignedIn { rotated, next: pending.next });
        }
        self.hold(visit, pending, with).await
    }
}
