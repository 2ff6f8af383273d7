//! What this machine remembers of one registry's roots.

use std::io;
use std::path::PathBuf;

use bonded_model::Timestamp;
use bonded_signing::{CanonicalError, RootError, TrustedRoot};
use serde::{Deserialize, Serialize};
use url::Url;

/// A registry's root as it is trusted now, and the highest versions that were ever seen: none of them goes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pin {
    /// The registry, with a slash at its end.
    pub server: Url,
    /// When somebody decided to trust it.
    pub pinned_at: Timestamp,
    /// The newest root that was verified, as it came.
    pub root: String,
    /// The highest version of the key manager that was verified; 0 before the first.
    pub key_manager: u64,
}

impl Pin {
    /// A registry whose root was chosen just now.
    ///
    /// # Errors
    /// None that a root that was read can meet.
    pub fn new(server: Url, root: &TrustedRoot, now: Timestamp) -> Result<Self, CanonicalError> {
        Ok(Self { server, pinned_at: now, root: text_of(root)?, key_manager: 0 })
    }

    /// The root.
    ///
    /// # Errors
    /// When the file was changed by hand.
    pub fn root(&self) -> Result<TrustedRoot, RootError> {
        TrustedRoot::pin(self.root.as_bytes(), None)
    }

    /// The highest version of the key manager that counts under this root. It begins anew under a later root that names
    /// none of the keys by which the version was verified: whoever had those may have shown any (fast-forward recovery,
    /// TUF 5.3.11).
    pub(crate) fn key_manager_under(&self, root: &TrustedRoot) -> u64 {
        let is_replaced = self.root().is_ok_and(|present| {
            let (old, new) = (present.role().key_mgr.pubkeys(), root.role().key_mgr.pubkeys());
            root.version() > present.version() && old.is_disjoint(new)
        });
        if is_replaced { 0 } else { self.key_manager }
    }

    /// With what was verified later; nothing when that is no news.
    pub(super) fn raised(mut self, root: &TrustedRoot, key_manager: u64) -> Result<Option<Self>, PinError> {
        // What was changed by hand is told of where it is used.
        let Ok(present) = self.root() else { return Ok(None) };
        let is_newer = root.version() > present.version();
        let is_older = root.version() < present.version();
        if is_older || (!is_newer && key_manager <= self.key_manager) {
            return Ok(None);
        }
        self.key_manager = self.key_manager_under(root).max(key_manager);
        if is_newer {
            self.root = text_of(root)?;
        }
        Ok(Some(self))
    }
}

/// JSON, so always text.
fn text_of(root: &TrustedRoot) -> Result<String, CanonicalError> {
    Ok(String::from_utf8_lossy(&root.envelope().to_bytes()?).into_owned())
}

/// The pins could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// Not read.
    #[error("the trusted roots in {0:?} cannot be read")]
    Read(PathBuf, #[source] io::Error),
    /// Not as it was written.
    #[error("{0:?} is damaged: restore it, or remove it and trust the registry anew")]
    Damaged(PathBuf, #[source] serde_json::Error),
    /// What stands there is of another registry.
    #[error("{0:?} is of another registry: remove it and trust the registry anew")]
    Other(PathBuf),
    /// Not written.
    #[error("{0:?} cannot be written")]
    Write(PathBuf, #[source] io::Error),
    /// Not to be expressed.
    #[error("the root cannot be written down: {0}")]
    Root(#[from] CanonicalError),
}
