//! What publishing has in common for both formats.

mod commit;

use bonded_blobs::Staged;
use bonded_model::Digests;
use tokio::sync::Semaphore;

use crate::error::Error;

pub(crate) use commit::{Commit, check_taken};

/// What the uploader said about the bytes before sending them. Each value is lower-case hexadecimal.
#[derive(Clone, Debug, Default)]
pub struct Announced {
    /// MD5.
    pub md5: Option<String>,
    /// SHA-256.
    pub sha256: Option<String>,
    /// BLAKE2b with 256 bits.
    pub blake2b: Option<String>,
    /// Length in bytes.
    pub size: Option<u64>,
}

impl Announced {
    /// Compares what was announced with what arrived.
    ///
    /// # Errors
    /// [`Error::WrongDigest`] naming the first difference.
    pub fn check(&self, digests: &Digests) -> Result<(), Error> {
        let differs = |given: &Option<String>, real: &[u8]| {
            given.as_ref().is_some_and(|given| !given.trim().eq_ignore_ascii_case(&hex::encode(real)))
        };
        let wrong = if differs(&self.sha256, digests.sha256.as_bytes()) {
            "SHA-256"
        } else if differs(&self.blake2b, &digests.blake2b) {
            "BLAKE2b-256"
        } else if differs(&self.md5, &digests.md5) {
            "MD5"
        } else if self.size.is_some_and(|size| size != digests.size) {
            "size"
        } else {
            return Ok(());
        };
        Err(Error::WrongDigest(format!(
            "The digest supplied does not match a digest calculated from the uploaded file ({wrong})."
        )))
    }
}

/// How an upload ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The file is new and visible now.
    Published,
    /// The same bytes were there already under this name; nothing changed.
    AlreadyThere,
}

/// The text for a name that is taken. twine's `--skip-existing` looks for its first words.
pub(crate) fn already_exists(name: &str, sha256: &bonded_model::Sha256) -> Error {
    Error::Conflict(format!("File already exists ('{name}', with sha256 hash '{sha256}')."))
}

/// The text for a name that was deleted once.
pub(crate) fn name_is_burnt() -> Error {
    Error::Conflict(
        "This filename was previously used by a file that has since been deleted. Use a different version."
            .into(),
    )
}

/// How many archives are inspected at once. Reading one may take up to 128 MiB, the largest window of zstd that is
/// accepted.
static INSPECTIONS: Semaphore = Semaphore::const_new(4);

/// Runs an inspection of staged bytes where blocking is allowed.
pub(crate) async fn inspect<T: Send + 'static>(
    staged: &Staged,
    inspection: impl FnOnce(bonded_blobs::StagedReader) -> Result<T, bonded_formats::Rejection> + Send + 'static,
) -> Result<T, Error> {
    let _turn = INSPECTIONS.acquire().await.map_err(Error::internal)?;
    let reader = staged.reader().map_err(Error::internal)?;
    let inspected = tokio::task::spawn_blocking(move || inspection(reader)).await.map_err(Error::internal)?;
    inspected.map_err(|rejection| match rejection {
        bonded_formats::Rejection::TooLarge(text) => Error::TooLarge(text),
        bonded_formats::Rejection::Invalid(text) => Error::Invalid(text),
        bonded_formats::Rejection::Io(error) => Error::internal(error),
    })
}
