//! What a scanner reports, in the form of GitHub's secret scanning.

use std::collections::HashSet;
use std::sync::Arc;

use bonded_model::Actor;
use bonded_model::actor::Origin;
use bonded_model::token::tokens_in;
use serde::Deserialize;
use serde_json::Value;

use super::{Found, Leak, ScannerKeys, place};
use crate::access::Denial;
use crate::{Error, Registry};

/// More than a scanner finds in one commit.
const MAX_ENTRIES: usize = 5_000;

/// A report as it came.
#[derive(Clone, Copy, Debug)]
pub struct SignedReport<'a> {
    /// The identifier of the key that signed it.
    pub key: &'a str,
    /// The signature in base64.
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// One entry. What kind of token the scanner takes it for does not matter: it is ours or it is not.
#[derive(Deserialize)]
struct Entry {
    token: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    source: Option<String>,
}

impl Registry {
    /// Believes these scanners from now on, and no others.
    pub fn set_scanner_keys(&self, keys: ScannerKeys) {
        self.scanners.store(Some(Arc::new(keys)));
    }

    /// Whether any scanner is believed.
    pub fn takes_reports(&self) -> bool {
        self.scanners.load().is_some()
    }

    /// Ends the tokens in a scanner's report, and tells their owners. Whether there were any is not told.
    ///
    /// # Errors
    /// [`Denial::Hidden`] when no scanner is believed; [`Error::Invalid`] for a signature that does not fit, and for what
    /// is no list of JSON or too long a one.
    pub async fn disclose(&self, origin: &Origin, report: SignedReport<'_>) -> Result<(), Error> {
        let scanners = self.scanners.load_full().ok_or(Denial::Hidden)?;
        if !scanners.verify(report.key, report.signature, report.body) {
            return Err(Error::Invalid(
                "the signature does not fit the body, or its key is not known here".into(),
            ));
        }
        for mut leak in leaks(report.body)? {
            leak.found.key = Some(report.key.to_owned());
            if let Some(ended) = self.take_leak(&Actor::Anonymous, origin, leak).await? {
                tracing::warn!(token = %ended.token, "a scanner reported a token: it does not work any more");
            }
        }
        Ok(())
    }
}

/// Each token of the report once. Entries that are none are passed over: one of them must not keep the others from being
/// ended.
fn leaks(body: &[u8]) -> Result<Vec<Leak>, Error> {
    let list: Vec<Value> =
        serde_json::from_slice(body).map_err(|_| Error::Invalid("the body is no list of JSON".into()))?;
    if list.len() > MAX_ENTRIES {
        return Err(Error::Invalid(format!("a report has at most {MAX_ENTRIES} entries")));
    }
    let (mut known, mut leaks) = (HashSet::new(), Vec::new());
    for entry in list.into_iter().filter_map(|entry| serde_json::from_value::<Entry>(entry).ok()) {
        let url = entry.url.as_deref().and_then(place::cleaned);
        let source = place::source(entry.source.as_deref().unwrap_or_default());
        for token in tokens_in(&entry.token).filter(|token| known.insert(token.hash())) {
            let found = Found { url: url.clone(), source: source.clone(), key: None };
            leaks.push(Leak { token, found });
        }
    }
    Ok(leaks)
}

#[cfg(test)]
mod tests {
    use bonded_model::Random;
    use bonded_model::token::ApiToken;
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_that_are_none_do_not_hide_the_others() {
        let [one, other] = [1, 2].map(|seed| ApiToken::generate(&Random::seeded(seed)));
        let body = json!([
            7,
            null,
            {},
            { "token": 7 },
            { "token": "bonded-short" },
            { "token": one.expose(), "url": "https://code.example/x", "source": "commit", "type": "t", "more": [] },
            { "token": one.expose(), "url": "https://code.example/y" },
            { "token": format!("token = {}\n", other.expose()), "url": null },
        ]);
        let found = leaks(body.to_string().as_bytes()).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|leak| (leak.token.hash(), leak.found.url.as_deref(), leak.found.source.as_str()))
            .collect();
        let expected =
            [(one.hash(), Some("https://code.example/x"), "commit"), (other.hash(), None, "unknown")];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for bad in ["", "{}", "null", "\"x\"", "[", "[1] x", "\u{0}"] {
            assert!(matches!(leaks(bad.as_bytes()), Err(Error::Invalid(_))), "{bad}");
        }
        let many = json!(vec![0; MAX_ENTRIES + 1]).to_string();
        assert!(matches!(leaks(many.as_bytes()), Err(Error::Invalid(_))));
    }
}
