//! Security keys and passkeys (WebAuthn).

use bonded_factors::webauthn::{Key, RelyingParty};
use bonded_mail::{Factor, Message};
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::KeyId;
use bonded_model::people::{KeyInserted, KeyRenamed, ProofKind, WebauthnKey};
use bonded_model::user::User;
use bonded_store::Change;
use chrono::TimeDelta;

use super::prove::parsed;
use super::session::{Fresh, Session};
use super::visit::Visit;
use crate::{Error, Registry};

/// How long the browser may take to answer a challenge.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// The longest name of a key, in characters.
const MAX_NAME: usize = 64;
/// More keys than anybody carries.
const MAX_KEYS: usize = 20;

/// What a challenge is for. An answer given for one purpose is worth nothing for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ceremony {
    /// A passkey in place of name and password.
    Passkey,
    /// A key after the password.
    SignIn,
    /// A fresh proof.
    Proof,
    /// A new key.
    Registration,
    /// A new authenticator app.
    Totp,
}

bonded_model::text_enum!(Ceremony {
    Passkey = "passkey",
    SignIn = "key:sign-in",
    Proof = "key:proof",
    Registration = "key:registration",
    Totp = "totp",
});

impl Registry {
    /// Whether keys can be used at all; if not, why, in words for the operator.
    pub fn keys_unavailable(&self) -> Option<String> {
        self.people.relying_party.as_ref().err().map(ToString::to_string)
    }

    pub(super) fn relying_party(&self) -> Result<&RelyingParty, Error> {
        self.people.relying_party.as_ref().map_err(|why| Error::Invalid(why.to_string()))
    }

    /// The keys of the person, oldest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn keys(&self, session: &Session) -> Result<Vec<WebauthnKey>, Error> {
        Ok(self.store.read().await?.webauthn_keys_of(session.user().id).await?)
    }

    /// What the browser has to ask a new key for.
    ///
    /// # Errors
    /// [`Error::Invalid`] where keys cannot be used, when there are too many, or when something has to come first.
    pub async fn begin_key(&self, fresh: &Fresh<'_>, visit: &Visit) -> Result<String, Error> {
        self.check_ready_for_factors(fresh).await?;
        let rows = self.keys(fresh).await?;
        if rows.len() >= MAX_KEYS {
            return Err(Error::Invalid(format!("an account has at most {MAX_KEYS} keys: remove one first")));
        }
        let user = fresh.user();
        let display = user.display_name.as_deref().unwrap_or_default();
        let begun =
            self.relying_party()?.begin_registration(user.id, user.name.as_str(), display, &parsed(&rows)?);
        let begun = begun.map_err(Error::internal)?;
        self.put_ceremony(visit, Ceremony::Registration, begun.state).await?;
        Ok(begun.options)
    }

    /// Adds the key that answered. It works at once, and its answer is a fresh proof; other remembered browsers are
    /// forgotten.
    ///
    /// # Errors
    /// [`Error::Field`] for a name that is bad or taken and for an answer that is no new key.
    pub async fn add_key(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        name: &str,
        response: &str,
    ) -> Result<(), Error> {
        let name = checked(name)?;
        self.check_ready_for_factors(fresh).await?;
        let state = self.take_ceremony(visit, Ceremony::Registration).await?;
        let registered = self.relying_party()?.finish_registration(&state, response);
        let registered = registered.map_err(|refused| Error::field("key", refused.to_string()))?;
        let (user, now) = (fresh.user(), self.clock.now());
        let key = WebauthnKey {
            id: KeyId::generate(now, &self.random),
            user: user.id,
            name: name.clone(),
            credential_id: registered.key.credential_id(),
            credential: registered.key.to_text(),
            created_at: now,
            last_used_at: None,
        };
        let event = PersonEvent::KeyAdded { user: user.id, key: key.id, name: name.clone() };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let message = Message::FactorAdded {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            factor: Factor::Key(name),
        };
        let letter = self.letter(&user.email, &message)?;
        let (id, device) = (user.id, self.present_device(visit, user).await?);
        let (session, proof) = (fresh.id(), fresh.proof_by_new(ProofKind::Key, now));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                match tx.insert_webauthn_key(&key).await? {
                    KeyInserted::Done => {}
                    KeyInserted::NameTaken => return Err(name_taken()),
                    KeyInserted::CredentialTaken => {
                        return Err(Error::field("key", "This key is registered already."));
                    }
                }
                tx.prove_session(session, proof).await?;
                tx.delete_devices_of(id, device).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                letter.post(tx).await
            })
        });
        write.await
    }

    /// Gives a key another name.
    ///
    /// # Errors
    /// [`Error::Field`] for a name that is bad or taken, [`Error::NotFound`].
    pub async fn rename_key(
        &self,
        session: &Session,
        visit: &Visit,
        key: KeyId,
        name: &str,
    ) -> Result<(), Error> {
        let (name, user, now) = (checked(name)?, session.user().id, self.clock.now());
        let event = PersonEvent::KeyRenamed { user, key, name: name.clone() };
        let entry = AuditEntry::new(now, &session.actor(), &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                match tx.rename_webauthn_key(user, key, &name).await? {
                    KeyRenamed::Done => {}
                    KeyRenamed::NameTaken => return Err(name_taken()),
                    KeyRenamed::Missing => return Err(no_such_key()),
                }
                tx.audit(entry).await?;
                Ok(())
            })
        });
        write.await
    }

    /// Removes a key. The last factor stays where one is required.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] when instance or channel require what would be gone.
    pub async fn remove_key(&self, fresh: &Fresh<'_>, visit: &Visit, key: KeyId) -> Result<(), Error> {
        let (user, now) = (fresh.user(), self.clock.now());
        let keys = self.keys(fresh).await?;
        let name = keys.iter().find(|row| row.id == key).ok_or_else(no_such_key)?.name.clone();
        let event = PersonEvent::KeyRemoved { user: user.id, key };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let message = Message::FactorRemoved {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            factor: Factor::Key(name),
        };
        let letter = self.letter(&user.email, &message)?;
        let (id, requirement) = (user.id, fresh.requirement());
        let device = self.present_device(visit, user).await?;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.delete_webauthn_key(id, key).await? {
                    return Err(no_such_key());
                }
                // Asked behind the removal: two removals at the same moment cannot both leave the other's factor.
                super::totp::check_still_meets(tx, id, requirement).await?;
                tx.delete_devices_of(id, device).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                letter.post(tx).await
            })
        });
        write.await
    }

    /// Begins to ask for one of the person's keys.
    pub(super) async fn ask_for_key(
        &self,
        visit: &Visit,
        user: &User,
        ceremony: Ceremony,
    ) -> Result<String, Error> {
        let rows = self.store.read().await?.webauthn_keys_of(user.id).await?;
        if rows.is_empty() {
            return Err(Error::Invalid("this account has no security key".into()));
        }
        let begun = self.relying_party()?.begin_authentication(user.id, &parsed(&rows)?);
        let begun = begun.map_err(Error::internal)?;
        self.put_ceremony(visit, ceremony, begun.state).await?;
        Ok(begun.options)
    }

    pub(super) async fn put_ceremony(
        &self,
        visit: &Visit,
        ceremony: Ceremony,
        state: impl Into<Vec<u8>>,
    ) -> Result<(), Error> {
        let (browser, state, expires_at) = (visit.browser.hash(), state.into(), self.clock.now() + PATIENCE);
        let write = self.store.write(move |tx| {
            Box::pin(async move { tx.put_ceremony(&browser, ceremony.as_str(), &state, expires_at).await })
        });
        Ok(write.await?)
    }

    /// The state of a ceremony in this browser, which cannot be taken a second time.
    pub(super) async fn take_ceremony(&self, visit: &Visit, ceremony: Ceremony) -> Result<String, Error> {
        let bytes = self.take_ceremony_bytes(visit, ceremony).await?;
        String::from_utf8(bytes).map_err(Error::internal)
    }

    pub(super) async fn take_ceremony_bytes(
        &self,
        visit: &Visit,
        ceremony: Ceremony,
    ) -> Result<Vec<u8>, Error> {
        let (browser, now) = (visit.browser.hash(), self.clock.now());
        let write = self.store.write(move |tx| {
            Box::pin(async move { tx.take_ceremony(&browser, ceremony.as_str(), now).await })
        });
        let none = || Error::field("key", "This took too long, or was used already. Try again.");
        write.await?.ok_or_else(none)
    }
}

/// Whether the key is a passkey that a password manager or phone keeps on several devices.
pub fn is_synchronized(row: &WebauthnKey) -> bool {
    row.credential.parse::<Key>().is_ok_and(|key| key.is_synchronized())
}

fn checked(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    Err(Error::field("name", format!("Give the key a name of 1 to {MAX_NAME} characters.")))
}

fn name_taken() -> Error {
    Error::field("name", "You have a key of this name already. Choose another name.")
}

fn no_such_key() -> Error {
    Error::NotFound("there is no such key in your account".into())
}
