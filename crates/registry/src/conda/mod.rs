//! Conda channels: uploads, what is published of a subdir, downloads.

mod archive;
mod channeldata;
mod download;
mod late;
mod publish;
mod renew;
mod repodata;
mod restore;
mod served;
mod shards;

pub use archive::{CondaUpload, UploadTarget};
pub use served::{IndexFile, Served};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bonded_model::Sha256;
use bonded_model::conda_index::SubdirRow;
use bonded_model::file::Stored;
use bonded_model::ids::{ChannelId, ProjectId, SubdirId};
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::cache::{One, VersionedCache};
use crate::python::Page;

/// How many subdirs, downloads and shard memberships are kept at hand.
const CACHED_ROWS: u64 = 50_000;

/// What is published, as far as it is kept in memory, and the locks under which it is published.
pub(crate) struct Published {
    subdirs: VersionedCache<(ChannelId, Box<str>), Arc<SubdirRow>, One>,
    downloads: VersionedCache<(ChannelId, Box<str>), Stored, One>,
    channeldata: VersionedCache<ChannelId, Arc<Page>, One>,
    /// Small index files by digest: these bytes never change.
    bytes: Cache<Sha256, Bytes, Length>,
    /// Which shards belong to which subdir; once true, always true.
    shards: Cache<(SubdirId, Sha256), u64>,
    /// One publication of a subdir at a time in this process, and what the last one published.
    locks: Mutex<HashMap<SubdirId, Arc<tokio::sync::Mutex<shards::Generation>>>>,
}

#[derive(Clone)]
struct Length;

impl Weighter<Sha256, Bytes> for Length {
    fn weight(&self, _: &Sha256, bytes: &Bytes) -> u64 {
        bytes.len() as u64
    }
}

impl Published {
    /// Empty caches; index files may take `capacity` bytes.
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            subdirs: VersionedCache::new(1_000, CACHED_ROWS, One),
            downloads: VersionedCache::new(10_000, CACHED_ROWS, One),
            channeldata: VersionedCache::new(16, 16, One),
            bytes: Cache::with_weighter(1_000, capacity, Length),
            shards: Cache::new(50_000),
            locks: Mutex::default(),
        }
    }

    /// Something in the subdir changed or was published.
    pub(crate) fn forget_subdir(&self, subdir: SubdirId) {
        self.subdirs.change(&subdir);
    }

    /// A file of the project came or went.
    pub(crate) fn forget_project(&self, project: ProjectId) {
        self.downloads.change(&project);
    }

    /// What the channel holds changed.
    pub(crate) fn forget_channel(&self, channel: ChannelId) {
        self.channeldata.change(&channel);
    }

    /// Anything may have changed.
    pub(crate) fn forget_all(&self) {
        self.subdirs.clear();
        self.downloads.clear();
        self.channeldata.clear();
    }

    fn lock_of(&self, subdir: SubdirId) -> Arc<tokio::sync::Mutex<shards::Generation>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(subdir).or_default())
    }
}
