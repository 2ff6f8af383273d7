//! Looking at stored tokens.

use std::path::PathBuf;

use bonded_model::token::ApiToken;
use rattler_networking::Authentication;
use rattler_networking::authentication_storage::StorageBackend;
use rattler_networking::authentication_storage::backends::file::FileStorage;

use super::{TokenError, conda};
use crate::Environment;

/// Who would use a stored token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// conda.
    Conda,
    /// rattler, pixi and this client.
    Rattler,
}

/// A stored token, which does not show itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Listed {
    /// Who would use it.
    pub kind: Kind,
    /// Where it is used: a URL for conda, a host for rattler.
    pub place: String,
    /// Its first and last characters.
    pub token: String,
    /// The file that holds it.
    pub file: PathBuf,
}

/// A stored token with its secret.
pub(super) struct Found {
    pub(super) listed: Listed,
    pub(super) secret: String,
}

impl Found {
    fn new(kind: Kind, place: String, secret: String, file: PathBuf) -> Self {
        Self { listed: Listed { kind, place, token: masked(&secret), file }, secret }
    }

    /// Whether a Bonded server has made it.
    pub(super) fn is_bonded(&self) -> bool {
        self.secret.parse::<ApiToken>().is_ok()
    }
}

/// All stored tokens, of all registries.
///
/// # Errors
/// When a file cannot be read.
pub fn list(environment: &Environment) -> Result<Vec<Listed>, TokenError> {
    Ok(found(environment)?.into_iter().map(|found| found.listed).collect())
}

pub(super) fn found(environment: &Environment) -> Result<Vec<Found>, TokenError> {
    let directory = environment.conda_tokens();
    let stored = conda::all(&directory).map_err(|error| TokenError::Files(directory, error))?;
    let mut found: Vec<Found> = stored
        .into_iter()
        .map(|stored| Found::new(Kind::Conda, stored.url, stored.token, stored.path))
        .collect();
    let path = environment.rattler_credentials();
    for (place, credential) in credentials(environment)?.list().map_err(|error| failed(environment, error))? {
        let (Authentication::BearerToken(token) | Authentication::CondaToken(token)) = credential else {
            continue;
        };
        found.push(Found::new(Kind::Rattler, place, token, path.clone()));
    }
    Ok(found)
}

pub(super) fn credentials(environment: &Environment) -> Result<FileStorage, TokenError> {
    FileStorage::from_path(environment.rattler_credentials()).map_err(|error| failed(environment, error))
}

pub(super) fn failed(environment: &Environment, error: impl std::fmt::Display) -> TokenError {
    TokenError::Credentials(environment.rattler_credentials(), error.to_string())
}

/// Enough to tell tokens apart, and nothing that helps to guess one.
fn masked(token: &str) -> String {
    let last = |count: usize| {
        token.chars().rev().take(count).collect::<Vec<_>>().into_iter().rev().collect::<String>()
    };
    match token.strip_prefix("bonded-") {
        Some(rest) if rest.len() >= 32 => format!("bonded-…{}", last(4)),
        _ if token.chars().count() >= 24 => format!("…{}", last(4)),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_token_shows_four_characters_at_most() {
        let token = ApiToken::generate(&bonded_model::Random::seeded(1));
        let shown = masked(token.expose());
        assert_eq!(shown, format!("bonded-…{}", &token.expose()[token.expose().len() - 4..]));
        assert_eq!(masked("short-secret"), "…");
    }
}
