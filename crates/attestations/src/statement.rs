//! What is signed: an in-toto statement (version 1) about one file.

use std::collections::BTreeMap;

use bonded_model::Sha256;
use serde::Deserialize;
use serde_json::Value;

use crate::{Refused, json};

/// The payload type of the envelope that holds a statement.
pub(crate) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";

/// The file that an attestation must be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its name, as the registry serves it.
    pub name: String,
    /// The digest of its bytes.
    pub sha256: Sha256,
}

/// What an attestation says of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// The identity published it on a Python index (`https://docs.pypi.org/attestations/publish/v1`).
    PythonPublish,
    /// The identity built it (SLSA provenance 1).
    SlsaProvenance,
    /// The identity published it in a conda channel (CEP 27), in that channel alone if it says so.
    CondaPublish {
        /// The URL of the channel, without a slash at the end.
        target_channel: Option<String>,
    },
}

impl Predicate {
    /// The type as the statement names it.
    pub const fn uri(&self) -> &'static str {
        match self {
            Self::PythonPublish => "https://docs.pypi.org/attestations/publish/v1",
            Self::SlsaProvenance => "https://slsa.dev/provenance/v1",
            Self::CondaPublish { .. } => "https://schemas.conda.org/attestations-publish-1.schema.json",
        }
    }
}

/// A statement as it came.
#[derive(Deserialize)]
pub(crate) struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<StatedSubject>,
    #[serde(rename = "predicateType")]
    pub(crate) predicate_type: String,
    #[serde(default)]
    pub(crate) predicate: Value,
}

#[derive(Deserialize)]
struct StatedSubject {
    #[serde(default)]
    name: String,
    digest: BTreeMap<String, String>,
}

impl Statement {
    /// Reads the payload of an envelope.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, Refused> {
        json::check_unique(payload).map_err(|error| Refused::Statement(error.to_string()))?;
        let statement: Self =
            serde_json::from_slice(payload).map_err(|error| Refused::Statement(error.to_string()))?;
        if statement.kind != STATEMENT_V1 {
            return Err(Refused::Statement(format!(
                "its type is {:?}, not {STATEMENT_V1:?}",
                statement.kind
            )));
        }
        Ok(statement)
    }

    /// Checks that the statement is about that file and no other. `same_name` decides whether two spellings of a name
    /// name one file.
    pub(crate) fn check_subject(
        &self,
        file: &Subject,
        same_name: impl FnOnce(&str, &str) -> bool,
    ) -> Result<(), Refused> {
        let [subject] = &self.subject[..] else { return Err(Refused::Subjects(self.subject.len())) };
        if !same_name(&subject.name, &file.name) {
            return Err(Refused::Name { found: subject.name.clone(), expected: file.name.clone() });
        }
        let expected = BTreeMap::from([("sha256".to_owned(), file.sha256.to_string())]);
        if subject.digest == expected { Ok(()) } else { Err(Refused::Digest) }
    }
}
