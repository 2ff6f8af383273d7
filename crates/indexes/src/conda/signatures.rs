//! Signatures of records as conda-content-trust writes them: `{FILE: {KEY: {"signature": HEX}}}`.

use std::collections::BTreeMap;

use bonded_model::trust::RecordSignature;
use serde::{Deserialize, Serialize};

/// The signatures of one record, by key.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signatures(BTreeMap<String, Entry>);

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Entry {
    signature: String,
}

impl Signatures {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<&'a RecordSignature> for Signatures {
    fn from_iter<I: IntoIterator<Item = &'a RecordSignature>>(signatures: I) -> Self {
        let entry =
            |made: &RecordSignature| (made.key.to_string(), Entry { signature: hex::encode(made.signature) });
        Self(signatures.into_iter().map(entry).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_written_by_key_in_lower_case() {
        let made = RecordSignature { key: [0xab; 32].into(), signature: [0xcd; 64], publisher: false };
        let written = serde_json::to_string(&Signatures::from_iter([&made])).unwrap();
        let (key, signature) = ("ab".repeat(32), "cd".repeat(64));
        assert_eq!(written, format!(r#"{{"{key}":{{"signature":"{signature}"}}}}"#));
    }
}
