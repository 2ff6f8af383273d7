//! Looking at stored tokens, and taking them away.

use std::path::PathBuf;

use bonded_model::token::ApiToken;
use rattler_networking::Authentication;
use rattler_networking::authentication_storage::StorageBackend;
use rattler_networking::authentication_storage::backends::file::FileStorage;

use super::{TokenError, conda};
use crate::Environment;
use crate::channel::ChannelRef;

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
    #[serde(skip)]
    is_bonded: bool,
}

/// All stored tokens, of all registries.
///
/// # Errors
/// When a file cannot be read.
pub fn list(environment: &Environment) -> Result<Vec<Listed>, TokenError> {
    let directory = environment.conda_tokens();
    let stored = conda::all(&directory).map_err(|error| TokenError::Files(directory, error))?;
    let mut listed: Vec<Listed> = stored
        .into_iter()
        .map(|stored| Listed {
            kind: Kind::Conda,
            place: stored.url,
            token: masked(&stored.token),
            file: stored.path,
            is_bonded: stored.token.parse::<ApiToken>().is_ok(),
        })
        .collect();
    let path = environment.rattler_credentials();
    for (place, credential) in credentials(environment)?.list().map_err(|error| failed(environment, error))? {
        let (Authentication::BearerToken(token) | Authentication::CondaToken(token)) = credential else {
            continue;
        };
        let is_bonded = token.parse::<ApiToken>().is_ok();
        listed.push(Listed {
            kind: Kind::Rattler,
            place,
            token: masked(&token),
            file: path.clone(),
            is_bonded,
        });
    }
    Ok(listed)
}

/// Removes the tokens of a channel's registry, or, without a channel, all that Bonded servers have made; those that
/// are gone.
///
/// # Errors
/// When a file cannot be read or written.
pub fn remove(environment: &Environment, of: Option<&ChannelRef>) -> Result<Vec<Listed>, TokenError> {
    let server = of.map(ChannelRef::server);
    let host = server.as_ref().and_then(|server| server.host_str());
    let mut gone = Vec::new();
    for token in list(environment)? {
        let is_meant = match (&server, token.kind) {
            (None, _) => token.is_bonded,
            (Some(server), Kind::Conda) => token.place.starts_with(server.as_str()),
            (Some(_), Kind::Rattler) => Some(token.place.as_str()) == host,
        };
        if !is_meant {
            continue;
        }
        match token.kind {
            Kind::Conda => std::fs::remove_file(&token.file)
                .map_err(|error| TokenError::Files(token.file.clone(), error))?,
            Kind::Rattler => {
                credentials(environment)?.delete(&token.place).map_err(|error| failed(environment, error))?
            }
        }
        gone.push(token);
    }
    Ok(gone)
}

fn credentials(environment: &Environment) -> Result<FileStorage, TokenError> {
    FileStorage::from_path(environment.rattler_credentials()).map_err(|error| failed(environment, error))
}

fn failed(environment: &Environment, error: impl std::fmt::Display) -> TokenError {
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
