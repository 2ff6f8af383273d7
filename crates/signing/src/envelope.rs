//! The envelope: `{"signatures": {…}, "signed": {…}}` around roots and key managers.

use std::collections::{BTreeMap, BTreeSet};

use bonded_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::canonical::{Members, canonical};
use crate::{
    CanonicalError, Delegation, Fingerprint, PublicKey, Signature, SigningKey, hexadecimal, openpgp,
};

/// The longest signed document that is taken, in bytes.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// A signed document, or one that waits for signatures. What is signed is kept as its canonical bytes, made from the
/// text as it came: members that this version does not know stay under the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    signed: Vec<u8>,
    signatures: BTreeMap<PublicKey, RoleSignature>,
}

/// One entry of `signatures`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleSignature {
    /// The hashed part of an OpenPGP signature, as roots have them; other documents are signed as they are.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "headers")]
    pub other_headers: Option<Vec<u8>>,
    /// The signature itself.
    pub signature: Signature,
}

/// How the signatures of a document are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Over the SHA-256 that OpenPGP prescribes: roots.
    OpenPgp,
    /// Over the canonical bytes themselves: key managers.
    Raw,
}

impl Envelope {
    /// Reads an envelope. It has exactly two members; signatures that are not written as the format says are no
    /// signatures, and are left out.
    ///
    /// # Errors
    /// For anything else than such an envelope. No signature is verified.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_BYTES {
            return Err(EnvelopeError::TooLong(bytes.len()));
        }
        let Members(mut members) = serde_json::from_slice(bytes).map_err(CanonicalError::from)?;
        let (signatures, signed) = (members.remove("signatures"), members.remove("signed"));
        let (Some(signatures), Some(signed), true) = (signatures, signed, members.is_empty()) else {
            return Err(EnvelopeError::Members);
        };
        if !signed.get().starts_with('{') {
            return Err(EnvelopeError::Members);
        }
        Ok(Self { signed: canonical(signed.get().as_bytes())?, signatures: read_signatures(signatures)? })
    }

    /// An envelope without signatures.
    pub(crate) fn unsigned(signed: &impl Serialize) -> Result<Self, CanonicalError> {
        Ok(Self { signed: canonical(&serde_json::to_vec(signed)?)?, signatures: BTreeMap::new() })
    }

    /// The canonical bytes of what is signed.
    pub fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// The signatures as they stand there, verified or not.
    pub const fn signatures(&self) -> &BTreeMap<PublicKey, RoleSignature> {
        &self.signatures
    }

    /// The fingerprint of what is signed.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.signed)
    }

    /// Signs as key managers are signed. A signature by the same key is replaced.
    pub fn sign(&mut self, key: &SigningKey) {
        let signature = RoleSignature { other_headers: None, signature: key.sign(&self.signed) };
        self.signatures.insert(key.public(), signature);
    }

    /// Signs as roots are signed. `at` is when, in whole seconds.
    pub fn sign_root(&mut self, key: &SigningKey, at: Timestamp) {
        let signature = openpgp::sign(&self.signed, key, at);
        self.signatures.insert(key.public(), signature);
    }

    /// Adds a signature that was made elsewhere, verified or not.
    pub fn add(&mut self, key: PublicKey, signature: RoleSignature) {
        self.signatures.insert(key, signature);
    }

    /// The keys of the delegation whose signatures hold. Each key counts once, as the map has it once.
    pub(crate) fn signers(&self, delegation: &Delegation, form: Form) -> BTreeSet<PublicKey> {
        let verified = |key: &&PublicKey| {
            self.signatures.get(*key).is_some_and(|signature| match form {
                Form::OpenPgp => openpgp::verify(&self.signed, key, signature),
                Form::Raw => {
                    signature.other_headers.is_none() && key.verifies(&self.signed, &signature.signature)
                }
            })
        };
        delegation.pubkeys().iter().filter(verified).copied().collect()
    }

    /// The file: canonical JSON as a whole.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        let signatures = serde_json::to_vec(&self.signatures)?;
        canonical(&[b"{\"signatures\":", signatures.as_slice(), b",\"signed\":", &self.signed, b"}"].concat())
    }
}

fn read_signatures(raw: &RawValue) -> Result<BTreeMap<PublicKey, RoleSignature>, EnvelopeError> {
    // Two entries with one name would be two answers to one question.
    let Members(entries) = serde_json::from_str(raw.get()).map_err(CanonicalError::from)?;
    let read = |(key, entry): (String, &RawValue)| {
        Some((key.parse().ok()?, serde_json::from_str(entry.get()).ok()?))
    };
    Ok(entries.into_iter().filter_map(read).collect())
}

/// Why bytes are no envelope.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not JSON that can be signed.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// Longer than a mebibyte.
    #[error("the signed document has {0} bytes; {MAX_BYTES} are the limit")]
    TooLong(usize),
    /// Other members than the two.
    #[error("a signed document has two members, \"signatures\" and \"signed\", and both are objects")]
    Members,
}

/// `other_headers` in hexadecimal.
mod headers {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::hexadecimal;

    pub(super) fn serialize<S: Serializer>(
        headers: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(headers.as_deref().unwrap_or_default()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = String::deserialize(deserializer)?;
        hexadecimal::any(&text)
            .map(Some)
            .ok_or_else(|| D::Error::custom("lower-case hexadecimal is expected"))
    }
}

#[cfg(test)]
mod tests {
    use bonded_model::Random;

    use super::*;

    fn signed() -> Envelope {
        let mut envelope =
            Envelope::unsigned(&serde_json::json!({ "type": "key_mgr", "extra": [1.0] })).unwrap();
        envelope.sign(&SigningKey::generate(&Random::seeded(1)));
        envelope
    }

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let bytes = signed().to_bytes().unwrap();
        assert_eq!(Envelope::parse(&bytes).unwrap(), signed());
        assert_eq!(canonical(&bytes).unwrap(), bytes);
    }

    #[test]
    fn an_envelope_has_its_two_members_and_no_other() {
        for text in [
            r#"{"signatures":{}}"#,
            r#"{"signed":{}}"#,
            r#"{"signatures":{},"signed":{},"more":1}"#,
            r#"{"signatures":{},"signed":[]}"#,
            r#"{"signatures":[],"signed":{}}"#,
            r#"{"signatures":{},"signed":{},"signed":{"type":"root"}}"#,
            "[]",
            "",
        ] {
            assert!(Envelope::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_signature_that_is_not_written_as_the_format_says_is_none() {
        let key = SigningKey::generate(&Random::seeded(1)).public();
        let signature = "0".repeat(128);
        let upper = format!(
            r#"{{"signatures":{{"{}":{{"signature":"{signature}"}}}},"signed":{{}}}}"#,
            key.to_string().to_uppercase()
        );
        assert!(Envelope::parse(upper.as_bytes()).unwrap().signatures().is_empty());
        let short = format!(r#"{{"signatures":{{"{key}":{{"signature":"00"}}}},"signed":{{}}}}"#);
        assert!(Envelope::parse(short.as_bytes()).unwrap().signatures().is_empty());
    }

    #[test]
    fn one_key_with_two_entries_makes_the_file_unreadable() {
        let key = SigningKey::generate(&Random::seeded(1)).public();
        let entry = format!(r#""{key}":{{"signature":"{}"}}"#, "0".repeat(128));
        let twice = format!(r#"{{"signatures":{{{entry},{entry}}},"signed":{{}}}}"#);
        assert!(Envelope::parse(twice.as_bytes()).is_err());
    }
}
