//! What the operator chooses about trusted publishing, and what follows from it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bonded_model::ids::IssuerId;
use bonded_oidc::fetch::{FetchError, Fetcher};

use crate::{Registry, Settings};

/// What the operator chooses about trusted publishing.
#[derive(Clone)]
pub struct PublishingSettings {
    /// Whether identities are exchanged for tokens at all.
    pub enabled: bool,
    /// The audience that identity tokens must be for; `None` for the host of the base URL, which is what all clients agree
    /// on.
    pub audience: Option<String>,
    /// The proxy through which public issuers are asked for their keys.
    pub proxy: Option<String>,
}

impl fmt::Debug for PublishingSettings {
    /// The proxy's URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishingSettings")
            .field("enabled", &self.enabled)
            .field("audience", &self.audience)
            .field("proxy", &self.proxy.is_some())
            .finish()
    }
}

impl Default for PublishingSettings {
    fn default() -> Self {
        Self { enabled: true, audience: None, proxy: None }
    }
}

/// The settings with what they need at work.
pub(crate) struct TrustedPublishing {
    /// `None`: switched off.
    pub(super) audience: Option<String>,
    pub(super) fetcher: Result<Fetcher, FetchError>,
    /// Of all requests of this process that miss a key of an issuer, one asks for it and the others wait.
    asking: Mutex<HashMap<IssuerId, Arc<tokio::sync::Mutex<()>>>>,
}

impl TrustedPublishing {
    pub(crate) fn new(settings: &Settings) -> Self {
        let publishing = &settings.publishing;
        let audience =
            publishing.audience.clone().unwrap_or_else(|| host(&settings.people.base_url).to_owned());
        Self {
            audience: Some(audience).filter(|_| publishing.enabled),
            fetcher: Fetcher::new(publishing.proxy.as_deref()),
            asking: Mutex::default(),
        }
    }

    pub(super) fn asking(&self, issuer: IssuerId) -> Arc<tokio::sync::Mutex<()>> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(asking.entry(issuer).or_default())
    }
}

impl Registry {
    /// The audience that identity tokens must be for; `None` where trusted publishing is switched off.
    pub fn oidc_audience(&self) -> Option<&str> {
        self.trusted_publishing.audience.as_deref()
    }
}

/// The host of a URL, without its port: what clients that know no other audience ask for.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => &authority[..address.len() + 2],
        None => authority.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audience_is_the_host_without_its_port() {
        for (url, audience) in [
            ("https://packages.example.org", "packages.example.org"),
            ("https://packages.example.org:8443/registry", "packages.example.org"),
            ("http://localhost:8080", "localhost"),
            ("http://[::1]:8080/x", "[::1]"),
        ] {
            assert_eq!(host(url), audience, "{url}");
        }
    }
}
