//! Signed statements about files that were verified when they came.

use super::Source;
use crate::ids::{AttestationId, FileId, ReleaseId};
use crate::{Sha256, Timestamp};

/// An attestation (PEP 740, CEP 27) as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attestation {
    /// Its id.
    pub id: AttestationId,
    /// The file that it speaks of.
    pub file: FileId,
    /// Which one of the file's it is, from 0.
    pub position: i64,
    /// The kind of statement: a URL.
    pub predicate: String,
    /// The run whose identity signed it.
    pub source: Source,
    /// The statement with its signature, byte for byte as it came.
    pub body: String,
    /// The digest of the JSON array of all bodies up to this one (CEP 50).
    pub set_sha256: Sha256,
    /// When it was verified.
    pub verified_at: Timestamp,
}

/// What is known of where a file comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileSource {
    /// The file.
    pub file: FileId,
    /// Its release.
    pub release: ReleaseId,
    /// The run that published it, if a trusted publisher did.
    pub source: Option<Source>,
    /// How many attestations it has.
    pub attestations: i64,
}
