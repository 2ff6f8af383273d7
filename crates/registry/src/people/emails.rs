//! The addresses of an account. Whether somebody else has an address is told to nobody but the owner of that address.

use bonded_mail::Message;
use bonded_model::Credential;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::EmailId;
use bonded_model::people::{EmailAddress, Link, LinkKind};
use bonded_model::secret::Secret;
use bonded_model::user::{Email, User, UserName};
use bonded_store::Change;

use super::limits::{ADD_EMAIL, VERIFY_ACCOUNT};
use super::links::dead;
use super::mail::{Letter, post};
use super::session::{Fresh, Session};
use super::visit::Visit;
use crate::{Error, Registry};

/// More addresses than anybody needs.
const MAX_ADDRESSES: usize = 10;

/// An address that waits for its link, for showing the button.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The account that named it.
    pub user: UserName,
    /// The address.
    pub address: Email,
}

impl Registry {
    /// The addresses of the person, the primary one first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn emails(&self, session: &Session) -> Result<Vec<EmailAddress>, Error> {
        Ok(self.store.read().await?.emails_of(session.user().id).await?)
    }

    /// Adds an address and mails a link to it. As long as the account is not verified, the new address replaces the one
    /// that was mistyped.
    ///
    /// # Errors
    /// [`Error::Field`] `email` for what is no address or is in the account already; [`Error::TooMany`].
    pub async fn add_email(&self, fresh: &Fresh<'_>, visit: &Visit, typed: &str) -> Result<(), Error> {
        let session: &Session = fresh;
        let address: Email =
            typed.trim().parse().map_err(|error| Error::field("email", format!("{error}")))?;
        let (user, now) = (session.user(), self.clock.now());
        if session.standing().verified {
            session.cleared()?;
        }
        let has = self.emails(session).await?;
        if has.iter().any(|other| other.address.key() == address.key()) {
            return Err(already_there());
        }
        if has.len() >= MAX_ADDRESSES {
            let text = format!("An account has at most {MAX_ADDRESSES} addresses. Remove one first.");
            return Err(Error::field("email", text));
        }
        self.count(vec![ADD_EMAIL.of(user.id)]).await?;
        let replaces = !session.standing().verified && !session.standing().factors.any();
        let email = EmailAddress {
            id: EmailId::generate(now, &self.random),
            user: user.id,
            address: address.clone(),
            primary: false,
            verified_at: None,
            created_at: now,
        };
        let (link, letter) = self.introduce(visit, &user.name, &email).await?;
        let message =
            Message::AddressAdded { user: user.name.clone(), at: now, client: visit.client.clone(), address };
        let mut letters = self.notice(user, &message)?;
        letters.push(letter);
        let entry = |event| AuditEntry::new(now, &session.actor(), &visit.origin, event);
        let added = entry(PersonEvent::EmailAdded { user: user.id, email: email.id });
        let primary = entry(PersonEvent::PrimaryEmailSet { user: user.id, email: email.id });
        let before = has.into_iter().find(|other| other.primary && replaces);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.insert_email(&email).await? {
                    return Err(already_there());
                }
                tx.audit(added).await?;
                if let Some(before) = before {
                    tx.make_primary(email.user, email.id).await?;
                    tx.delete_email(before.id).await?;
                    tx.audit(primary).await?;
                    tx.announce(Change::Access);
                }
                if let Some(link) = link {
                    tx.insert_link(&link).await?;
                }
                post(tx, &letters).await
            })
        });
        write.await
    }

    /// Mails another link to an address that is not verified yet.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when it is verified; [`Error::TooMany`].
    pub async fn mail_verification_again(
        &self,
        session: &Session,
        visit: &Visit,
        email: EmailId,
    ) -> Result<(), Error> {
        let email = self.own_email(session, email).await?;
        if email.verified_at.is_some() {
            return Err(Error::Conflict(format!("{} is verified already", email.address)));
        }
        self.count(vec![VERIFY_ACCOUNT.of(session.user().id)]).await?;
        let (link, letter) = self.introduce(visit, &session.user().name, &email).await?;
        let event = PersonEvent::VerificationMailed { user: email.user, email: email.id };
        let entry = AuditEntry::new(self.clock.now(), &session.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if let Some(link) = link {
                    tx.insert_link(&link).await?;
                }
                tx.audit(entry).await?;
                letter.post(tx).await
            })
        });
        write.await
    }

    /// Which address the link verifies.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn verification(&self, key: &Secret) -> Result<Option<Verification>, Error> {
        let link = self.live_link(key, LinkKind::VerifyEmail).await?;
        let Some(id) = link.and_then(|link| link.email) else { return Ok(None) };
        let mut reader = self.store.read().await?;
        let Some(email) = reader.email(id).await? else { return Ok(None) };
        let user = reader.user(email.user).await?;
        Ok(user.map(|user| Verification { user: user.name, address: email.address }))
    }

    /// Verifies an address: whoever holds the link receives mail there. It signs nobody in.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a dead link; [`Error::Conflict`] when another account verified the address meanwhile.
    pub async fn verify_email(&self, visit: &Visit, key: &Secret) -> Result<Verification, Error> {
        let verification = self.verification(key).await?.ok_or_else(dead)?;
        let (secret, now, origin) = (key.hash(), self.clock.now(), visit.origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let link = tx.take_link(&secret, LinkKind::VerifyEmail, now).await?.ok_or_else(dead)?;
                let (Some(user), Some(email)) = (link.user, link.email) else { return Err(dead()) };
                if !tx.verify_email(email, now).await? {
                    let taken = "this address belongs to another account by now: sign in with that one";
                    return Err(Error::Conflict(taken.into()));
                }
                let event = PersonEvent::EmailVerified { user, email };
                tx.audit(AuditEntry::of_person(now, user, Credential::None, &origin, event)).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await?;
        Ok(verification)
    }

    /// Makes a verified address the primary one. The old one and the new one hear of it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] when it is not verified.
    pub async fn make_primary(&self, fresh: &Fresh<'_>, visit: &Visit, email: EmailId) -> Result<(), Error> {
        let email = self.own_email(fresh, email).await?;
        if email.verified_at.is_none() {
            return Err(Error::Invalid("verify this address first".into()));
        }
        if email.primary {
            return Ok(());
        }
        let (user, now) = (fresh.user(), self.clock.now());
        let message = Message::PrimaryAddressChanged {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            address: email.address.clone(),
        };
        let mut letters = self.notice(user, &message)?;
        letters.push(self.letter(&email.address, &message)?);
        let event = PersonEvent::PrimaryEmailSet { user: user.id, email: email.id };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.make_primary(email.user, email.id).await? {
                    return Err(no_such_address());
                }
                // Links to set a password went to the old address.
                tx.delete_links_of(email.user, LinkKind::ResetPassword).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                post(tx, &letters).await
            })
        });
        write.await
    }

    /// Removes an address that is not the primary one.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for the primary address.
    pub async fn remove_email(&self, fresh: &Fresh<'_>, visit: &Visit, email: EmailId) -> Result<(), Error> {
        let email = self.own_email(fresh, email).await?;
        if email.primary {
            return Err(Error::Invalid("this is the primary address: make another one primary first".into()));
        }
        let (user, now) = (fresh.user(), self.clock.now());
        let message = Message::AddressRemoved {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            address: email.address.clone(),
        };
        let mut letters = self.notice(user, &message)?;
        if email.verified_at.is_some() {
            letters.push(self.letter(&email.address, &message)?);
        }
        let event = PersonEvent::EmailRemoved { user: user.id, email: email.id };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.delete_email(email.id).await? {
                    return Err(no_such_address());
                }
                tx.audit(entry).await?;
                post(tx, &letters).await
            })
        });
        write.await
    }

    async fn own_email(&self, session: &Session, id: EmailId) -> Result<EmailAddress, Error> {
        let email = self.store.read().await?.email(id).await?;
        email.filter(|email| email.user == session.user().id).ok_or_else(no_such_address)
    }

    /// What a new address is mailed: a link to verify it, or, if an account has verified it before, word of that. On the
    /// screen both look the same.
    pub(super) async fn introduce(
        &self,
        visit: &Visit,
        user: &UserName,
        email: &EmailAddress,
    ) -> Result<(Option<Link>, Letter), Error> {
        let mut reader = self.store.read().await?;
        if let Some(holder) = reader.user_by_verified_email(&email.address).await? {
            // As the holder spelt it: to some hosts a mailbox of another case is another one.
            let key = email.address.key();
            let own = reader.emails_of(holder.id).await?.into_iter().find(|own| own.address.key() == key);
            let to = own.map_or_else(|| email.address.clone(), |own| own.address);
            let (at, client) = (self.clock.now(), visit.client.clone());
            let message = Message::AddressInUse { user: holder.name, at, client };
            return Ok((None, self.letter(&to, &message)?));
        }
        drop(reader);
        let mut link = self.new_link(LinkKind::VerifyEmail);
        link.row.user = Some(email.user);
        link.row.email = Some(email.id);
        let expires_at = link.row.expires_at;
        let message = Message::VerifyEmail { user: user.clone(), link: link.url, expires_at };
        Ok((Some(link.row), self.letter(&email.address, &message)?))
    }

    /// A mail to the primary address, if its owner was ever proved: strangers whose address somebody mistyped are not
    /// bothered.
    pub(super) fn notice(&self, user: &User, message: &Message) -> Result<Vec<Letter>, Error> {
        self.letters(user.verified_at.map(|_| &user.email), message)
    }
}

fn already_there() -> Error {
    Error::field("email", "This address is in your account already.")
}

fn no_such_address() -> Error {
    Error::NotFound("there is no such address in your account".into())
}
