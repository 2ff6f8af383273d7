//! Whoever signs. Everything that the server signs goes through here.

use bonded_model::Timestamp;
use bonded_model::trust::RecordSignature;
use bonded_signing::{CanonicalError, Envelope, PublicKey, SigningKey, sign_record};

/// A secret key and the way to use it. A security module or a key service would be a further variant.
#[derive(Debug)]
pub(crate) enum Signer {
    /// A key in a sealed file, which was read into memory.
    File(SigningKey),
}

impl Signer {
    /// The public half.
    pub(super) fn public(&self) -> PublicKey {
        match self {
            Self::File(key) => key.public(),
        }
    }

    /// Signs a record, given as JSON text.
    pub(super) fn record(&self, record: &str) -> Result<RecordSignature, CanonicalError> {
        match self {
            Self::File(key) => {
                let made = sign_record(record.as_bytes(), key)?;
                Ok(RecordSignature {
                    key: (*made.key.as_bytes()).into(),
                    signature: *made.signature.as_bytes(),
                    publisher: false,
                })
            }
        }
    }

    /// Signs a key manager document.
    pub(super) fn key_manager(&self, document: &mut Envelope) {
        match self {
            Self::File(key) => document.sign(key),
        }
    }

    /// Signs a root.
    pub(super) fn root(&self, document: &mut Envelope, at: Timestamp) {
        match self {
            Self::File(key) => document.sign_root(key, at),
        }
    }
}
