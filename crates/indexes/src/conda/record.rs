//! One package's record, as repodata and shards hold it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bonded_model::{Digests, Sha256, Timestamp};
use rattler_conda_types::PackageRecord;
use rattler_conda_types::package::RunExportsJson;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::sections::check_object;
use super::{InvalidRecord, WriteError};

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
/// `sha256`, `size` (bytes) and `indexed_timestamp` (milliseconds, CEP 47), which the archive cannot override. A record
/// that its publisher signs has no `indexed_timestamp`: it is made before the server has seen the archive.
///
/// Fails when clients could not read the record.
pub fn record(
    index: &Map<String, Value>,
    digests: &Digests,
    indexed_at: Option<Timestamp>,
) -> Result<String, InvalidRecord> {
    // `null` means the same as absence, but some readers accept only absence.
    let archive =
        index.iter().filter(|(key, value)| FROM_ARCHIVE.contains(&key.as_str()) && !value.is_null());
    let mut record: BTreeMap<&str, Value> =
        archive.map(|(key, value)| (key.as_str(), value.clone())).collect();
    record.insert("md5", hex::encode(digests.md5).into());
    record.insert("sha256", digests.sha256.to_string().into());
    record.insert("size", digests.size.into());
    if let Some(indexed_at) = indexed_at {
        record.insert("indexed_timestamp", indexed_at.timestamp_millis().into());
    }
    let text = serde_json::to_string(&record).map_err(InvalidRecord::Index)?;
    serde_json::from_str::<PackageRecord>(&text).map_err(InvalidRecord::Index)?;
    Ok(text)
}

/// The record of a package that has attestations: with the digest of its sidecar (CEP 50).
///
/// Fails when the text is no record.
pub fn attested(record: &str, sidecar: &Sha256) -> Result<String, InvalidRecord> {
    let mut members: BTreeMap<Cow<'_, str>, &RawValue> =
        serde_json::from_str(record).map_err(InvalidRecord::Index)?;
    let digest = serde_json::value::to_raw_value(sidecar).map_err(InvalidRecord::Index)?;
    members.insert("attestations_sha256".into(), &digest);
    serde_json::to_string(&members).map_err(InvalidRecord::Index)
}

/// What a withdrawn package depends on. There is no such package, so no solver chooses it; older clients and newer ones
/// have agreed on the name.
const WITHDRAWN: &str = "package_has_been_revoked";

/// The record of a package that was withdrawn: `revoked`, and with a dependency that nothing satisfies. Everything else
/// stays as [`record`] made it.
///
/// Fails when the text is no record.
pub fn withdrawn(record: &str) -> Result<String, InvalidRecord> {
    let mut fields: BTreeMap<String, Value> = serde_json::from_str(record).map_err(InvalidRecord::Index)?;
    let depends = fields.entry("depends".to_owned()).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(depends) = depends {
        depends.push(WITHDRAWN.into());
    }
    fields.insert("revoked".to_owned(), true.into());
    let text = serde_json::to_string(&fields).map_err(InvalidRecord::Index)?;
    serde_json::from_str::<PackageRecord>(&text).map_err(InvalidRecord::Index)?;
    Ok(text)
}

/// The record as it is published and signed: with its run exports in their place among the sorted keys (CEP 21). The
/// same text stands in repodata and, as msgpack, in the shard, so that one signature fits both.
///
/// # Errors
/// When one of the two is not a JSON object.
pub fn published_record(filename: &str, record: &str, run_exports: &str) -> Result<String, WriteError> {
    let damaged = |source| WriteError::Damaged { filename: filename.to_owned(), source };
    let mut members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(record).map_err(damaged)?;
    check_object(filename, run_exports)?;
    let run_exports = serde_json::from_str(run_exports).map_err(damaged)?;
    members.insert("run_exports".into(), run_exports);
    serde_json::to_string(&members).map_err(damaged)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::conda::samples::{digests, index, moment};

    fn made(index: &Map<String, Value>) -> Result<String, InvalidRecord> {
        record(index, &digests("demo"), Some(moment()))
    }

    fn with(key: &str, value: Value) -> Map<String, Value> {
        let mut index = index("demo", "1.0");
        index.insert(key.to_owned(), value);
        index
    }

    #[test]
    fn the_record_is_stable_and_its_keys_are_sorted() {
        insta::assert_snapshot!(made(&index("demo", "1.0")).unwrap(), @r#"{"build":"h0_0","build_number":0,"depends":["python >=3.9","libä"],"indexed_timestamp":1767323045678,"license":"MIT","md5":"5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d","name":"demo","noarch":"python","sha256":"2a97516c354b68848cdbd8f54a226a0a55b21ed138e207ad6c5cbb9c00aa5aea","size":1234,"subdir":"noarch","timestamp":1700000000000,"version":"1.0"}"#);
    }

    #[test]
    fn the_archive_cannot_speak_for_the_server_or_for_later_fields() {
        let honest = made(&index("demo", "1.0")).unwrap();
        for key in ["md5", "sha256", "size", "indexed_timestamp"] {
            assert_eq!(made(&with(key, json!("00"))).unwrap(), honest, "{key}");
        }
        for key in ["url", "fn", "channel", "attestations_sha256", "revoked", "run_exports", "signatures"] {
            assert_eq!(made(&with(key, json!("https://evil.example/"))).unwrap(), honest, "{key}");
        }
        for key in ["when", "extra_depends", "flags", "schema_version", "legacy_bz2_md5"] {
            assert_eq!(made(&with(key, json!({"x": ["y"]}))).unwrap(), honest, "{key}");
        }
    }

    #[test]
    fn a_record_that_would_break_the_channel_is_refused() {
        for (key, value) in [
            ("license", json!(["MIT"])),
            ("depends", json!("python")),
            ("depends", json!([1])),
            ("build_number", json!(-1)),
            ("build_number", json!("0")),
            ("noarch", json!("everything")),
            ("purls", json!(["not a purl"])),
            ("timestamp", json!("yesterday")),
            ("version", json!("one two")),
        ] {
            let error = made(&with(key, value.clone())).expect_err(&format!("{key}: {value}"));
            assert!(
                error.to_string().starts_with("info/index.json gives no valid repodata record: "),
                "{error}"
            );
        }
        let mut nameless = index("demo", "1.0");
        nameless.remove("name");
        assert!(made(&nameless).is_err());
    }

    #[test]
    fn a_withdrawn_record_says_so_and_can_be_solved_by_nothing() {
        let honest = made(&index("demo", "1.0")).unwrap();
        let text = withdrawn(&honest).unwrap();
        let read: PackageRecord = serde_json::from_str(&text).unwrap();
        assert_eq!(read.depends, ["python >=3.9", "libä", WITHDRAWN]);
        let mut fields: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(fields.remove("revoked"), Some(json!(true)));
        fields.insert("depends".to_owned(), json!(["python >=3.9", "libä"]));
        assert_eq!(serde_json::to_string(&fields).unwrap(), honest, "and nothing else");
        assert!(withdrawn("[]").is_err());
    }

    #[test]
    fn an_attested_record_names_its_sidecar_among_the_sorted_keys() {
        let honest = made(&index("demo", "1.0")).unwrap();
        let (one, other) = (Sha256::of(b"[1]"), Sha256::of(b"[1,2]"));
        let text = attested(&honest, &one).unwrap();
        assert_eq!(text, honest.replacen('{', &format!(r#"{{"attestations_sha256":"{one}","#), 1));
        assert_eq!(attested(&text, &other).unwrap(), attested(&honest, &other).unwrap());
        assert!(attested("[]", &one).is_err());
    }

    #[test]
    fn a_record_that_its_publisher_signs_does_not_say_when_the_server_saw_it() {
        let text = record(&index("demo", "1.0"), &digests("demo"), None).unwrap();
        assert_eq!(
            made(&index("demo", "1.0")).unwrap().replace(r#""indexed_timestamp":1767323045678,"#, ""),
            text
        );
    }

    #[test]
    fn run_exports_stand_among_the_sorted_keys() {
        let published = |record, exports| published_record("a-1-0.conda", record, exports);
        let text = published(r#"{"name":"a", "size":1e2}"#, r#"{"weak":["b"]}"#).unwrap();
        assert_eq!(text, r#"{"name":"a","run_exports":{"weak":["b"]},"size":1e2}"#);
        assert_eq!(published("{}", "{}").unwrap(), r#"{"run_exports":{}}"#);
        for (record, exports) in [("[]", "{}"), ("{} {}", "{}"), ("{}", "[]"), ("{}", "{}}"), ("{}", "")] {
            assert!(
                matches!(published(record, exports), Err(WriteError::Damaged { .. })),
                "{record} {exports}"
            );
        }
    }

    #[test]
    fn run_exports_take_the_form_of_cep_12() {
        let made = |value| run_exports(Some(&value)).unwrap();
        assert_eq!(run_exports(None).unwrap(), "{}");
        assert_eq!(made(json!({})), "{}");
        assert_eq!(made(json!({"strong": ["b"], "weak": ["a"], "x": 1})), r#"{"weak":["a"],"strong":["b"]}"#);
        assert_eq!([made(json!(["a"])), made(json!("a"))], [r#"{"weak":["a"]}"#; 2]);
        for bad in [json!(1), json!({"weak": "a"}), json!({"weak": [1]}), json!(null)] {
            assert!(run_exports(Some(&bad)).is_err(), "{bad}");
        }
    }
}
