//! The keys of secret scanners. They are read again when their file changes, and on SIGHUP, so that a scanner's new key
//! needs no restart.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use bonded_registry::Registry;
use bonded_registry::leaks::ScannerKeys;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::shown;

/// How often the file is looked at.
const INTERVAL: Duration = Duration::from_secs(5);
/// Larger than any such file, in bytes.
const MAX_SIZE: u64 = 1 << 20;

/// The file whose keys are in force.
pub(super) struct Scanners {
    path: PathBuf,
    /// What was read last, or why it could not be read.
    seen: Result<Vec<u8>, String>,
}

impl Scanners {
    /// Reads the keys for the first time.
    pub(super) fn load(path: &Path, registry: &Registry) -> anyhow::Result<Self> {
        let bytes = read(path)?;
        registry.set_scanner_keys(parsed(path, &bytes)?);
        Ok(Self { path: path.to_owned(), seen: Ok(bytes) })
    }

    /// Reads them whenever they change. A file that is not valid changes nothing.
    pub(super) async fn follow(mut self, registry: Registry) {
        let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
        loop {
            tokio::select! {
                _ = hangup.recv() => {}
                () = tokio::time::sleep(INTERVAL) => {}
            }
            let now = read(&self.path).map_err(|error| format!("{error:#}"));
            if now == self.seen {
                continue;
            }
            match now.clone().map_err(anyhow::Error::msg).and_then(|bytes| parsed(&self.path, &bytes)) {
                Ok(keys) => {
                    registry.set_scanner_keys(keys);
                    tracing::info!("the keys of secret scanners were read again");
                }
                Err(error) => {
                    tracing::error!(
                        error = format!("{error:#}"),
                        "the keys of secret scanners stay as they were"
                    );
                }
            }
            self.seen = now;
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = || format!("the keys of secret scanners {} cannot be read", shown(path));
    if std::fs::metadata(path).with_context(unreadable)?.len() > MAX_SIZE {
        bail!("the keys of secret scanners {} are larger than 1 MiB", shown(path));
    }
    std::fs::read(path).with_context(unreadable)
}

fn parsed(path: &Path, bytes: &[u8]) -> anyhow::Result<ScannerKeys> {
    ScannerKeys::from_json(bytes)
        .with_context(|| format!("the keys of secret scanners {} are not valid", shown(path)))
}
