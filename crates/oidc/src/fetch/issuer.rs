//! From an issuer's URL to its keys.

use bonded_model::publishing::Issuer;
use serde::Deserialize;

use super::client::{FetchError, Fetcher, check_url};
use crate::{InvalidKeys, Keys};

/// The keys that an issuer publishes now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchedKeys {
    /// As they were sent: what a cache keeps, and [`Keys::parse`] reads again.
    pub text: String,
    /// As they were read.
    pub keys: Keys,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Fetcher {
    /// Gets the keys of an issuer: its discovery document, then the key set that it names.
    ///
    /// # Errors
    /// Either cannot be had, the document is another issuer's, or no key could be used. Whoever has older keys keeps them.
    pub async fn keys(&self, issuer: &Issuer) -> Result<FetchedKeys, FetchError> {
        let private = issuer.private_network;
        let url = format!("{}/.well-known/openid-configuration", issuer.url.trim_end_matches('/'));
        let wrong = |why: String| FetchError::Answer { url: url.clone(), why };
        let document = self.get(&url, private).await?;
        let document: Discovery = serde_json::from_str(&document)
            .map_err(|_| wrong("it is no discovery document with issuer and jwks_uri".into()))?;
        if document.issuer != issuer.url {
            let found = crate::claims::shown(&document.issuer);
            return Err(wrong(format!("it is the document of the issuer '{found}'")));
        }
        let text = self.get(&document.jwks_uri, private).await?;
        let invalid = |error: InvalidKeys| FetchError::Answer {
            url: document.jwks_uri.clone(),
            why: error.to_string(),
        };
        let keys = Keys::parse(&text).map_err(invalid)?;
        Ok(FetchedKeys { text, keys })
    }
}

/// Why a URL is none of an issuer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the issuer's URL is not accepted: {0}")]
pub struct InvalidIssuer(&'static str);

/// Whether a URL could be an issuer's (OpenID Connect Discovery 1.0, section 3). Nothing is asked.
///
/// # Errors
/// What is wrong with it.
pub fn check_issuer(url: &str, private_network: bool) -> Result<(), InvalidIssuer> {
    let parsed = check_url(url, private_network).map_err(InvalidIssuer)?;
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(InvalidIssuer("it must not have a query or fragment"));
    }
    if url.len() > 512 || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(InvalidIssuer("it must have at most 512 characters and no spaces"));
    }
    Ok(())
}
