//! Taking stored tokens away.

use rattler_networking::authentication_storage::StorageBackend;
use url::Url;

use super::TokenError;
use super::list::{Found, Kind, Listed, credentials, failed, found};
use crate::Environment;

/// Which tokens are to go.
#[derive(Clone, Debug)]
pub enum Which {
    /// All that Bonded servers have made.
    Bonded,
    /// Those for these places, channels or whole registries, and for what is below them, whoever made them.
    Below(Vec<Url>),
}

/// What became of the tokens that were meant.
#[derive(Debug, Default)]
pub struct Removed {
    /// Those that are gone.
    pub gone: Vec<Listed>,
    /// Those that are still used at these places, because they are for others too.
    pub kept: Vec<Listed>,
}

/// Removes tokens.
///
/// # Errors
/// When a file cannot be read or written.
pub fn remove(environment: &Environment, which: &Which) -> Result<Removed, TokenError> {
    let (of_conda, of_rattler): (Vec<_>, Vec<_>) =
        found(environment)?.into_iter().partition(|token| token.listed.kind == Kind::Conda);
    let (gone, left): (Vec<_>, Vec<_>) = of_conda.into_iter().partition(|token| which.names(token));
    let mut removed = Removed::default();
    for token in of_rattler {
        match which.host(&token, &gone, &left) {
            Host::Other => {}
            Host::StillUsed => removed.kept.push(token.listed),
            Host::Unused => {
                let deleted = credentials(environment)?.delete(&token.listed.place);
                deleted.map_err(|error| failed(environment, error))?;
                removed.gone.push(token.listed);
            }
        }
    }
    for token in gone {
        std::fs::remove_file(&token.listed.file)
            .map_err(|error| TokenError::Files(token.listed.file.clone(), error))?;
        removed.gone.push(token.listed);
    }
    removed
        .kept
        .extend(left.into_iter().filter(|token| which.is_covered_by(token)).map(|token| token.listed));
    removed.gone.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(removed)
}

/// Whether the token that rattler has for a host is needed any more: it has one for all of the host's channels.
enum Host {
    Other,
    StillUsed,
    Unused,
}

impl Which {
    fn names(&self, token: &Found) -> bool {
        match self {
            Self::Bonded => token.is_bonded(),
            Self::Below(places) => places.iter().any(|place| is_below(&token.listed.place, place.as_str())),
        }
    }

    fn host(&self, token: &Found, gone: &[Found], left: &[Found]) -> Host {
        let host = &token.listed.place;
        let places = match self {
            Self::Bonded if token.is_bonded() => return Host::Unused,
            Self::Bonded => return Host::Other,
            Self::Below(places) => places,
        };
        if !places.iter().any(|place| place.host_str() == Some(host.as_str())) {
            return Host::Other;
        }
        let mut of_host =
            left.iter().filter(|other| host_of(&other.listed.place).as_ref() == Some(host)).peekable();
        let has_others = of_host.peek().is_some();
        let is_gone = gone.iter().any(|other| other.secret == token.secret);
        let is_used = of_host.any(|other| other.secret == token.secret);
        if is_used || (has_others && !is_gone) { Host::StillUsed } else { Host::Unused }
    }

    /// Whether a token is for more than one of the places, and so for that place too.
    fn is_covered_by(&self, token: &Found) -> bool {
        match self {
            Self::Bonded => false,
            Self::Below(places) => places.iter().any(|place| is_below(place.as_str(), &token.listed.place)),
        }
    }
}

/// Whether a URL is the place, or below it.
pub fn is_below(url: &str, place: &str) -> bool {
    let with_slash = |text: &str| format!("{}/", text.trim_end_matches('/'));
    with_slash(url).starts_with(&with_slash(place))
}

fn host_of(place: &str) -> Option<String> {
    Some(place.parse::<Url>().ok()?.host_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_only_begins_alike_is_not_below() {
        assert!(is_below("https://h/a/noarch", "https://h/a/") && is_below("https://h/a", "https://h/a/"));
        assert!(is_below("https://h/a/", "https://h"));
        assert!(!is_below("https://h/ab/", "https://h/a") && !is_below("https://h/", "https://h/a/"));
        assert!(!is_below("https://host/", "https://h"));
    }
}
