//! The simple API's pages: rendered once per change, then served from memory.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, OnceLock};

use bonded_indexes::python::{ContentType, File, IndexPage, ProjectPage};
use bonded_model::file::PythonListing;
use bonded_model::ids::{ChannelId, FileId, ProjectId};
use bonded_model::project::Project;
use bonded_model::python::{DistributionFilename, Version};
use bonded_model::{Sha256, Visibility};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::PageKey;
use crate::access::{Permit, Read};
use crate::cache::Named;
use crate::{Error, Registry};

/// Smaller bodies do not gain by compression.
const WORTH_COMPRESSING: usize = 1_024;

/// Rendered bytes with what HTTP says about them.
#[derive(Debug)]
pub struct Page {
    /// The bytes.
    pub body: Bytes,
    /// The media type with its parameters.
    pub content_type: &'static str,
    /// A strong entity tag with its quotes: a digest of the bytes.
    pub etag: Bytes,
    /// The bytes with gzip, once somebody asked for that.
    gzip: OnceLock<Bytes>,
}

impl Page {
    pub(crate) fn new(body: Vec<u8>, content_type: &'static str) -> Self {
        let digest = Sha256::of(&body).to_string();
        let etag = Bytes::from(format!("\"{}\"", &digest[..32]));
        Self { body: body.into(), content_type, etag, gzip: OnceLock::new() }
    }

    /// The bytes with gzip, made at the first call; `None` where that gains nothing.
    pub fn gzip(&self) -> Option<&Bytes> {
        if self.body.len() < WORTH_COMPRESSING {
            return None;
        }
        Some(self.gzip.get_or_init(|| compress(&self.body)))
    }

    /// Bytes that the page takes in memory, compressed form included.
    pub(super) fn weight(&self) -> u64 {
        (self.body.len() + self.body.len() / 4 + 256) as u64
    }
}

fn compress(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::new(6));
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    written.expect("writing into memory does not fail").into()
}

impl Registry {
    /// The page of a project by its normalized name.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the channel has no such project.
    pub async fn python_project(
        &self,
        permit: &Permit<Read>,
        name: &str,
        form: ContentType,
    ) -> Result<Arc<Page>, Error> {
        let project = self.python_project_id(permit.action().channel.id, name).await?;
        let key = PageKey::Project(project, form);
        if let Some(page) = self.python.rendered.get(&key) {
            return Ok(page);
        }
        let version = self.python.rendered.version(&project);
        let mut snapshot = self.store.snapshot().await?;
        let row = snapshot.project(project).await?.ok_or_else(no_such_project)?;
        let files = snapshot.python_files(project).await?;
        let sources = snapshot.sources_of_project(project).await?;
        drop(snapshot);
        if row.deleted_at.is_some() {
            return Err(no_such_project());
        }
        let attested = sources.iter().filter(|source| source.attestations > 0).map(|source| source.file);
        let attested = Attested { files: attested.collect(), channel_url: self.channel_url(permit) };
        let render = move || Page::new(render_project(&row, &files, &attested, form), form.header());
        let page = Arc::new(tokio::task::spawn_blocking(render).await.map_err(Error::internal)?);
        self.python.rendered.insert(key, Arc::clone(&page), version);
        Ok(page)
    }

    /// The absolute URL of the channel, without a slash at its end.
    fn channel_url(&self, permit: &Permit<Read>) -> String {
        format!("{}/{}", self.settings.people.base_url, permit.action().channel.name)
    }

    /// The list of the channel's projects.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn python_index(&self, permit: &Permit<Read>, form: ContentType) -> Result<Arc<Page>, Error> {
        let channel = permit.action().channel.id;
        let key = PageKey::Index(channel, form);
        if let Some(page) = self.python.rendered.get(&key) {
            return Ok(page);
        }
        let version = self.python.rendered.version(&channel);
        let names = self.store.read().await?.live_project_names(channel).await?;
        let render = move || {
            Page::new(IndexPage::new(names.iter().map(String::as_str).collect()).render(form), form.header())
        };
        let page = Arc::new(tokio::task::spawn_blocking(render).await.map_err(Error::internal)?);
        self.python.rendered.insert(key, Arc::clone(&page), version);
        Ok(page)
    }

    pub(super) async fn python_project_id(&self, channel: ChannelId, name: &str) -> Result<ProjectId, Error> {
        if let Some(project) = self.python.projects.get(&Named(channel, name)) {
            return Ok(project);
        }
        let found = self.store.read().await?.project_by_name(channel, name).await?;
        let project = found.ok_or_else(no_such_project)?.id;
        self.python.projects.insert((channel, name.into()), project);
        Ok(project)
    }
}

/// Whether answers from the channel may be compressed. Where credentials travel, the length of a compressed answer
/// could give something away (BREACH), so private channels are served plainly.
pub fn may_compress(permit: &Permit<Read>) -> bool {
    permit.action().channel.visibility == Visibility::Public
}

pub(super) fn no_such_project() -> Error {
    Error::NotFound("there is no such project in this channel".into())
}

/// The files of a project that have attestations.
struct Attested {
    files: HashSet<FileId>,
    channel_url: String,
}

fn render_project(
    row: &Project,
    listings: &[PythonListing],
    attested: &Attested,
    form: ContentType,
) -> Vec<u8> {
    let known = listings.iter().filter_map(Known::new).map(|known| known.attested(&row.name, attested));
    let known: Vec<_> = known.collect();
    let files = known.iter().map(Known::file).collect();
    ProjectPage::new(&row.name, row.serial, &row.lifecycle, files).render(form)
}

/// A row together with what had to be computed to show it.
pub(super) struct Known<'a> {
    listing: &'a PythonListing,
    version: Version,
    url: String,
    provenance: Option<String>,
}

impl<'a> Known<'a> {
    /// A row for a page next to which, two levels up, the files stand: relative, so that path prefixes, proxies and
    /// aliases need no rewriting.
    pub(super) fn new(listing: &'a PythonListing) -> Option<Self> {
        Self::at(listing, "../../files/")
    }

    /// A row whose file stands under `base`. The version is shown as the file's name spells it: the release is kept
    /// under a form without trailing zeros. `None` for a name that does not parse, which intake never lets in.
    pub(super) fn at(listing: &'a PythonListing, base: &str) -> Option<Self> {
        let name: DistributionFilename = listing.file.name.parse().ok()?;
        let version = name.version().clone();
        // The names of distributions hold nothing that a URL's path would have to escape: letters, digits and "-_.+!".
        Some(Self { listing, version, url: format!("{base}{}", listing.file.name), provenance: None })
    }

    /// The same, with the URL of its provenance object where it has attestations. PEP 740 wants an absolute one.
    fn attested(mut self, project: &str, attested: &Attested) -> Self {
        let File { filename, version, .. } = self.file();
        let url = || format!("{}/integrity/{project}/{version}/{filename}/provenance", attested.channel_url);
        self.provenance = attested.files.contains(&self.listing.file.id).then(url);
        self
    }

    pub(super) fn file(&self) -> File<'_> {
        File {
            filename: &self.listing.file.name,
            version: &self.version,
            url: &self.url,
            sha256: self.listing.file.digests.sha256,
            size: self.listing.file.digests.size,
            requires_python: self.listing.python.requires_python.as_deref(),
            upload_time: self.listing.file.uploaded_at,
            yanked: self.listing.yanked.as_ref().map(|yank| yank.reason.as_str()),
            core_metadata: self.listing.python.metadata.map(|metadata| metadata.sha256),
            provenance: self.provenance.as_deref(),
        }
    }
}
