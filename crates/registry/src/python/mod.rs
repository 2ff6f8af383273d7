//! Python channels: uploads, index pages, downloads.

mod document;
mod download;
mod form;
mod page;
mod publish;

pub use download::Download;
pub use form::UploadForm;
pub use page::{Page, may_compress};

use std::sync::Arc;

use bonded_indexes::python::ContentType;
use bonded_model::ids::{ChannelId, ProjectId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::access::Epoch;
use crate::cache::{One, VersionedCache};

/// How many project names are kept with their ids. Projects never change their name, so these never go stale.
const CACHED_NAMES: usize = 100_000;
/// How many downloads are kept with what is needed to serve them.
const CACHED_DOWNLOADS: u64 = 50_000;

/// Rendered pages and looked-up files, valid until their project changes.
pub(crate) struct Pages {
    rendered: VersionedCache<PageKey, Arc<Page>, PageWeight>,
    downloads: VersionedCache<(ChannelId, Box<str>), Download, One>,
    projects: Cache<(ChannelId, Box<str>), ProjectId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum PageKey {
    Index(ChannelId, ContentType),
    Project(ProjectId, ContentType),
    /// With the rights of which moment it names owners.
    Document(ProjectId, Epoch),
}

#[derive(Clone)]
struct PageWeight;

impl Weighter<PageKey, Arc<Page>> for PageWeight {
    fn weight(&self, _: &PageKey, page: &Arc<Page>) -> u64 {
        page.weight()
    }
}

impl Pages {
    /// Empty caches; pages may take `capacity` bytes.
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            rendered: VersionedCache::new(10_000, capacity, PageWeight),
            downloads: VersionedCache::new(10_000, CACHED_DOWNLOADS, One),
            projects: Cache::new(CACHED_NAMES),
        }
    }

    /// The project changed.
    pub(crate) fn forget(&self, project: ProjectId) {
        self.rendered.change(&project);
        self.downloads.change(&project);
    }

    /// The list of projects changed.
    pub(crate) fn forget_index(&self, channel: ChannelId) {
        self.rendered.change(&channel);
    }

    /// Anything may have changed.
    pub(crate) fn forget_all(&self) {
        self.rendered.clear();
        self.downloads.clear();
    }
}
