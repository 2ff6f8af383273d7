//! From the credential that a request carries to the actor.

use std::net::IpAddr;
use std::sync::Arc;

use bonded_model::Actor;
use bonded_model::token::{ApiToken, Token, TokenHash};
use secrecy::SecretString;

use super::Access;
use super::denial::{BadCredential, Denial};
use super::principal::{check_publisher, check_state};
use crate::error::Error;

/// The credential of a request, as far as it can be understood without looking anything up.
#[derive(Clone, Debug)]
pub enum Presented {
    /// None.
    Nothing,
    /// A token in a header.
    Token(ApiToken),
    /// A token in the path, where proxies and histories see it: it must permit reading and nothing else.
    TokenInUrl(ApiToken),
    /// Something that looks like a user name and a password, where only tokens are taken.
    Password,
    /// A user name and a password with an upload.
    PasswordUpload {
        /// The name as it came.
        name: String,
        /// The password as it came.
        password: SecretString,
    },
    /// Something that is no credential of ours.
    Malformed,
}

impl Access {
    /// The actor behind a credential that comes from `address`.
    ///
    /// # Errors
    /// [`Denial::Unauthenticated`] for a credential that is not valid now, and [`Error::TokenInUrl`] for a token in a URL
    /// that may do more than read.
    pub async fn authenticate(&self, presented: &Presented, address: Option<IpAddr>) -> Result<Actor, Error> {
        let (token, in_url) = match presented {
            Presented::Nothing => return Ok(Actor::Anonymous),
            Presented::Password | Presented::PasswordUpload { .. } => {
                return Err(Denial::Unauthenticated(BadCredential::Password).into());
            }
            Presented::Malformed => return Err(Denial::Unauthenticated(BadCredential::Unknown).into()),
            Presented::Token(token) => (token, false),
            Presented::TokenInUrl(token) => (token, true),
        };
        let principal = match self.bearer(token.hash()).await? {
            Actor::Principal(principal) => principal,
            actor => return self.check_job(actor, in_url),
        };
        check_state(&principal, self.clock.now())?;
        // Before its networks: wherever it comes from, it has leaked by now.
        let read_only = |token: &Token| token.verbs.is_read_only();
        if in_url && !principal.authority.token().is_some_and(read_only) {
            return Err(Error::TokenInUrl(Actor::Principal(principal)));
        }
        if let Some(token) = principal.authority.token().filter(|token| !token.networks.admit(address)) {
            tracing::warn!(token = %token.id, ?address, "a token was presented from outside of its networks");
            return Err(Denial::Unauthenticated(BadCredential::Elsewhere).into());
        }
        Ok(Actor::Principal(principal))
    }

    /// What a job presents: the token of a trusted publisher.
    fn check_job(&self, actor: Actor, in_url: bool) -> Result<Actor, Error> {
        if let Some(token) = actor.publisher() {
            check_publisher(token, self.clock.now())?;
        }
        if in_url { Err(Error::TokenInUrl(actor)) } else { Ok(actor) }
    }

    /// Whoever holds the token with this hash.
    async fn bearer(&self, hash: TokenHash) -> Result<Actor, Error> {
        let epoch = self.epoch();
        if let Some((_, actor)) = self.bearers.get(&hash).filter(|(read, _)| *read == epoch) {
            return Ok(actor);
        }
        let mut reader = self.store.read().await?;
        let actor = match reader.principal_by_hash(&hash).await? {
            Some(principal) => Actor::Principal(Arc::new(principal)),
            None => match reader.publisher_token_by_hash(&hash).await? {
                Some(token) => Actor::Publisher(Arc::new(token)),
                None => return Err(Denial::Unauthenticated(BadCredential::Unknown).into()),
            },
        };
        // Where rights changed while the row was read, whoever comes next sees that by the epoch.
        self.bearers.insert(hash, (epoch, actor.clone()));
        Ok(actor)
    }
}
