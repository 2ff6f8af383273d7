//! The verifier: what is trusted, and the order of the checks.

use std::fmt;

use bonded_model::Timestamp;
use chrono::DateTime;
use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot};
use sigstore_verify::types::{Bundle, Sha256Hash, SignatureContent};

use crate::statement::Statement;
use crate::{Certificate, MAX_LENGTH, Predicate, Refused, Signer, Subject, conda, log, provider, python};

/// Verifies attestations against one trusted root: certificate authorities, logs, timestamp authorities. Nothing is
/// asked of the network, so a root that does not know a new log refuses what that log recorded.
pub struct Verifier {
    inner: sigstore_verify::Verifier,
}

/// What an attestation that verified says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it says of the file.
    pub predicate: Predicate,
    /// Who says it.
    pub certificate: Certificate,
    /// When it was signed: the earliest time that a log or a timestamp authority vouches for.
    pub signed_at: Timestamp,
}

/// The trusted root cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "the Sigstore trusted root cannot be used; a file trusted_root.json of media type \
         application/vnd.dev.sigstore.trustedroot is expected: {0}"
)]
pub struct TrustRootError(Box<sigstore_verify::Error>);

impl Verifier {
    /// Trusts the public-good instance of Sigstore, as of the version of the library.
    ///
    /// # Errors
    /// If the embedded root is not usable.
    pub fn public_good() -> Result<Self, TrustRootError> {
        Self::from_trusted_root(SIGSTORE_PRODUCTION_TRUSTED_ROOT)
    }

    /// Trusts what a `trusted_root.json` names, and nothing else.
    ///
    /// # Errors
    /// For text that is no trusted root, or with keys and certificates that cannot be used.
    pub fn from_trusted_root(json: &str) -> Result<Self, TrustRootError> {
        provider::install();
        let root = TrustedRoot::from_json(json).map_err(|error| TrustRootError(Box::new(error.into())))?;
        let inner = sigstore_verify::Verifier::new(&root).map_err(|error| TrustRootError(Box::new(error)))?;
        Ok(Self { inner })
    }

    /// Verifies one attestation object of PEP 740.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn python(&self, attestation: &str, file: &Subject, signer: &Signer) -> Result<Verified, Refused> {
        check_length(attestation)?;
        let bundle = python::read(attestation)?;
        let statement = statement(&bundle)?;
        let predicate = python::predicate(&statement)?;
        statement.check_subject(file, python::same_name)?;
        self.verify(&bundle, file, signer, predicate)
    }

    /// Verifies one Sigstore bundle as CEP 27 asks for. `channels` are the URLs that may stand as `targetChannel`.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn conda(
        &self,
        bundle: &str,
        file: &Subject,
        channels: &[String],
        signer: &Signer,
    ) -> Result<Verified, Refused> {
        check_length(bundle)?;
        let bundle = conda::read(bundle)?;
        let statement = statement(&bundle)?;
        let predicate = conda::predicate(&statement, channels)?;
        statement.check_subject(file, |found, expected| found == expected)?;
        self.verify(&bundle, file, signer, predicate)
    }

    /// Certificate chain at the signed time, SCT, log, signature, and who signed.
    fn verify(
        &self,
        bundle: &Bundle,
        file: &Subject,
        signer: &Signer,
        predicate: Predicate,
    ) -> Result<Verified, Refused> {
        log::check(bundle)?;
        let digest = Sha256Hash::new(*file.sha256.as_bytes());
        let result = self.inner.verify(digest, bundle, &signer.policy())?;
        let done = result.certificate_verified() && result.sct_verified() && result.tlog_verified();
        let (true, Some(certificate)) = (done, result.certificate()) else {
            return Err(Refused::Log("certificate and log were not verified"));
        };
        let certificate = Certificate::from(certificate);
        signer.check(&certificate, &predicate)?;
        let signed_at = result.verified_timestamps().iter().map(|time| time.as_second()).min();
        let signed_at = signed_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        Ok(Verified { predicate, certificate, signed_at: signed_at.unwrap_or_default() })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

fn check_length(text: &str) -> Result<(), Refused> {
    if text.len() > MAX_LENGTH { Err(Refused::TooLong(text.len())) } else { Ok(()) }
}

/// The signed statement. A bundle may also sign the bytes of a file alone, which says nothing.
fn statement(bundle: &Bundle) -> Result<Statement, Refused> {
    match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => Statement::read(envelope.payload.as_bytes()),
        _ => Err(Refused::Form("it signs no statement (dsseEnvelope)".into())),
    }
}
