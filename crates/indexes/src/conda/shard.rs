//! The shard of one package (CEP 16), with run exports in its records (CEP 21).

use std::collections::{BTreeMap, BTreeSet};

use bonded_model::Sha256;
use bonded_model::conda::ArchiveKind;
use serde::Serialize;
use serde::ser::Serializer;
use serde_json::Value;

use super::sections::archive_kind;
use super::{WriteError, ZSTD_LEVEL};

/// One file of a package.
#[derive(Clone, Copy, Debug)]
pub struct ShardRecord<'a> {
    /// The archive's name.
    pub filename: &'a str,
    /// Its record as [`record`](super::record) made it.
    pub record: &'a str,
    /// Its run exports as [`run_exports`](super::run_exports()) made them.
    pub run_exports: &'a str,
}

/// A shard, compressed as it is served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shard {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their digest, by which the shard is named: `shards/{sha256}.msgpack.zst`.
    pub sha256: Sha256,
}

/// The shard of a package with these files. The same set in another order gives the same bytes.
///
/// # Errors
/// When a stored text is damaged or a name is not an archive's.
pub fn shard(records: &[ShardRecord<'_>], removed: &[&str]) -> Result<Shard, WriteError> {
    let mut body = Body { removed: removed.iter().copied().collect(), ..Body::default() };
    for record in records {
        let section = match archive_kind(record.filename)? {
            ArchiveKind::TarBz2 => &mut body.packages,
            ArchiveKind::Conda => &mut body.conda_packages,
        };
        section.insert(record.filename, fields(record)?);
    }
    let bytes = compress(&body)?;
    Ok(Shard { sha256: Sha256::of(&bytes), bytes })
}

/// One zstd frame, with the size of its content, of the value's msgpack form.
pub(super) fn compress(value: &impl Serialize) -> Result<Vec<u8>, WriteError> {
    Ok(zstd::bulk::compress(&rmp_serde::to_vec_named(value)?, ZSTD_LEVEL)?)
}

#[derive(Default, Serialize)]
struct Body<'a> {
    packages: BTreeMap<&'a str, Fields>,
    #[serde(rename = "packages.conda")]
    conda_packages: BTreeMap<&'a str, Fields>,
    removed: BTreeSet<&'a str>,
}

type Fields = BTreeMap<String, Field>;

#[derive(Serialize)]
#[serde(untagged)]
enum Field {
    Json(Value),
    Digest(Binary<Vec<u8>>),
}

/// Bytes that become msgpack's binary type and not a list of numbers.
pub(super) struct Binary<T>(pub(super) T);

impl<T: AsRef<[u8]>> Serialize for Binary<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_ref())
    }
}

fn fields(record: &ShardRecord<'_>) -> Result<Fields, WriteError> {
    let damaged = |source| WriteError::Damaged { filename: record.filename.to_owned(), source };
    let mut fields: BTreeMap<String, Value> = serde_json::from_str(record.record).map_err(damaged)?;
    let run_exports: BTreeMap<String, Value> = serde_json::from_str(record.run_exports).map_err(damaged)?;
    fields.insert("run_exports".to_owned(), run_exports.into_iter().collect());
    Ok(fields.into_iter().map(|(key, value)| field(key, value)).collect())
}

/// CEP 16 wants the two digests as bytes. Clients take digits as well, so what is not a digest stays as it is.
fn field(key: String, value: Value) -> (String, Field) {
    let digest = match (key.as_str(), &value) {
        ("md5" | "sha256", Value::String(text)) => hex::decode(text).ok(),
        _ => None,
    };
    (key, digest.map_or(Field::Json(value), |bytes| Field::Digest(Binary(bytes))))
}
