//! Why an attestation is refused.

use std::fmt;

use crate::MAX_LENGTH;

/// Why an attestation is refused. The text is for whoever uploads: it says what was found, and what is expected.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// More than a verifier should read.
    #[error("it has {0} bytes; an attestation may have {MAX_LENGTH}")]
    TooLong(usize),
    /// Not the form of an attestation.
    #[error("it does not have the form of an attestation: {0}")]
    Form(String),
    /// Not the media type of a bundle that is accepted.
    #[error("its media type is {0}; a bundle of version 0.3 is expected")]
    MediaType(String),
    /// Without the proofs of the log.
    #[error("its log entries do not prove enough: {0}")]
    Log(&'static str),
    /// The statement is not one about a file.
    #[error("its statement cannot be read: {0}")]
    Statement(String),
    /// About several files, or about none.
    #[error("its statement has {0} subjects; exactly one is expected, the uploaded file")]
    Subjects(usize),
    /// About a file of another name.
    #[error("its subject is {found:?}, not the uploaded file {expected:?}")]
    Name {
        /// As the statement says.
        found: String,
        /// The file's name.
        expected: String,
    },
    /// About other bytes.
    #[error(
        "the digest of its subject is not that of the uploaded file, or it is not a SHA-256 digest alone"
    )]
    Digest,
    /// A predicate that is not accepted here.
    #[error("its predicate type {0:?} is not accepted; expected one of {1}")]
    PredicateType(String, &'static str),
    /// A predicate that does not hold what its type says.
    #[error("its predicate is not valid: {0}")]
    Predicate(String),
    /// Published for another channel.
    #[error("it is for the channel {found:?}, not for this one, which is {expected}")]
    Channel {
        /// As the predicate says.
        found: String,
        /// Accepted URLs.
        expected: String,
    },
    /// Certificate, log or signature do not verify.
    #[error("it does not verify: {0}")]
    Unverified(#[source] Box<sigstore_verify::Error>),
    /// Somebody else signed.
    #[error("it was signed by another identity: {what} is {found:?}, expected {expected:?}")]
    Signer {
        /// Which fact of the certificate.
        what: &'static str,
        /// As the certificate says; empty if it says nothing.
        found: String,
        /// What the publisher's identity asks for.
        expected: String,
    },
}

impl Refused {
    pub(crate) fn form(cause: impl fmt::Display) -> Self {
        Self::Form(cause.to_string())
    }
}

impl From<sigstore_verify::Error> for Refused {
    fn from(error: sigstore_verify::Error) -> Self {
        Self::Unverified(Box::new(error))
    }
}
