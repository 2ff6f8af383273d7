//! One file of a project.

use bonded_model::python::Version;
use bonded_model::{Sha256, Timestamp};
use chrono::SecondsFormat;

/// A distribution as the simple API shows it.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// The file's name.
    pub filename: &'a str,
    /// The version of its release.
    pub version: &'a Version,
    /// Where to get it: a URL reference, percent-encoded already, without a fragment. Simple pages use one relative
    /// to the page (so that proxies and path prefixes need no rewriting), the JSON API an absolute one. A client finds
    /// the metadata (PEP 658) by adding `.metadata` to it.
    pub url: &'a str,
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Length in bytes (PEP 700).
    pub size: u64,
    /// The metadata's `Requires-Python`.
    pub requires_python: Option<&'a str>,
    /// When it was uploaded (PEP 700).
    pub upload_time: Timestamp,
    /// Whether it is yanked (PEP 592), and the reason. An empty text means that none was given.
    pub yanked: Option<&'a str>,
    /// SHA-256 of the metadata file, if that is served (PEP 658, PEP 714).
    pub core_metadata: Option<Sha256>,
    /// The absolute URL of its provenance object, if it has attestations (PEP 740).
    pub provenance: Option<&'a str>,
}

/// A file in the JSON form (PEP 691, 700, 714).
#[derive(serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct JsonFile<'a> {
    core_metadata: JsonMetadata,
    /// The name that clients older than PEP 714 look for.
    data_dist_info_metadata: JsonMetadata,
    filename: &'a str,
    hashes: JsonHashes,
    provenance: Option<&'a str>,
    requires_python: Option<&'a str>,
    size: u64,
    upload_time: String,
    url: &'a str,
    yanked: JsonYanked<'a>,
}

#[derive(Clone, Copy, serde::Serialize)]
struct JsonHashes {
    sha256: Sha256,
}

#[derive(Clone, Copy, serde::Serialize)]
#[serde(untagged)]
enum JsonMetadata {
    Absent(bool),
    Present(JsonHashes),
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum JsonYanked<'a> {
    Flag(bool),
    Reason(&'a str),
}

impl<'a> From<&File<'a>> for JsonFile<'a> {
    fn from(file: &File<'a>) -> Self {
        let metadata = match file.core_metadata {
            None => JsonMetadata::Absent(false),
            Some(sha256) => JsonMetadata::Present(JsonHashes { sha256 }),
        };
        Self {
            core_metadata: metadata,
            data_dist_info_metadata: metadata,
            filename: file.filename,
            hashes: JsonHashes { sha256: file.sha256 },
            provenance: file.provenance,
            requires_python: file.requires_python,
            size: file.size,
            upload_time: instant(file.upload_time),
            url: file.url,
            yanked: match file.yanked {
                None => JsonYanked::Flag(false),
                Some("") => JsonYanked::Flag(true),
                Some(reason) => JsonYanked::Reason(reason),
            },
        }
    }
}

/// A moment as PEP 700 writes it: ISO 8601 in UTC, at most six decimals, `Z`.
pub(super) fn instant(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
