//! Signatures of records: what a channel says of one package, as it stands under `packages` or `packages.conda`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use bonded_model::Sha256;
use bonded_model::conda::{ArchiveFilename, InvalidArchiveFilename};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::canonical::{Members, canonical};
use crate::{CanonicalError, PublicKey, Signature, SigningKey, TrustedKeyManager, hexadecimal};

/// The signature of a record by one key. As text: key, colon, signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordSignature {
    /// Who signed.
    pub key: PublicKey,
    /// The signature over the record's canonical bytes.
    pub signature: Signature,
}

impl RecordSignature {
    /// Whether it is the key's signature over that record. Says nothing of whether the key may sign.
    ///
    /// # Errors
    /// For a record without canonical form.
    pub fn verifies(&self, record: &[u8]) -> Result<bool, CanonicalError> {
        Ok(self.key.verifies(&canonical(record)?, &self.signature))
    }
}

impl fmt::Display for RecordSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.key, self.signature)
    }
}

impl FromStr for RecordSignature {
    type Err = NotARecordSignature;

    fn from_str(text: &str) -> Result<Self, NotARecordSignature> {
        let (key, signature) = text.split_once(':').ok_or(NotARecordSignature)?;
        let key = key.parse().map_err(|_| NotARecordSignature)?;
        Ok(Self { key, signature: signature.parse().map_err(|_| NotARecordSignature)? })
    }
}

/// The text is not a key and its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the signature of a record: KEY:SIGNATURE is expected, in lower-case hexadecimal digits")]
pub struct NotARecordSignature;

/// Signs a record, given as JSON text.
///
/// # Errors
/// For a record without canonical form.
pub fn sign_record(record: &[u8], key: &SigningKey) -> Result<RecordSignature, CanonicalError> {
    Ok(RecordSignature { key: key.public(), signature: key.sign(&canonical(record)?) })
}

/// The keys by which a record is signed: enough of those that the key manager names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// In ascending order; none that the key manager does not name.
    pub keys: BTreeSet<PublicKey>,
}

/// Verifies the record of one file. `record` is the JSON text of the record, `signatures` that of the file's entry in
/// the index: `{KEY: {"signature": …}}`. Signatures by strangers are let be and count nothing.
///
/// # Errors
/// Unless enough authorised keys have signed, and the record belongs to that file in that subdir and says what the
/// archive must be.
pub fn verify_record(
    key_manager: &TrustedKeyManager,
    file_name: &str,
    subdir: &str,
    record: &[u8],
    signatures: &[u8],
) -> Result<SignedBy, RecordError> {
    let delegation = key_manager.package_managers();
    let canonical = canonical(record)?;
    let signatures = read_signatures(signatures)?;
    let holds =
        |key: &&PublicKey| signatures.get(*key).is_some_and(|signature| key.verifies(&canonical, signature));
    let keys: BTreeSet<_> = delegation.pubkeys().iter().filter(holds).copied().collect();
    if !delegation.is_met_by(&keys) {
        return Err(RecordError::NotSigned {
            needed: delegation.threshold(),
            valid: keys.len(),
            found: signatures.len(),
        });
    }
    check_binding(&canonical, file_name, subdir)?;
    Ok(SignedBy { keys })
}

/// What ties a record to an archive.
#[derive(Deserialize)]
struct Bound {
    name: String,
    version: String,
    build: String,
    subdir: String,
    sha256: String,
    #[serde(rename = "size")]
    _size: u64,
}

fn check_binding(canonical: &[u8], file_name: &str, subdir: &str) -> Result<(), RecordError> {
    let bound: Bound = serde_json::from_slice(canonical).map_err(RecordError::Members)?;
    let file: ArchiveFilename = file_name.parse()?;
    let names = (file.name().as_str(), file.version().as_str(), file.build().as_str());
    if names != (&*bound.name, &*bound.version, &*bound.build) {
        return Err(RecordError::OtherFile(format!("{}-{}-{}", bound.name, bound.version, bound.build)));
    }
    if bound.subdir != subdir {
        return Err(RecordError::OtherSubdir(bound.subdir));
    }
    match hexadecimal::exactly::<32>(&bound.sha256).map(Sha256::from) {
        Some(_) => Ok(()),
        None => Err(RecordError::Digest),
    }
}

#[derive(Serialize, Deserialize)]
struct Entry {
    signature: Signature,
}

/// Entries that are not written as the format says are no signatures.
fn read_signatures(json: &[u8]) -> Result<BTreeMap<PublicKey, Signature>, RecordError> {
    let Members(entries) = serde_json::from_slice(json).map_err(RecordError::Signatures)?;
    let read = |(key, entry): (String, &RawValue)| {
        let Entry { signature } = serde_json::from_str(entry.get()).ok()?;
        Some((key.parse().ok()?, signature))
    };
    Ok(entries.into_iter().filter_map(read).collect())
}

/// Why a record is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It has no canonical form.
    #[error("the record cannot be verified: {0}")]
    Canonical(#[from] CanonicalError),
    /// Its signatures are not an object.
    #[error("the signatures of the record cannot be read: {0}")]
    Signatures(#[source] serde_json::Error),
    /// Too few of the keys that the key manager names; also when the record was changed.
    #[error(
        "the record is not signed by {needed} of the keys that the key manager names: {valid} valid, {found} found"
    )]
    NotSigned {
        /// Signatures that are needed.
        needed: u32,
        /// Signatures that hold.
        valid: usize,
        /// Signatures that stand there.
        found: usize,
    },
    /// It does not say what archive it is of.
    #[error("the record does not say what its archive is: {0}")]
    Members(#[source] serde_json::Error),
    /// The file's name is none.
    #[error("the record stands under a name that is no package's: {0}")]
    FileName(#[from] InvalidArchiveFilename),
    /// A true record, of another file.
    #[error("the record is signed for another file: {0}")]
    OtherFile(String),
    /// A true record, of another subdir.
    #[error("the record is signed for another subdir: {0}")]
    OtherSubdir(String),
    /// Its digest is none.
    #[error("the record's sha256 is not 64 hexadecimal digits in lower case")]
    Digest,
}
