//! The accounts as administrators see them.

use bonded_model::Timestamp;
use bonded_model::people::{EmailAddress, Standing};
use bonded_model::user::{User, UserName};

use super::profile::{HeldRole, held_roles};
use super::recovery::OpenRecovery;
use super::session::IDLE;
use crate::access::{Permit, ViewPeople};
use crate::{Error, Registry};

/// An account in the list of all.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub user: User,
    /// How well it is secured.
    pub standing: Standing,
}

/// An account with all that an administrator sees of it.
#[derive(Clone, Debug)]
pub struct PersonDetails {
    /// The account.
    pub user: User,
    /// How well it is secured.
    pub standing: Standing,
    /// Its addresses, the primary one first.
    pub emails: Vec<EmailAddress>,
    /// Whether it has a password.
    pub password: bool,
    /// How many keys it has.
    pub keys: usize,
    /// How many recovery codes can still be used.
    pub codes_left: usize,
    /// How many browsers are signed in.
    pub sessions: usize,
    /// When one of them was last used.
    pub seen_at: Option<Timestamp>,
    /// Its roles.
    pub roles: Vec<HeldRole>,
    /// The recovery that waits, if there is one.
    pub recovery: Option<OpenRecovery>,
}

impl Registry {
    /// Every account, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn people(&self, _permit: &Permit<ViewPeople>) -> Result<Vec<Person>, Error> {
        let people = self.store.read().await?.people().await?;
        Ok(people.into_iter().map(|(user, standing)| Person { user, standing }).collect())
    }

    /// The account of this name.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn person(&self, permit: &Permit<ViewPeople>, name: &str) -> Result<PersonDetails, Error> {
        let missing = || Error::NotFound(format!("there is no account '{name}'"));
        let parsed: UserName = name.parse().map_err(|_| missing())?;
        let mut reader = self.store.read().await?;
        let user = reader.user_by_name(&parsed).await?.ok_or_else(missing)?;
        let (id, now) = (user.id, self.clock.now());
        let codes = reader.recovery_codes_of(id).await?;
        let sessions = reader.sessions_of(id).await?;
        let live: Vec<_> =
            sessions.iter().filter(|row| row.expires_at > now && row.seen_at + IDLE > now).collect();
        let details = PersonDetails {
            standing: reader.standing_of(id).await?,
            emails: reader.emails_of(id).await?,
            password: reader.password_of(id).await?.is_some(),
            keys: reader.webauthn_keys_of(id).await?.len(),
            codes_left: codes
                .iter()
                .filter(|code| code.confirmed_at.is_some() && code.used_at.is_none())
                .count(),
            sessions: live.len(),
            // Also of a session that has ended by itself: it tells whether the person is about.
            seen_at: sessions.first().map(|row| row.seen_at),
            roles: held_roles(&mut reader, &user).await?,
            recovery: None,
            user,
        };
        drop(reader);
        Ok(PersonDetails { recovery: self.recovery_of(permit, id).await?, ..details })
    }
}
