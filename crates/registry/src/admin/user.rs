//! Accounts.

use bonded_model::audit::{AuditEntry, Event};
use bonded_model::ids::{EmailId, UserId};
use bonded_model::people::UserInserted;
use bonded_model::user::{Email, User, UserName};
use bonded_store::{Change, Tx};

use crate::access::{Operate, Permit};
use crate::{Error, Registry};

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its name.
    pub name: UserName,
    /// Where mail goes.
    pub email: Email,
    /// Whether it administers the instance.
    pub admin: bool,
}

impl Registry {
    /// Makes an account.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the name or the address is taken.
    pub async fn create_user(&self, permit: &Permit<Operate>, new: NewUser) -> Result<User, Error> {
        let now = self.clock.now();
        let user = User {
            id: UserId::generate(now, &self.random),
            name: new.name,
            display_name: None,
            email: new.email,
            // The operator vouches for the address.
            verified_at: Some(now),
            admin: new.admin,
            created_at: now,
            suspended_at: None,
        };
        let event = Event::UserCreated { user: user.id, name: user.name.to_string(), admin: user.admin };
        let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), event);
        let (created, email) = (user.clone(), EmailId::generate(now, &self.random));
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    insert(tx, &user, email).await?;
                    tx.audit(entry).await?;
                    tx.announce(Change::Access);
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(created)
    }

    /// The account of this name.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn user_named(&self, _permit: &Permit<Operate>, name: &str) -> Result<User, Error> {
        let missing = || Error::NotFound(format!("there is no account '{name}'"));
        let name: UserName = name.parse().map_err(|_| missing())?;
        self.store.read().await?.user_by_name(&name).await?.ok_or_else(missing)
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn users(&self, _permit: &Permit<Operate>) -> Result<Vec<User>, Error> {
        Ok(self.store.read().await?.users().await?)
    }
}

/// Makes the account, or says what is taken.
pub(crate) async fn insert(tx: &mut Tx, user: &User, email: EmailId) -> Result<(), Error> {
    match tx.insert_user(user, email).await? {
        UserInserted::Done => Ok(()),
        UserInserted::NameTaken => {
            Err(Error::Conflict(format!("the name '{}' is taken: choose another one", user.name)))
        }
        UserInserted::EmailTaken => {
            Err(Error::Conflict(format!("there is an account with the address {} already", user.email)))
        }
    }
}
