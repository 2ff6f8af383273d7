//! Attestations that come with a file or after it: verified before anything is written.

use std::sync::Arc;

use bonded_attestations::{MAX_PYTHON, Signer, Subject, Verified, Verifier};
use bonded_model::publishing::Source;
use bonded_model::{Actor, Sha256};
use bonded_oidc::known::provider_name;
use serde_json::value::RawValue;

use super::keep::sidecar_digest;
use crate::{Error, Registry};

/// PyPI's words: clients and people look for them.
const PYTHON: &str = "Invalid attestations supplied during upload: ";
const CONDA: &str = "The attestation is not accepted: ";

/// An attestation that was verified, ready to be kept.
#[derive(Clone, Debug)]
pub(crate) struct Attested {
    /// The type of its predicate.
    pub(crate) predicate: &'static str,
    /// The run whose identity signed it.
    pub(crate) source: Source,
    /// The bytes as they came.
    pub(crate) body: String,
    /// The digest of the JSON array of all attestations of the file, up to this one.
    pub(crate) set_sha256: Sha256,
}

impl Registry {
    /// Says what attestations are verified with. Until then none is accepted.
    pub fn trust_sigstore(&self, verifier: Verifier) {
        self.sigstore.store(Some(Arc::new(verifier)));
    }

    /// Verifies what stands in the field `attestations` of an upload: a JSON array.
    pub(crate) async fn attest_python(
        &self,
        actor: &Actor,
        field: &str,
        file: Subject,
    ) -> Result<Vec<Attested>, Error> {
        let invalid = |reason: &str| Error::Invalid(format!("{PYTHON}{reason}"));
        let (source, signer) = self.signer(actor, PYTHON)?;
        let bodies: Vec<Box<RawValue>> = serde_json::from_str(field)
            .map_err(|error| invalid(&format!("the field 'attestations' is no JSON array: {error}")))?;
        if bodies.is_empty() {
            return Err(invalid("the list is empty; leave the field out instead"));
        }
        if bodies.len() > MAX_PYTHON {
            return Err(invalid(&format!("{} were sent; a file may have {MAX_PYTHON}", bodies.len())));
        }
        let bodies: Vec<String> = bodies.into_iter().map(|body| body.get().to_owned()).collect();
        let attested =
            self.verify(PYTHON, bodies, source, move |verifier, body| verifier.python(body, &file, &signer));
        let attested = attested.await?;
        match &attested[..] {
            [one, other] if one.predicate == other.predicate => {
                Err(invalid(&format!("two of them have the same predicate type, {}", one.predicate)))
            }
            _ => Ok(attested),
        }
    }

    /// Verifies the attestation of a conda package that is published in that channel.
    pub(crate) async fn attest_conda(
        &self,
        actor: &Actor,
        body: &str,
        file: Subject,
        channel: &str,
    ) -> Result<Attested, Error> {
        let (source, signer) = self.signer(actor, CONDA)?;
        let channels = [format!("{}/{channel}", self.settings.people.base_url)];
        let bodies = vec![body.trim().to_owned()];
        let verified = self.verify(CONDA, bodies, source, move |verifier, body| {
            verifier.conda(body, &file, &channels, &signer)
        });
        verified.await?.pop().ok_or_else(|| Error::internal("an attestation was lost"))
    }

    /// Who must have signed: whoever uploads.
    fn signer(&self, actor: &Actor, prefix: &str) -> Result<(Source, Signer), Error> {
        let Some(token) = actor.publisher() else {
            return Err(Error::Invalid(format!(
                "{prefix}they are accepted with the token of a trusted publisher only, because they are verified \
                 against its identity"
            )));
        };
        let signer = Signer::of(&token.source).ok_or_else(|| {
            Error::Invalid(format!(
                "{prefix}identities of the kind '{}' cannot be compared with certificates",
                provider_name(token.source.provider)
            ))
        })?;
        Ok((token.source.clone(), signer))
    }

    /// Verifies, where blocking is allowed, what a file without attestations gets.
    async fn verify(
        &self,
        prefix: &'static str,
        bodies: Vec<String>,
        source: Source,
        check: impl Fn(&Verifier, &str) -> Result<Verified, bonded_attestations::Refused> + Send + 'static,
    ) -> Result<Vec<Attested>, Error> {
        let verifier = self.sigstore.load_full().ok_or_else(|| {
            Error::Invalid(format!("{prefix}this registry has no trusted root to verify them with"))
        })?;
        let verify = move || {
            let attested = bodies.iter().enumerate().map(|(position, body)| {
                let verified =
                    check(&verifier, body).map_err(|refused| Error::Invalid(format!("{prefix}{refused}")))?;
                Ok(Attested {
                    predicate: verified.predicate.uri(),
                    source: source.clone(),
                    body: body.clone(),
                    set_sha256: sidecar_digest(&bodies[..=position]),
                })
            });
            attested.collect()
        };
        tokio::task::spawn_blocking(verify).await.map_err(Error::internal)?
    }
}
