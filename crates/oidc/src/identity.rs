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

/// Reads the identity of a verified token.
///
/// # Errors
/// Claims are missing, or the run is of a kind that may never publish.
pub fn identity(issuer: &Issuer, verified: &Verified) -> Result<Identity, IdentityError> {
    let claims = &verified.claims;
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
    Source {
        provider: issuer.provider,
        issuer: issuer.url.clone(),
        subject: subject.into(),
        repository: None,
        repository_url: None,
        git_ref: None,
        commit: None,
        workflow: None,
        run: None,
        run_url: None,
        environment: None,
        event: None,
        protected: None,
        owner_id: None,
        repository_id: None,
    }
}
