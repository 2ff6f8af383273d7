//! `channeldata.json` (CEP 38): a summary by package name. No solver reads it, so it is made when somebody asks.

use std::sync::Arc;

use bonded_indexes::conda::{ChannelDataWriter, ChannelPackage, WriteError};
use bonded_model::conda_index::CondaSummary;
use rattler_conda_types::Version;
use serde_json::{Map, Value};

use crate::access::{Permit, Read};
use crate::python::Page;
use crate::{Error, Registry};

impl Registry {
    /// The channel's `channeldata.json`.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn conda_channeldata(&self, permit: &Permit<Read>) -> Result<Arc<Page>, Error> {
        let channel = permit.action().channel.id;
        if let Some(page) = self.conda.channeldata.get(&channel) {
            return Ok(page);
        }
        let version = self.conda.channeldata.version(&channel);
        let rows = self.store.read().await?.conda_summaries(channel).await?;
        let body = tokio::task::spawn_blocking(move || render(&rows)).await.map_err(Error::internal)?;
        let page = Arc::new(Page::new(body.map_err(Error::internal)?, "application/json"));
        self.conda.channeldata.insert(channel, Arc::clone(&page), version);
        Ok(page)
    }
}

/// The rows are ordered by package name: one for each version of a package in each subdir.
fn render(rows: &[CondaSummary]) -> Result<Vec<u8>, WriteError> {
    let mut subdirs: Vec<_> = rows.iter().map(|row| row.subdir.as_str()).chain(["noarch"]).collect();
    subdirs.sort_unstable();
    subdirs.dedup();
    let mut writer = ChannelDataWriter::new(Vec::new(), &subdirs)?;
    for package in rows.chunk_by(|one, next| one.package == next.package) {
        write_package(&mut writer, package)?;
    }
    writer.finish()
}

fn write_package(writer: &mut ChannelDataWriter<Vec<u8>>, rows: &[CondaSummary]) -> Result<(), WriteError> {
    let Some(newest) = rows.iter().max_by_key(|row| row.version.parse::<Version>().ok()) else {
        return Ok(());
    };
    let summaries: Vec<Map<String, Value>> =
        rows.iter().map(|row| serde_json::from_str(&row.metadata).unwrap_or_default()).collect();
    let newest_summary: Map<String, Value> = serde_json::from_str(&newest.metadata).unwrap_or_default();
    let millis = summaries.iter().filter_map(|summary| summary.get("timestamp")?.as_i64()).max();
    let mut subdirs: Vec<_> = rows.iter().map(|row| row.subdir.as_str()).collect();
    subdirs.sort_unstable();
    subdirs.dedup();
    writer.package(&ChannelPackage {
        name: &newest.package,
        version: &newest.version,
        subdirs: &subdirs,
        timestamp: millis.unwrap_or_default() / 1_000,
        license: newest_summary.get("license").and_then(Value::as_str),
        about: newest_summary.get("about").and_then(Value::as_object),
        link_scripts: newest_summary.get("link_scripts").and_then(Value::as_bool).unwrap_or_default(),
    })
}
