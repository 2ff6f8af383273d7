//! A signed channel as the solver's libraries ask for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bonded_model::Timestamp;
use rattler_conda_types::package::DistArchiveIdentifier;
use rattler_conda_types::{PackageName, PackageRecord, RepoDataRecord, Subdir};
use rattler_repodata_gateway::{GatewayError, RepoDataSource};
use url::Url;

use super::{Entry, IndexError, SubdirIndex};
use crate::channel::ChannelRef;
use crate::web::Web;

/// Gives the solver records made from the raw bytes of the index, and keeps those bytes, so that the record that is
/// chosen is the one that is verified.
pub(crate) struct SignedSource {
    web: Web,
    channel: ChannelRef,
    subdirs: HashMap<String, SubdirIndex>,
    /// By the URL of the archive: in which subdir's index it stood, and what that said.
    seen: Mutex<HashMap<Url, (String, Entry)>>,
}

impl SignedSource {
    /// Reads the indexes of some subdirs.
    pub(crate) async fn load(
        web: &Web,
        channel: &ChannelRef,
        subdirs: &[Subdir],
    ) -> Result<Self, IndexError> {
        let mut loaded = HashMap::new();
        for subdir in subdirs {
            let index = SubdirIndex::load(web, channel, subdir.as_str()).await?;
            loaded.insert(subdir.as_str().to_owned(), index);
        }
        let (web, channel) = (web.clone(), channel.clone());
        Ok(Self { web, channel, subdirs: loaded, seen: Mutex::default() })
    }

    /// What the index said of the record that the solver chose, and in which subdir.
    ///
    /// An index may say where its archives are, so two of them may name one URL: what is given back reads as the very
    /// record that was solved with, or is nothing.
    pub(crate) fn entry(&self, chosen: &RepoDataRecord) -> Option<(String, Entry)> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (subdir, entry) = seen.get(&chosen.url)?;
        let read: PackageRecord = serde_json::from_slice(&entry.record).ok()?;
        let is_chosen = read == chosen.package_record && entry.file == chosen.identifier.to_file_name();
        is_chosen.then(|| (subdir.clone(), entry.clone()))
    }

    /// The record of an archive that the solver was told of.
    pub(crate) fn known(&self, archive: &Url) -> Option<RepoDataRecord> {
        let (subdir, entry) = {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.get(archive)?.clone()
        };
        self.record(self.subdirs.get(&subdir)?, &entry).ok()
    }

    /// When the index of each subdir was made, if that can be known. `is_trusted` is told subdirs and entries.
    pub(crate) fn ages(
        &self,
        is_trusted: impl Fn(&str, &Entry) -> bool,
    ) -> impl Iterator<Item = (&str, Option<Timestamp>)> {
        self.subdirs.iter().filter_map(move |(name, index)| {
            Some((name.as_str(), index.age(|entry| is_trusted(name, entry))?))
        })
    }

    async fn records(&self, subdir: &str, name: &str) -> Result<Vec<Arc<RepoDataRecord>>, IndexError> {
        let Some(index) = self.subdirs.get(subdir) else { return Ok(Vec::new()) };
        let entries = index.package(&self.web, name).await?;
        let mut records = Vec::new();
        for entry in entries.into_values() {
            let record = self.record(index, &entry)?;
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(record.url.clone(), (subdir.to_owned(), entry));
            records.push(Arc::new(record));
        }
        Ok(records)
    }

    fn record(&self, index: &SubdirIndex, entry: &Entry) -> Result<RepoDataRecord, IndexError> {
        let wrong = |what: String| IndexError::Form { url: index.archives.clone(), what };
        let package_record: PackageRecord = serde_json::from_slice(&entry.record)
            .map_err(|error| wrong(format!("the record of {:?} cannot be read: {error}", entry.file)))?;
        let identifier = DistArchiveIdentifier::try_from_filename(&entry.file)
            .ok_or_else(|| wrong(format!("{:?} is no archive", entry.file)))?;
        let url = super::at(&index.archives, &entry.file)?;
        Ok(RepoDataRecord { package_record, identifier, url, channel: Some(self.channel.url().to_string()) })
    }
}

#[async_trait::async_trait]
impl RepoDataSource for SignedSource {
    async fn fetch_package_records(
        &self,
        platform: Subdir,
        name: &PackageName,
    ) -> Result<Vec<Arc<RepoDataRecord>>, GatewayError> {
        let records = self.records(platform.as_str(), name.as_normalized()).await;
        records.map_err(|error| GatewayError::Generic(error.to_string()))
    }

    fn package_names(&self, platform: Subdir) -> Vec<String> {
        self.subdirs.get(platform.as_str()).map(SubdirIndex::names).unwrap_or_default()
    }
}
