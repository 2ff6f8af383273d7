//! The client's verifier on the server's own output, before anybody sees that.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use bonded_indexes::conda::Signatures;
use bonded_model::Sha256;
use bonded_model::ids::SubdirId;
use bonded_signing::{RecordError, verify_record};
use quick_cache::sync::Cache;

use super::Trust;
use super::before::Changed;
use super::state::BrokenTrust;
use crate::{Error, Registry};

/// How many records are known to verify, so that one more package does not cost the verification of all.
const REMEMBERED: usize = 1 << 20;

/// What verified before.
#[derive(Clone)]
pub(super) struct Seen(Arc<Cache<Sha256, ()>>);

impl Default for Seen {
    fn default() -> Self {
        Self(Arc::new(Cache::new(REMEMBERED)))
    }
}

/// A record does not verify, so nothing of its subdir is published.
#[derive(Debug, thiserror::Error)]
#[error("{subdir}/{filename} does not verify, so nothing of its subdir is published: {cause}")]
pub(crate) struct Unverified {
    subdir: String,
    filename: String,
    cause: RecordError,
}

/// Verifies the records of a subdir as a client does that has the present root and key manager.
#[derive(Clone)]
pub(crate) struct Checker {
    trust: Arc<Trust>,
    seen: Seen,
    subdir: String,
}

impl Checker {
    pub(super) fn new(registry: &Registry, trust: Arc<Trust>, subdir: &str) -> Self {
        Self { trust, seen: registry.trusting.seen.clone(), subdir: subdir.to_owned() }
    }

    /// Verifies one record, as JSON text.
    pub(crate) fn record(&self, filename: &str, record: &str, signatures: &Signatures) -> Result<(), Error> {
        let signatures = serde_json::to_string(signatures).map_err(Error::internal)?;
        // Everything that the answer depends on.
        let version = self.trust.key_manager.version().to_string();
        let parts = [&version, &self.subdir, filename, record, &signatures];
        let seal = Sha256::of(parts.join("\n").as_bytes());
        if self.seen.0.get(&seal).is_some() {
            return Ok(());
        }
        let manager = &self.trust.key_manager;
        let verified =
            verify_record(manager, filename, &self.subdir, record.as_bytes(), signatures.as_bytes());
        match verified {
            Ok(_) => {
                self.seen.0.insert(seal, ());
                Ok(())
            }
            Err(cause) => {
                let (subdir, filename) = (self.subdir.clone(), filename.to_owned());
                Err(Error::internal(Unverified { subdir, filename, cause }))
            }
        }
    }

    /// Verifies many records on all cores.
    pub(crate) fn all<T: Sync>(
        &self,
        records: &[T],
        parts: impl Fn(&T) -> (&str, &str, &Signatures) + Sync,
    ) -> Result<(), Error> {
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let share = records.len().div_ceil(threads).max(1);
        let verify = |share: &[T]| {
            share.iter().map(&parts).try_for_each(|(name, record, made)| self.record(name, record, made))
        };
        std::thread::scope(|scope| {
            let shares: Vec<_> =
                records.chunks(share).map(|share| scope.spawn(move || verify(share))).collect();
            shares.into_iter().try_for_each(|share| {
                share.join().map_err(|_| Error::internal("a verifying thread panicked"))?
            })
        })
    }
}

/// What is made of a subdir. Each fails and succeeds by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Part {
    /// The signatures of a new key.
    Signatures,
    /// The shards.
    Shards,
    /// The full repodata.
    Repodata,
}

/// What is not published, or not signed anew, because it is not what it should be.
#[derive(Default)]
pub(super) struct Failures(Mutex<BTreeSet<(SubdirId, Part)>>);

impl Registry {
    /// How many subdirs are not published, or not signed anew, because one of their records does not verify or a key is
    /// missing. What was published before is served on.
    pub fn unpublished_subdirs(&self) -> usize {
        let failures = self.trusting.unverified.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.iter().map(|(subdir, _)| subdir).collect::<BTreeSet<_>>().len()
    }

    /// Remembers how a part of a subdir ended. Its success says nothing of the other parts.
    pub(crate) fn note_publication<T>(&self, subdir: SubdirId, part: Part, ended: &Result<T, Error>) {
        let mut failures = self.trusting.unverified.0.lock().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Ok(_) => drop(failures.remove(&(subdir, part))),
            Err(cause) if is_wrong(part, cause) => {
                let cause = match cause {
                    Error::Internal(cause) => cause.to_string(),
                    other => other.to_string(),
                };
                tracing::error!(%subdir, ?part, cause, "a generation does not verify and is not published");
                failures.insert((subdir, part));
            }
            Err(_) => {}
        }
    }
}

/// Whether this does not pass by itself, unlike a database that does not answer.
fn is_wrong(part: Part, error: &Error) -> bool {
    match error {
        Error::Internal(cause) => {
            cause.is::<Unverified>() || cause.is::<Changed>() || cause.is::<BrokenTrust>()
        }
        // A key that cannot be had.
        Error::Invalid(_) => part == Part::Signatures,
        _ => false,
    }
}
