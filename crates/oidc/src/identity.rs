//! Whose a verified token is.

use bonded_model::publishing::{Issuer, Provider, Source};

use crate::claims::shown;
use crate::providers::{activestate, buildkite, circleci, forgejo, github, gitlab, google, other};
use crate::{Claims, Verified};

/// A CI job, as its provider describes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The kind of issuer.
    pub provider: Provider,
    /// By what publishers of this identity are found, among those of its issuer.
    pub lookup: String,
    /// How the lookups of all publishers of the same owner begin, to find one that nearly fits; `None` where identities
    /// have no owner.
    pub owner: Option<String>,
    /// The facts of the run.
    pub source: Source,
    /// What the issuer said.
    pub claims: Claims,
}

impl Identity {
    /// Whether every identity of its issuer has the same lookup: then it says nothing of whose this one is.
    pub fn shares_lookup(&self) -> bool {
        self.provider == Provider::Other
    }
}

/// Why no publisher could ever match.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IdentityError {
    /// A claim is missing that every token of this provider has.
    #[error("the token has no claim '{0}', which tokens of this provider have")]
    Missing(&'static str),
    /// Started by something that a stranger can cause, perhaps with a stranger's code.
    #[error(
        "the run was started by the event '{event}', which anybody can cause, perhaps with code of their own; publish from a \
         push, a tag, a release or by hand"
    )]
    Event {
        /// The event.
        event: String,
    },
    /// Not what it should be for any publisher.
    #[error("the claim '{claim}' is '{received}', and has to be {expected}")]
    Claim {
        /// The claim.
        claim: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        received: String,
    },
}

/// A verified token that gets nothing, whatever publishers there are.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{why}")]
pub struct NeverPublishes {
    /// Why.
    pub why: IdentityError,
    /// The run, where the token says enough to tell which it is: for those who look after its publishers, and nothing else.
    pub run: Option<Box<Identity>>,
}

impl From<IdentityError> for NeverPublishes {
    fn from(why: IdentityError) -> Self {
        Self { why, run: None }
    }
}

/// Reads the identity of a verified token.
///
/// # Errors
/// Claims are missing, or the run is of a kind that may never publish.
pub fn identity(issuer: &Issuer, verified: &Verified) -> Result<Identity, NeverPublishes> {
    let (claims, found) = (&verified.claims, read(issuer, &verified.claims)?);
    let allowed = match issuer.provider {
        Provider::GitHub => github::allowed(claims),
        Provider::GitLab => gitlab::allowed(claims),
        Provider::ActiveState => activestate::allowed(claims),
        Provider::CircleCi => circleci::allowed(claims),
        Provider::Forgejo => forgejo::allowed(claims),
        Provider::Google | Provider::Buildkite | Provider::Other => Ok(()),
    };
    match allowed {
        Ok(()) => Ok(found),
        Err(why) => Err(NeverPublishes { why, run: Some(Box::new(found)) }),
    }
}

fn read(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    match issuer.provider {
        Provider::GitHub => github::identity(issuer, claims),
        Provider::GitLab => gitlab::identity(issuer, claims),
        Provider::Google => google::identity(issuer, claims),
        Provider::ActiveState => activestate::identity(issuer, claims),
        Provider::Buildkite => buildkite::identity(issuer, claims),
        Provider::CircleCi => circleci::identity(issuer, claims),
        Provider::Forgejo => forgejo::identity(issuer, claims),
        Provider::Other => other::identity(issuer, claims),
    }
}

/// A text that every token of the provider has.
pub(crate) fn required<'a>(claims: &'a Claims, name: &'static str) -> Result<&'a str, IdentityError> {
    claims.text(name).ok_or(IdentityError::Missing(name))
}

/// An event that no stranger can cause.
pub(crate) fn check_event(
    claims: &Claims,
    name: &'static str,
    strangers: &[&str],
) -> Result<(), IdentityError> {
    let event = required(claims, name)?;
    if strangers.contains(&event) {
        return Err(IdentityError::Event { event: shown(event) });
    }
    Ok(())
}

/// Facts of a run of which nothing but its issuer and subject are known yet.
pub(crate) fn source(issuer: &Issuer, subject: &str) -> Source {
    Source::new(issuer.provider, &issuer.url, subject)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::PublisherConfig;
    use crate::testing::{self, issuer};

    fn samples() -> [(Provider, Value); 7] {
        let now = bonded_model::Timestamp::UNIX_EPOCH;
        [
            (Provider::GitHub, testing::github("https://issuer.example", "a", now)),
            (Provider::GitLab, testing::gitlab("https://issuer.example", "a", now)),
            (Provider::Google, testing::google("https://issuer.example", "a", now)),
            (Provider::ActiveState, testing::activestate("https://issuer.example", "a", now)),
            (Provider::Buildkite, testing::buildkite("https://issuer.example", "a", now)),
            (Provider::CircleCi, testing::circleci("https://issuer.example", "a", now)),
            (Provider::Forgejo, testing::forgejo("https://issuer.example", "a", now)),
        ]
    }

    fn read(provider: Provider, claims: Map<String, Value>) -> Result<Identity, NeverPublishes> {
        let verified = Verified {
            claims: Claims::new(claims),
            replay_id: String::new(),
            expires_at: Default::default(),
        };
        identity(&issuer(provider, "https://issuer.example"), &verified)
    }

    const fn config(provider: Provider) -> &'static str {
        match provider {
            Provider::GitHub => {
                r#"{"provider": "github", "owner": "acme", "owner_id": "65", "repository": "rocket", "workflow": "release.yml",
                    "reusable": "acme/rocket/.github/workflows/release.yml", "environment": "release"}"#
            }
            Provider::GitLab => {
                r#"{"provider": "gitlab", "namespace": "acme/tools", "project": "rocket", "ci_file": ".gitlab-ci.yml",
                    "protected_ref_only": true}"#
            }
            Provider::Google => r#"{"provider": "google", "email": "a@b.example", "sub": "1"}"#,
            Provider::ActiveState => {
                r#"{"provider": "activestate", "organization": "acme", "project": "rocket",
                    "actor_id": "00000000-1000-8000-0000-000000000003"}"#
            }
            Provider::Buildkite => {
                r#"{"provider": "buildkite", "organization": "acme", "pipeline": "rocket", "branch": "main"}"#
            }
            Provider::CircleCi => {
                r#"{"provider": "circleci", "organization_id": "76a31a5d-0000-4000-8000-000000000001",
                    "project_id": "8cf45f1a-0000-4000-8000-000000000002",
                    "context_id": "a74579f1-0000-4000-8000-000000000004"}"#
            }
            Provider::Forgejo => {
                r#"{"provider": "forgejo", "owner": "acme", "repository": "rocket",
                    "workflow": ".forgejo/workflows/release.yml"}"#
            }
            Provider::Other => r#"{"provider": "other", "rules": [{"claim": "sub", "exact": "x"}]}"#,
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            ".{0,60}".prop_map(Value::from),
            "(acme|é|/|@|:|refs/|[.]yml|\u{0}){0,8}".prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
            Just(json!(["x", 1, null])),
            Just(json!({"a": 1})),
        ]
    }

    proptest! {
        #[test]
        fn no_claim_panics(sample in 0_usize..7, changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 0..6)) {
            let (provider, claims) = Vec::from(samples()).swap_remove(sample);
            let mut claims = claims.as_object().cloned().unwrap();
            let names: Vec<_> = claims.keys().cloned().collect();
            for (index, value) in changes {
                claims.insert(index.get(&names).clone(), value);
            }
            if let Ok(identity) = read(provider, claims) {
                let _ = PublisherConfig::from_json(config(provider)).unwrap().check(&identity);
                prop_assert_eq!(identity.provider, provider);
            }
        }
    }

    #[test]
    fn a_token_without_what_its_provider_always_says() {
        for (provider, claims) in samples() {
            assert!(read(provider, claims.as_object().cloned().unwrap()).is_ok(), "{provider}");
            assert!(
                matches!(read(provider, Map::new()).unwrap_err().why, IdentityError::Missing(_)),
                "{provider}"
            );
        }
        assert_eq!(read(Provider::Other, Map::new()).unwrap_err().why, IdentityError::Missing("sub"));
    }
}
