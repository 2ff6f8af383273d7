//! Subdirs of conda channels and what is published of them.
//!
//! A subdir's `serial` grows with each change. What is published carries the serial that it was made from, so that an
//! older state can never replace a newer one, whoever is slower.

use crate::Timestamp;
use crate::file::Stored;
use crate::ids::{ChannelId, FileId, SubdirId};
use crate::trust::{KeyBytes, Signing};

/// A subdir on its way into the database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSubdir {
    /// Its id.
    pub id: SubdirId,
    /// The channel that it belongs to.
    pub channel: ChannelId,
    /// Its name, such as `noarch` or `linux-64`.
    pub name: String,
    /// Whose signatures readers see in it.
    pub shown: Signing,
    /// The package manager key whose signatures are published; `None` without such signatures.
    pub package_key: Option<KeyBytes>,
    /// When it came into being.
    pub created_at: Timestamp,
}

/// A subdir as it stands in the database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubdirRow {
    /// Its id.
    pub id: SubdirId,
    /// The channel that it belongs to.
    pub channel: ChannelId,
    /// Its name, such as `noarch` or `linux-64`.
    pub name: String,
    /// How many changes there were.
    pub serial: i64,
    /// Whose signatures readers see in it. What its channel wants comes true here once the records are ready for it.
    pub shown: Signing,
    /// The package manager key whose signatures are published; `None` without such signatures.
    pub package_key: Option<KeyBytes>,
    /// The published shard index; `None` before the first.
    pub shards: Option<PublishedShards>,
    /// The published full repodata; `None` before the first.
    pub repodata: Option<PublishedRepodata>,
    /// When it came into being.
    pub created_at: Timestamp,
}

/// The shard index that clients get (CEP 16).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublishedShards {
    /// The subdir's serial that it was made from.
    pub serial: i64,
    /// Its bytes.
    pub index: Stored,
    /// When it was published.
    pub at: Timestamp,
}

/// The full repodata that clients get.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublishedRepodata {
    /// The subdir's serial that it was made from.
    pub serial: i64,
    /// Its bytes.
    pub set: RepodataSet,
    /// When it was published.
    pub at: Timestamp,
}

/// The files that describe a whole subdir and become visible together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RepodataSet {
    /// `repodata.json`.
    pub json: Stored,
    /// `repodata.json.zst`.
    pub zst: Stored,
    /// `run_exports.json` (CEP 12).
    pub run_exports_json: Stored,
    /// `run_exports.json.zst`.
    pub run_exports_zst: Stored,
}

/// A package name whose shard is older than its records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaleShard {
    /// The package name.
    pub name: String,
    /// The subdir's serial of its last change.
    pub changed_serial: i64,
}

/// The published shard of one package name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shard {
    /// The package name.
    pub name: String,
    /// Its bytes.
    pub blob: Stored,
}

/// What repodata says about one conda package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CondaRecord {
    /// The file name without the subdir.
    pub filename: String,
    /// The record, as JSON.
    pub record: String,
    /// `run_exports.json` (CEP 12), as JSON.
    pub run_exports: Option<String>,
}

/// A version of a package in a subdir, for the summary of a channel (CEP 38).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CondaSummary {
    /// The package name.
    pub package: String,
    /// The version.
    pub version: String,
    /// The subdir.
    pub subdir: String,
    /// What the release keeps for the summary, as JSON.
    pub metadata: String,
}

/// The record of a conda package as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptRecord {
    /// The file.
    pub file: FileId,
    /// The subdir that it stands in.
    pub subdir: SubdirId,
    /// The package name.
    pub package: String,
    /// The record that is served, as JSON.
    pub record: String,
    /// The record as it was before its release was withdrawn; `None` while it is not.
    pub original: Option<String>,
}
