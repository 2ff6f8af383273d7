//! Name and password with an upload, where an administrator allows it: for accounts without a second factor only.

use std::sync::Arc;

use bonded_model::actor::Origin;
use bonded_model::{Actor, Authority, Principal};
use secrecy::SecretString;

use crate::access::{BadCredential, Denial};
use crate::people::limits::{self, SIGN_IN_ACCOUNT};
use crate::{Error, Registry};

impl Registry {
    /// The person behind name and password, as an actor that may publish and nothing else.
    ///
    /// # Errors
    /// [`Denial::Unauthenticated`] unless everything is right, [`Error::TooMany`].
    pub(crate) async fn person_by_password(
        &self,
        origin: &Origin,
        name: &str,
        password: SecretString,
    ) -> Result<Actor, Error> {
        let refused = |bad: BadCredential| Error::from(Denial::Unauthenticated(bad));
        if !self.settings.people.password_uploads {
            return Err(refused(BadCredential::Password));
        }
        let buckets = limits::sign_in(SIGN_IN_ACCOUNT.of(name.trim().to_lowercase()), origin);
        self.count(buckets.clone()).await?;
        let user = self.check_password(name, password).await?;
        let (user, _) = user.ok_or_else(|| refused(BadCredential::WrongPassword))?;
        self.give_back(buckets).await?;
        if user.suspended_at.is_some() {
            return Err(refused(BadCredential::Suspended));
        }
        let mut reader = self.store.read().await?;
        let standing = reader.standing_of(user.id).await?;
        if standing.factors.any() {
            return Err(refused(BadCredential::PasswordOfSecured));
        }
        let roles = reader.roles_of(user.id).await?;
        tracing::warn!(user = %user.name, "an upload with a password: tokens are safer");
        let (channel_roles, project_roles) = (roles.channels, roles.projects);
        let authority = Authority::Password;
        Ok(Actor::Principal(Arc::new(Principal { user, standing, channel_roles, project_roles, authority })))
    }
}
