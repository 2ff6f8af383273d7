//! The first step: name and password.

use bonded_factors::password::Verified;
use bonded_mail::Message;
use bonded_model::people::{ProofKind, SignIn, SignInStage};
use bonded_model::secret::Secret;
use bonded_model::user::{Email, User, UserName};
use chrono::TimeDelta;
use secrecy::SecretString;

use super::Entry;
use super::enter::Basis;
use crate::people::limits::{self, Bucket, SIGN_IN_ACCOUNT, SIGN_IN_DEVICE};
use crate::people::mail::Letter;
use crate::people::visit::{Rotated, Visit};
use crate::{Error, Registry};

/// How long a half-way sign-in waits for its second factor.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// The same for an unknown name and a wrong password.
pub(super) fn wrong() -> Error {
    Error::SignIn("The name or the password is not right.".into())
}

impl Registry {
    /// Begins a sign-in with the name (or a verified address) and the password of an account. `next` is a local path
    /// to go on with.
    ///
    /// # Errors
    /// [`Error::TooMany`] before anything is looked up; [`Error::SignIn`], the same for unknown names and wrong
    /// passwords.
    pub async fn sign_in(
        &self,
        visit: &Visit,
        name: &str,
        password: SecretString,
        next: &str,
    ) -> Result<Entry, Error> {
        let buckets = limits::sign_in(self.own_bucket(visit, name).await?, &visit.origin);
        self.count(buckets.clone()).await?;
        let (user, hash) = self.check_password(name, password).await?.ok_or_else(wrong)?;
        self.give_back(buckets).await?;
        if user.suspended_at.is_some() {
            return Err(Error::SignIn("This account is suspended. Ask an administrator why.".into()));
        }
        if self.store.read().await?.standing_of(user.id).await?.factors.any() {
            return self.ask_for_factor(visit, &user, hash, next).await;
        }
        let notice = self.notice_of_new_place(visit, &user).await?;
        let rotated = self.enter(visit, &user, ProofKind::Password, Basis::Password(hash), notice).await?;
        Ok(Entry::SignedIn { rotated, next: next.to_owned() })
    }

    /// Tells the owner of a sign-in from a new place. Codes from one are confirmed by mail, and keys prove the place
    /// themselves; a password alone does neither.
    async fn notice_of_new_place(&self, visit: &Visit, user: &User) -> Result<Option<Letter>, Error> {
        if self.is_remembered(visit, user).await? {
            return Ok(None);
        }
        let (at, client) = (self.clock.now(), visit.client.clone());
        let message = Message::NewSignIn { user: user.name.clone(), at, client };
        Ok(self.notice(user, &message)?.pop())
    }

    /// A remembered browser of the account has a limit of its own, so that strangers who guess passwords do not lock
    /// the owner out.
    async fn own_bucket(&self, visit: &Visit, name: &str) -> Result<Bucket, Error> {
        let stranger = SIGN_IN_ACCOUNT.of(name.trim().to_lowercase());
        let Some(secret) = &visit.device else { return Ok(stranger) };
        let mut reader = self.store.read().await?;
        let Some(device) = reader.device_by_secret(&secret.hash()).await? else { return Ok(stranger) };
        let owner = reader.user(device.user).await?;
        let own = owner.is_some_and(|user| user.name.key() == name.trim().to_lowercase());
        Ok(if own && device.expires_at > self.clock.now() { SIGN_IN_DEVICE.of(device.id) } else { stranger })
    }

    /// The account with this name or verified address and the hash of its password, if the password is its own. Takes
    /// as long if there is none.
    pub(super) async fn check_password(
        &self,
        name: &str,
        password: SecretString,
    ) -> Result<Option<(User, String)>, Error> {
        let user = self.user_called(name).await?;
        let hash = match &user {
            Some(user) => self.store.read().await?.password_of(user.id).await?,
            None => None,
        };
        let Verified { ok, needs_rehash } = self.verify_password(password.clone(), hash.clone()).await?;
        let (Some(user), Some(hash)) = (user.filter(|_| ok), hash) else { return Ok(None) };
        let hash = if needs_rehash { self.rehash(&user, password, hash).await? } else { hash };
        Ok(Some((user, hash)))
    }

    pub(crate) async fn user_called(&self, name: &str) -> Result<Option<User>, Error> {
        let mut reader = self.store.read().await?;
        if let Ok(name) = name.trim().parse::<UserName>() {
            return Ok(reader.user_by_name(&name).await?);
        }
        match name.trim().parse::<Email>() {
            Ok(address) => Ok(reader.user_by_verified_email(&address).await?),
            Err(_) => Ok(None),
        }
    }

    /// Keeps the same password under today's parameters, unless it was changed meanwhile; gives the hash from now on.
    async fn rehash(&self, user: &User, password: SecretString, old: String) -> Result<String, Error> {
        let (id, new) = (user.id, self.hash_password(password).await?.as_str().to_owned());
        let (before, after) = (old.clone(), new.clone());
        let write = self
            .store
            .write(move |tx| Box::pin(async move { tx.rehash_password(id, &before, &after).await }));
        Ok(if write.await? { new } else { old })
    }

    async fn ask_for_factor(
        &self,
        visit: &Visit,
        user: &User,
        hash: String,
        next: &str,
    ) -> Result<Entry, Error> {
        let (now, browser) = (self.clock.now(), Secret::generate(&self.random));
        let sign_in = SignIn {
            browser: browser.hash(),
            user: user.id,
            stage: SignInStage::Factor,
            proof: ProofKind::Password,
            next: next.to_owned(),
            created_at: now,
            expires_at: now + PATIENCE,
        };
        let old = visit.browser.hash();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if tx.password_of(sign_in.user).await? != Some(hash) {
                    return Err(wrong());
                }
                tx.delete_sign_in(&old).await?;
                tx.put_sign_in(&sign_in).await?;
                Ok::<_, Error>(())
            })
        });
        write.await?;
        Ok(Entry::NeedsFactor(Rotated::browser(browser)))
    }
}
