//! The roots in a prefix's `etc/conda`, where conda-content-trust looks for them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bonded_model::Timestamp;
use bonded_signing::{CanonicalError, Fingerprint, RootFilename, TrustedRoot};

use super::{FetchError, Pin, PinError, TrustError, fetch};
use crate::channel::ChannelRef;
use crate::web::Web;
use crate::{Environment, files};

/// Puts roots where conda-content-trust looks; the files that are new. `offered` are the fingerprints of all roots of their
/// registry.
///
/// # Errors
/// When a file cannot be written, or the newest root that lies there is none of this registry: conda knows one root for
/// all registries, the newest, and ends in an error where that signs nothing of a channel.
pub fn install_roots(
    prefix: &Path,
    roots: &[TrustedRoot],
    offered: &[Fingerprint],
) -> Result<Vec<PathBuf>, RootFileError> {
    let directory = directory(prefix);
    if let Some(present) = roots_in(prefix)
        && !offered.contains(&present.fingerprint())
    {
        let name = RootFilename { version: present.version() }.to_string();
        return Err(RootFileError::Other(directory.join(name)));
    }
    let mut written = Vec::new();
    for root in roots {
        let path = directory.join(RootFilename { version: root.version() }.to_string());
        match TrustedRoot::pin(&fs::read(&path).unwrap_or_default(), None) {
            Ok(present) if present.fingerprint() == root.fingerprint() => continue,
            _ if path.exists() => return Err(RootFileError::Other(path)),
            _ => {}
        }
        let bytes = root.envelope().to_bytes()?;
        files::replace_public(&path, &bytes).map_err(|error| RootFileError::Write(path.clone(), error))?;
        written.push(path);
    }
    Ok(written)
}

/// The newest root in a prefix that can be read, if there is one.
pub fn roots_in(prefix: &Path) -> Option<TrustedRoot> {
    let entries = fs::read_dir(directory(prefix)).ok()?;
    let named = |entry: io::Result<fs::DirEntry>| {
        let entry = entry.ok()?;
        let name: RootFilename = entry.file_name().to_str()?.parse().ok()?;
        let root = TrustedRoot::pin(&fs::read(entry.path()).ok()?, None).ok()?;
        (root.version() == name.version).then_some(root)
    };
    entries.filter_map(named).max_by_key(TrustedRoot::version)
}

/// A pin for a registry that has the very root that lies in conda's own prefix, as images bring it along. Other prefixes
/// do not count: whatever is installed there can write into them.
///
/// A root of another registry says nothing of this one.
///
/// # Errors
/// When the registry does not answer: whose the root is was not found out then.
pub(super) async fn pin_from(
    web: &Web,
    environment: &Environment,
    channel: &ChannelRef,
    now: Timestamp,
) -> Result<Option<Pin>, TrustError> {
    let Some(root) = environment.conda_root.as_deref().and_then(roots_in) else { return Ok(None) };
    let offered = match fetch::root(web, channel, root.version()).await {
        Err(FetchError::Web(error)) if error.is_outage() => return Err(error.into()),
        offered => offered.ok().flatten().unwrap_or_default(),
    };
    match TrustedRoot::pin(&offered, Some(&root.fingerprint())) {
        Ok(_) => Ok(Some(Pin::new(channel.server(), &root, now).map_err(PinError::from)?)),
        Err(_) => Ok(None),
    }
}

fn directory(prefix: &Path) -> PathBuf {
    prefix.join("etc").join("conda")
}

/// A root could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum RootFileError {
    /// conda trusts another registry already.
    #[error(
        "{0:?} is the root of another registry, and conda knows only one for all: remove it, or leave conda out with \
         `bonded conda trust`"
    )]
    Other(PathBuf),
    /// It cannot be written.
    #[error("{0:?} cannot be written")]
    Write(PathBuf, #[source] io::Error),
    /// Not to be expressed.
    #[error("the root cannot be written down: {0}")]
    Root(#[from] CanonicalError),
}
