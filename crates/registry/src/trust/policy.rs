//! Which signatures are published with which records.

use std::collections::{BTreeSet, HashMap};

use bonded_indexes::conda::{Signatures, WriteError, published_record};
use bonded_model::conda_index::{CondaRecord, SubdirRow};
use bonded_model::trust::{FileSignature, KeyBytes, RecordSignature, Signing};
use bonded_store::Queries;

use super::Checker;
use crate::{Error, Registry};

/// What is published of a subdir's signatures. Only those of authorised keys ever are: conda's plugin stumbles over others.
#[derive(Clone)]
pub(crate) enum SignaturePolicy {
    /// None.
    Unsigned,
    /// Every record has one by this key.
    Server(KeyBytes, Checker),
    /// Every record that is published has one by one of these keys.
    Publishers(BTreeSet<KeyBytes>, Checker),
}

/// A record as it is published.
pub(crate) struct PublishedRecord {
    /// The file name without the subdir.
    pub(crate) filename: String,
    /// The record with its run exports, as JSON.
    pub(crate) text: String,
    /// The run exports, as JSON.
    pub(crate) run_exports: String,
    /// The signatures that are published with it.
    pub(crate) signatures: Signatures,
}

impl SignaturePolicy {
    /// Whether the documents have a place for signatures.
    pub(crate) const fn is_signed(&self) -> bool {
        !matches!(self, Self::Unsigned)
    }

    /// Verifies what is published, where it has to verify.
    pub(crate) const fn checker(&self) -> Option<&Checker> {
        match self {
            Self::Unsigned => None,
            Self::Server(_, checker) | Self::Publishers(_, checker) => Some(checker),
        }
    }

    fn publishes(&self, made: &RecordSignature) -> bool {
        match self {
            Self::Unsigned => false,
            Self::Server(key, _) => made.key == *key,
            Self::Publishers(keys, _) => made.publisher && keys.contains(&made.key),
        }
    }

    /// The signatures that are published of each file, in the order in which they come.
    pub(crate) fn in_order(&self, made: &[FileSignature]) -> Vec<(String, Signatures)> {
        let of_files = made.chunk_by(|one, next| one.filename == next.filename);
        let published = |made: &[FileSignature]| {
            let filename = made.first()?.filename.clone();
            let signatures: Signatures =
                made.iter().map(|made| &made.signature).filter(|made| self.publishes(made)).collect();
            (!signatures.is_empty()).then_some((filename, signatures))
        };
        of_files.filter_map(published).collect()
    }

    /// The records as they are published.
    pub(crate) fn records(
        &self,
        records: Vec<CondaRecord>,
        made: &[FileSignature],
    ) -> Result<Vec<PublishedRecord>, WriteError> {
        let mut signatures: HashMap<_, _> = self.in_order(made).into_iter().collect();
        let published = |record: CondaRecord| {
            let signatures = signatures.remove(&record.filename).unwrap_or_default();
            if signatures.is_empty() && matches!(self, Self::Publishers(..)) {
                return None;
            }
            let run_exports = record.run_exports.unwrap_or_else(|| "{}".to_owned());
            let text = published_record(&record.filename, &record.record, &run_exports);
            Some(text.map(|text| PublishedRecord {
                filename: record.filename,
                text,
                run_exports,
                signatures,
            }))
        };
        records.into_iter().filter_map(published).collect()
    }
}

impl Registry {
    /// What is published of a subdir's signatures: what it shows, and not what its channel wants meanwhile. So readers see
    /// all of the old signatures or all of the new ones.
    pub(crate) async fn signature_policy(
        &self,
        queries: &mut Queries,
        row: &SubdirRow,
    ) -> Result<SignaturePolicy, Error> {
        if row.shown == Signing::Off {
            return Ok(SignaturePolicy::Unsigned);
        }
        // It was given up as lost. What is signed does not become unsigned until the next start makes it anew.
        let trust = self.trust().await?.ok_or(Error::Unavailable)?;
        let checker = Checker::new(self, trust, &row.name);
        Ok(match row.shown {
            Signing::Off => SignaturePolicy::Unsigned,
            // Without a key it waits for its first signatures.
            Signing::Server => SignaturePolicy::Server(row.package_key.ok_or(Error::Unavailable)?, checker),
            Signing::Publisher => {
                let keys = queries.publisher_keys().await?.into_iter();
                let keys = keys.filter(|key| key.channel == row.channel).map(|key| key.key).collect();
                SignaturePolicy::Publishers(keys, checker)
            }
        })
    }
}
