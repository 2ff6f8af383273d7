//! Passwords: what a new one must be like, and changing one's own.

use bonded_factors::strength::Weak;
use bonded_mail::Message;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::people::LinkKind;
use bonded_model::secret::Secret;
use bonded_model::user::User;
use secrecy::SecretString;

use super::mail::post;
use super::session::{Fresh, Session};
use super::visit::{Rotated, Visit};
use crate::{Error, Registry};

impl Registry {
    /// Refuses a new password that is short, easy to guess for whoever knows the account, or known from breaches.
    pub(super) async fn check_new_password(
        &self,
        field: &'static str,
        password: &SecretString,
        user: &User,
    ) -> Result<(), Error> {
        let mut words = vec![user.name.to_string(), user.email.to_string()];
        words.extend(user.display_name.clone());
        let weak = |weak: Weak| Error::field(field, weak.to_string());
        self.check_strength_of(password.clone(), words).await?.map_err(weak)?;
        let Some(service) = &self.people.breaches else { return Ok(()) };
        match service.breaches(password).await {
            Ok(0) => Ok(()),
            Ok(_) => Err(weak(Weak::Breached)),
            Err(error) => {
                // A service of others that does not answer must not keep people out.
                tracing::warn!(%error, "a new password could not be compared with known breaches");
                Ok(())
            }
        }
    }

    /// Whether the account has a password. Whom the operator made, or who was recovered, has none at first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn has_password(&self, session: &Session) -> Result<bool, Error> {
        Ok(self.store.read().await?.password_of(session.user().id).await?.is_some())
    }

    /// Changes the password, or sets the first one. All other sessions and remembered browsers end; this one goes on
    /// under a new secret.
    ///
    /// # Errors
    /// [`Error::Field`] `current` unless it is the present password, where there is one; [`Error::Field`] `password` for
    /// a new one that is too weak; [`Error::TooMany`].
    pub async fn change_password(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        current: Option<SecretString>,
        new: SecretString,
    ) -> Result<Rotated, Error> {
        if self.has_password(fresh).await? {
            let current = current.unwrap_or_default();
            self.check_present_password(fresh, visit, current).await.map_err(of_the_present_one)?;
        }
        let user = fresh.user();
        self.check_new_password("password", &new, user).await?;
        let hash = self.hash_password(new).await?;
        let (now, browser) = (self.clock.now(), Secret::generate(&self.random));
        let message =
            Message::PasswordChanged { user: user.name.clone(), at: now, client: visit.client.clone() };
        let notice = self.notice(user, &message)?;
        let event = PersonEvent::PasswordSet { user: user.id };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let device = self.present_device(visit, user).await?;
        let (id, session, rotated) = (user.id, fresh.id(), browser.hash());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.put_password(id, hash.as_str(), now).await?;
                tx.delete_sessions_of(id, Some(session)).await?;
                // Ended from elsewhere a moment ago, because it was stolen perhaps.
                if !tx.rotate_session(session, &rotated).await? {
                    return Err(Error::ProofNeeded);
                }
                tx.delete_sign_ins_of(id).await?;
                tx.delete_devices_of(id, device).await?;
                tx.delete_links_of(id, LinkKind::ResetPassword).await?;
                tx.audit(entry).await?;
                post(tx, &notice).await
            })
        });
        write.await?;
        Ok(Rotated::browser(browser))
    }
}

/// The form has two passwords; this is about the first.
fn of_the_present_one(error: Error) -> Error {
    match error {
        Error::Field { field: "password", text } => Error::field("current", text),
        other => other,
    }
}
