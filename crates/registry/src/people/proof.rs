//! Fresh proofs: before something dangerous, a signed-in person proves again who they are. The person is the
//! session's own; a form cannot name another one.

use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::people::{Proof, ProofKind};
use bonded_model::secret::Secret;
use secrecy::SecretString;

use super::keys::Ceremony;
use super::limits::{self, SIGN_IN_ACCOUNT};
use super::session::Session;
use super::visit::{Rotated, Visit};
use crate::{Error, Registry};

impl Session {
    /// The strongest proof that the account can give now: what a proof asks for.
    pub fn proof_needed(&self) -> ProofKind {
        ProofKind::strongest(self.standing().factors)
    }
}

impl Registry {
    /// Proves by the password; for accounts that have nothing better.
    ///
    /// # Errors
    /// [`Error::Field`] for a wrong password or when a factor is asked for, [`Error::TooMany`].
    pub async fn prove_with_password(
        &self,
        session: &Session,
        visit: &Visit,
        password: SecretString,
    ) -> Result<Rotated, Error> {
        self.check_strength(session, ProofKind::Password)?;
        self.check_present_password(session, visit, password).await?;
        self.proved(session, visit, ProofKind::Password).await
    }

    /// Compares with the session's own password, within the limits of signing in.
    pub(super) async fn check_present_password(
        &self,
        session: &Session,
        visit: &Visit,
        password: SecretString,
    ) -> Result<(), Error> {
        let buckets = limits::sign_in(SIGN_IN_ACCOUNT.of(session.user().id), &visit.origin);
        self.count(buckets.clone()).await?;
        let hash = self.store.read().await?.password_of(session.user().id).await?;
        if !self.verify_password(password, hash).await?.ok {
            return Err(Error::field("password", "This is not your password."));
        }
        self.give_back(buckets).await
    }

    /// Proves by a code of the app; for accounts without a key.
    ///
    /// # Errors
    /// As [`Registry::prove_with_password`].
    pub async fn prove_with_totp(
        &self,
        session: &Session,
        visit: &Visit,
        code: &str,
    ) -> Result<Rotated, Error> {
        self.check_strength(session, ProofKind::Totp)?;
        self.prove_by_totp(visit, session.user(), code).await?;
        self.proved(session, visit, ProofKind::Totp).await
    }

    /// Proves by a recovery code, which is burnt by it; for those who lost the rest.
    ///
    /// # Errors
    /// As [`Registry::prove_with_password`].
    pub async fn prove_with_recovery_code(
        &self,
        session: &Session,
        visit: &Visit,
        code: &str,
    ) -> Result<Rotated, Error> {
        self.prove_by_recovery_code(visit, session.user(), code).await?;
        self.proved(session, visit, ProofKind::RecoveryCode).await
    }

    /// What the browser has to ask a key of the person for.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is none.
    pub async fn begin_proof_with_key(&self, session: &Session, visit: &Visit) -> Result<String, Error> {
        self.ask_for_key(visit, session.user(), Ceremony::Proof).await
    }

    /// Proves by a key.
    ///
    /// # Errors
    /// As [`Registry::prove_with_password`].
    pub async fn prove_with_key(
        &self,
        session: &Session,
        visit: &Visit,
        response: &str,
    ) -> Result<Rotated, Error> {
        let state = self.take_ceremony(visit, Ceremony::Proof).await?;
        self.prove_by_key(visit, session.user(), &state, response).await?;
        self.proved(session, visit, ProofKind::Key).await
    }

    /// A weaker proof than the account can give is not even tried: a guess must not be free.
    fn check_strength(&self, session: &Session, kind: ProofKind) -> Result<(), Error> {
        let (field, what) = match session.proof_needed() {
            needed if kind >= needed => return Ok(()),
            ProofKind::Key => ("key", "Use your security key or passkey, or a recovery code."),
            _ => ("code", "Use your authenticator app, or a recovery code."),
        };
        Err(Error::field(field, what))
    }

    /// Notes the proof; the browser goes on under a new secret, because it may do more now.
    async fn proved(&self, session: &Session, visit: &Visit, kind: ProofKind) -> Result<Rotated, Error> {
        let (now, browser) = (self.clock.now(), Secret::generate(&self.random));
        let event = PersonEvent::Proved { user: session.user().id, with: kind };
        let entry = AuditEntry::new(now, &session.actor(), &visit.origin, event);
        let (id, hash) = (session.id(), browser.hash());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.prove_session(id, Proof { kind, at: now }).await?;
                tx.rotate_session(id, &hash).await?;
                tx.audit(entry).await?;
                Ok::<_, Error>(())
            })
        });
        write.await?;
        Ok(Rotated::browser(browser))
    }
}
