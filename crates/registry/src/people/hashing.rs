//! Slow hashes, away from the threads that answer requests, and only a few at a time: each takes 19 MiB.

use std::sync::Arc;

use bonded_factors::password::{self, Hash, Verified};
use bonded_factors::recovery::Code;
use bonded_factors::strength::{self, Weak};
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::{Error, Registry};

/// How many are computed at a time; the others wait.
const AT_ONCE: usize = 4;

/// The places at the hashing.
pub(super) struct Hashing(Arc<Semaphore>);

impl Default for Hashing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Registry {
    /// Whether a new password is good enough for a person with these words.
    pub(super) async fn check_strength_of(
        &self,
        password: SecretString,
        words: Vec<String>,
    ) -> Result<Result<(), Weak>, Error> {
        self.hashing(move || {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            strength::check(&password, &words)
        })
        .await
    }

    /// The hash of a new password.
    pub(super) async fn hash_password(&self, password: SecretString) -> Result<Hash, Error> {
        let random = self.random.clone();
        self.hashing(move || password::hash(&password, &random)).await
    }

    /// Compares a password with the one of an account, or with that of nobody, which takes as long.
    pub(super) async fn verify_password(
        &self,
        password: SecretString,
        hash: Option<String>,
    ) -> Result<Verified, Error> {
        let hash = match hash {
            Some(text) => Some(text.parse().map_err(Error::internal)?),
            None => None,
        };
        self.hashing(move || {
            let known = hash.is_some();
            let verified = password::verify(&password, &hash.unwrap_or_else(password::dummy));
            Verified { ok: verified.ok && known, needs_rehash: verified.needs_rehash && known }
        })
        .await
    }

    /// The hashes of new recovery codes.
    pub(super) async fn hash_codes(&self, codes: Vec<Code>) -> Result<Vec<Hash>, Error> {
        let random = self.random.clone();
        self.hashing(move || codes.iter().map(|code| code.hash(&random)).collect()).await
    }

    /// Which of the hashes is that of the recovery code.
    pub(super) async fn find_code(&self, code: Code, hashes: Vec<String>) -> Result<Option<usize>, Error> {
        let hashes: Result<Vec<Hash>, _> = hashes.iter().map(|text| text.parse()).collect();
        let hashes = hashes.map_err(Error::internal)?;
        self.hashing(move || code.find(&hashes)).await
    }

    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let place = Arc::clone(&self.people.hashing.0).acquire_owned().await.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(Error::internal)
    }
}
