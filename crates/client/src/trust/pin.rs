//! What this machine remembers of a registry's roots.

use std::io;
use std::path::{Path, PathBuf};

use bonded_model::Timestamp;
use bonded_signing::{CanonicalError, RootError, TrustedRoot};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::Environment;
use crate::files;

/// The roots that this user trusts, a file for each registry.
#[derive(Clone, Debug)]
pub struct Pins {
    directory: PathBuf,
}

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

impl Pins {
    /// The pins of the user whose environment this is.
    pub fn of(environment: &Environment) -> Self {
        Self { directory: environment.pins() }
    }

    /// The pin of a registry.
    ///
    /// # Errors
    /// When the file cannot be read, or is damaged: then nothing is trusted rather than everything.
    pub fn load(&self, server: &Url) -> Result<Option<Pin>, PinError> {
        self.read(&self.path(server))
    }

    /// All pins, by registry.
    ///
    /// # Errors
    /// As with [`Pins::load`].
    pub fn all(&self) -> Result<Vec<Pin>, PinError> {
        let failed = |error| PinError::Read(self.directory.clone(), error);
        let entries = match std::fs::read_dir(&self.directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut pins = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                pins.extend(self.read(&path)?);
            }
        }
        pins.sort_by(|a, b| a.server.cmp(&b.server));
        Ok(pins)
    }

    /// Writes a pin.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, pin: &Pin) -> Result<(), PinError> {
        let path = self.path(&pin.server);
        let text = serde_json::to_vec_pretty(pin).map_err(|error| PinError::Damaged(path.clone(), error))?;
        files::replace_private(&path, &text).map_err(|error| PinError::Write(path, error))
    }

    /// Forgets a registry; whether it was known.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn forget(&self, server: &Url) -> Result<bool, PinError> {
        let path = self.path(server);
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(PinError::Write(path, error)),
        }
    }

    fn read(&self, path: &Path) -> Result<Option<Pin>, PinError> {
        let text = files::read(path).map_err(|error| PinError::Read(path.to_owned(), error))?;
        let pin = text.map(|text| serde_json::from_str(&text)).transpose();
        pin.map_err(|error| PinError::Damaged(path.to_owned(), error))
    }

    /// `HOST.json`; port and path follow in names that no other registry has.
    fn path(&self, server: &Url) -> PathBuf {
        let plain = |text: &str| -> String {
            let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
            text.chars().map(safe).collect()
        };
        let mut name = plain(server.host_str().unwrap_or_default());
        if let Some(port) = server.port() {
            name.push_str(&format!("_{port}"));
        }
        let path = server.path().trim_matches('/');
        if !path.is_empty() {
            name.push_str(&format!("_{}", hex::encode(path)));
        }
        self.directory.join(format!("{name}.json"))
    }
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

    /// Notes what was verified; whether that is news.
    pub(super) fn note(&mut self, root: &TrustedRoot, key_manager: u64) -> Result<bool, CanonicalError> {
        let root = text_of(root)?;
        let is_news = root != self.root || key_manager > self.key_manager;
        self.root = root;
        self.key_manager = self.key_manager.max(key_manager);
        Ok(is_news)
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
    /// Not written.
    #[error("{0:?} cannot be written")]
    Write(PathBuf, #[source] io::Error),
    /// Not to be expressed.
    #[error("the root cannot be written down: {0}")]
    Root(#[from] CanonicalError),
}
