//! Blobs as files of this machine.
//!
//! `object_store` has a local backend too. It is not used here, because it answers before the bytes are on the disk,
//! and the whole point of a registry's "200" is that the file survives the power cord. So the writing is ours:
//! write a temporary file, sync it, rename it into place, sync the directory, and only then answer. Small blobs take
//! a shorter way to the same promise, through a [journal].

mod read;
mod sweep;
mod write;

#[cfg(target_os = "linux")]
mod cached;
#[cfg(target_os = "linux")]
mod journal;

#[cfg(not(target_os = "linux"))]
#[path = "elsewhere/cached.rs"]
mod cached;
#[cfg(not(target_os = "linux"))]
#[path = "elsewhere/journal.rs"]
mod journal;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::buffers::Buffers;
use crate::error::{BlobError, OpenError};
use crate::temp::Temporary;
use crate::{BlobKind, StorageKey, blocking};

use journal::Journal;
pub(crate) use read::LocalRead;

/// A directory of blobs: `files/`, `indexes/`, `journal/` and `staging/`, all on one file system, since a rename cannot leave it.
pub(crate) struct Local {
    root: PathBuf,
    staging: Arc<Path>,
    buffers: Arc<Buffers>,
    journal: Journal,
}

impl Local {
    /// Opens the directory, making what is missing. Blocks for some milliseconds.
    pub(crate) fn open(root: &Path) -> Result<Self, OpenError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| OpenError::Directory { path, source }
        };
        let staging = root.join("staging");
        fs::create_dir_all(&staging).map_err(at(&staging))?;
        for kind in BlobKind::ALL {
            let directory = root.join(kind.directory());
            fan_out(&directory).map_err(at(&directory))?;
        }
        sync_directory(root).map_err(at(root))?;
        let root = root.canonicalize().map_err(at(root))?;
        let journal = Journal::open(&root).map_err(at(&root.join("journal")))?;
        Ok(Self { staging: root.join("staging").into(), root, buffers: Arc::default(), journal })
    }

    pub(crate) fn staging(&self) -> &Arc<Path> {
        &self.staging
    }

    fn path(&self, key: &StorageKey) -> PathBuf {
        self.root.join(key.path())
    }

    /// Finds out whether a file can be made right now.
    pub(crate) async fn check(&self) -> Result<(), BlobError> {
        let staging = Arc::clone(&self.staging);
        let probe = blocking::run(move || Temporary::new(&staging).map(drop)).await;
        probe.map_err(|source| BlobError::Directory { path: self.staging.to_path_buf(), source })
    }
}

/// Makes the 256 directories that the blobs of one kind are spread over, durably.
fn fan_out(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for byte in 0..=u8::MAX {
        match fs::create_dir(directory.join(format!("{byte:02x}"))) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
    }
    sync_directory(directory)
}

/// Makes the names in a directory survive a power failure.
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
