//! Forgotten passwords. A mailed link sets a new password and nothing else: second factors stay, and nobody is signed
//! in by it.

use bonded_mail::Message;
use bonded_model::Credential;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::UserId;
use bonded_model::people::LinkKind;
use bonded_model::secret::Secret;
use bonded_model::user::User;
use bonded_store::Tx;
use secrecy::SecretString;

use super::limits;
use super::links::dead;
use super::mail::post;
use super::visit::Visit;
use crate::roles::withdraw_sent;
use crate::{Error, Registry};

impl Registry {
    /// Mails a link for a new password to the verified primary address of the account with this name or address. For
    /// whoever asks, nothing tells whether there is one.
    ///
    /// # Errors
    /// [`Error::TooMany`], before anything is looked up.
    pub async fn forgot_password(&self, visit: &Visit, typed: &str) -> Result<(), Error> {
        let typed = typed.trim();
        self.count(limits::reset(typed, &visit.origin)).await?;
        let found = self.user_called(typed).await?;
        let user = found.filter(|user| user.verified_at.is_some() && user.suspended_at.is_none());
        let (now, mut link) = (self.clock.now(), self.new_link(LinkKind::ResetPassword));
        // Without an account the link belongs to nobody and opens nothing. It is written all the same: the answer takes
        // as long.
        link.row.user = user.as_ref().map(|user| user.id);
        let known = match &user {
            None => None,
            Some(user) => {
                let message = Message::ResetPassword {
                    user: user.name.clone(),
                    at: now,
                    client: visit.client.clone(),
                    link: link.url,
                    expires_at: link.row.expires_at,
                };
                let event = PersonEvent::PasswordForgotten { user: user.id };
                let entry = AuditEntry::of_person(now, user.id, Credential::None, &visit.origin, event);
                Some((self.letter(&user.email, &message)?, entry))
            }
        };
        let row = link.row;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.insert_link(&row).await?;
                if let Some((letter, entry)) = known {
                    tx.audit(entry).await?;
                    letter.post(tx).await?;
                }
                Ok::<_, Error>(())
            })
        });
        write.await
    }

    /// Whose password the link sets, for showing the form.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn reset_link(&self, key: &Secret) -> Result<Option<User>, Error> {
        let link = self.live_link(key, LinkKind::ResetPassword).await?;
        let Some(user) = link.and_then(|link| link.user) else { return Ok(None) };
        let user = self.store.read().await?.user(user).await?;
        Ok(user.filter(|user| user.suspended_at.is_none()))
    }

    /// Sets a new password by a link. Every session, half-way sign-in and remembered browser of the account ends, and so does
    /// every invitation to a role that it sent.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a dead link; [`Error::Field`] for a password that is too weak: the link stays valid.
    pub async fn reset_password(&self, visit: &Visit, key: &Secret, new: SecretString) -> Result<(), Error> {
        let user = self.reset_link(key).await?.ok_or_else(dead)?;
        self.check_new_password("password", &new, &user).await?;
        let hash = self.hash_password(new).await?;
        let (secret, now) = (key.hash(), self.clock.now());
        let message =
            Message::PasswordChanged { user: user.name.clone(), at: now, client: visit.client.clone() };
        let notice = self.notice(&user, &message)?;
        let event = PersonEvent::PasswordReset { user: user.id };
        let entry = AuditEntry::of_person(now, user.id, Credential::None, &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.take_link(&secret, LinkKind::ResetPassword, now).await?.ok_or_else(dead)?;
                tx.put_password(user.id, hash.as_str(), now).await?;
                end_all_visits(tx, user.id).await?;
                tx.delete_links_of(user.id, LinkKind::ResetPassword).await?;
                withdraw_sent(tx, user.id, &entry).await?;
                tx.audit(entry).await?;
                post(tx, &notice).await
            })
        });
        write.await
    }
}

/// Ends every session and half-way sign-in of the account, and forgets its browsers.
pub(super) async fn end_all_visits(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    tx.delete_sessions_of(user, None).await?;
    tx.delete_sign_ins_of(user).await?;
    tx.delete_devices_of(user, None).await?;
    Ok(())
}
