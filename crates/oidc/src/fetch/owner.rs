//! The id of an account at GitHub or on an Enterprise Server.

use bonded_model::publishing::Issuer;
use serde::Deserialize;

use super::client::{FetchError, Fetcher};
use crate::form::rule;
use crate::providers::github;

/// An account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owner {
    /// Its id.
    pub id: String,
    /// Its name, as the provider spells it.
    pub name: String,
}

/// Why the id of an account is not known. It can be typed instead.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// No name that an account could have.
    #[error("'{0}' cannot be the name of an account")]
    Name(String),
    /// There is none.
    #[error("there is no user or organization '{0}'")]
    Unknown(String),
    /// Asked too often.
    #[error("the provider was asked too often; wait some minutes, or type the owner's id")]
    RateLimited,
    /// Nobody answered.
    #[error("the provider could not be asked; type the owner's id")]
    Unreachable(#[source] FetchError),
    /// An answer that is not understood.
    #[error("the provider answered with something else; type the owner's id")]
    Answer,
}

#[derive(Deserialize)]
struct Account {
    login: String,
    id: u64,
}

impl Fetcher {
    /// Looks up the account `name` where `issuer`, one of GitHub's kind, has its accounts.
    ///
    /// # Errors
    /// It does not exist, or the provider does not say.
    pub async fn owner(&self, issuer: &Issuer, name: &str) -> Result<Owner, OwnerError> {
        if name.is_empty() || rule::name(name).is_err() {
            return Err(OwnerError::Name(crate::claims::shown(name)));
        }
        let accounts = github::accounts(&issuer.url).ok_or(OwnerError::Answer)?;
        let answer = self.get(&format!("{accounts}{name}"), issuer.private_network).await;
        let text = answer.map_err(|error| match error {
            FetchError::Status { status: 404, .. } => OwnerError::Unknown(name.into()),
            FetchError::Status { status: 403 | 429, .. } => OwnerError::RateLimited,
            FetchError::Answer { .. } | FetchError::TooLong(_) => OwnerError::Answer,
            other => OwnerError::Unreachable(other),
        })?;
        let account: Account = serde_json::from_str(&text).map_err(|_| OwnerError::Answer)?;
        // Whoever had the name before may be answered for it; the id would be another account's.
        if !account.login.eq_ignore_ascii_case(name) {
            return Err(OwnerError::Unknown(name.into()));
        }
        Ok(Owner { id: account.id.to_string(), name: account.login })
    }
}
