//! One package's record, as repodata and shards hold it.

use std::collections::BTreeMap;

use bonded_model::{Digests, Timestamp};
use rattler_conda_types::PackageRecord;
use rattler_conda_types::package::RunExportsJson;
use serde_json::{Map, Value};

use super::InvalidRecord;

/// What a publisher may say in a record: the fields of CEP 34's `info/index.json` that clients understand in a legacy
/// record, with CEP 20's and CEP 49's.
///
/// A list of what is let in, not of what is kept out: clients give meaning to ever more fields (`url`, `fn`,
/// `attestations_sha256`, `revoked`, and CEP 43 to 45's `when`, `extra_depends` and `flags`, which belong to v3
/// records), and none of them may be a publisher's to set merely because this list is older.
const FROM_ARCHIVE: &[&str] = &[
    "arch",
    "build",
    "build_number",
    "constrains",
    "depends",
    "features",
    "license",
    "license_family",
    "name",
    "noarch",
    "platform",
    "purls",
    "python_site_packages_path",
    "subdir",
    "timestamp",
    "track_features",
    "version",
];

/// The record of an archive as JSON text with sorted keys: what `info/index.json` says, then the server's own `md5`,
/// `sha256`, `size` (bytes) and `indexed_timestamp` (milliseconds, CEP 47), which the archive cannot override.
///
/// Fails when clients could not read the record.
pub fn record(
    index: &Map<String, Value>,
    digests: &Digests,
    indexed_at: Timestamp,
) -> Result<String, InvalidRecord> {
    // `null` means the same as absence, but some readers accept only absence.
    let archive =
        index.iter().filter(|(key, value)| FROM_ARCHIVE.contains(&key.as_str()) && !value.is_null());
    let mut record: BTreeMap<&str, Value> =
        archive.map(|(key, value)| (key.as_str(), value.clone())).collect();
    record.insert("md5", hex::encode(digests.md5).into());
    record.insert("sha256", digests.sha256.to_string().into());
    record.insert("size", digests.size.into());
    record.insert("indexed_timestamp", indexed_at.timestamp_millis().into());
    let text = serde_json::to_string(&record).map_err(InvalidRecord::Index)?;
    serde_json::from_str::<PackageRecord>(&text).map_err(InvalidRecord::Index)?;
    Ok(text)
}

/// The archive's `info/run_exports.json` as JSON text of CEP 12's form, `{}` when there is nothing. The short form of
/// old archives, a bare list or a single text, means `weak`.
///
/// Fails when clients could not read it.
pub fn run_exports(file: Option<&Value>) -> Result<String, InvalidRecord> {
    let value = match file {
        None => Value::Object(Map::new()),
        Some(short @ Value::Array(_)) => serde_json::json!({ "weak": short }),
        Some(short @ Value::String(_)) => serde_json::json!({ "weak": [short] }),
        Some(value) => value.clone(),
    };
    let exports: RunExportsJson = serde_json::from_value(value).map_err(InvalidRecord::RunExports)?;
    serde_json::to_string(&exports).map_err(InvalidRecord::RunExports)
}
