//! The shard of one package (CEP 16), with run exports in its records (CEP 21).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bonded_model::Sha256;
use bonded_model::conda::ArchiveKind;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::sections::archive_kind;
use super::{Signatures, WriteError, ZSTD_LEVEL};

/// One file of a package.
#[derive(Clone, Copy, Debug)]
pub struct ShardRecord<'a> {
    /// The archive's name.
    pub filename: &'a str,
    /// Its record as [`published_record`](super::published_record) made it.
    pub record: &'a str,
    /// Its signatures, in a signed channel.
    pub signatures: Option<&'a Signatures>,
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
        if let Some(signatures) = record.signatures {
            body.signatures.get_or_insert_default().insert(record.filename, signatures);
        }
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
    /// By file, as in repodata. No reader of CEP 16 stumbles over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signatures: Option<BTreeMap<&'a str, &'a Signatures>>,
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
    let fields: BTreeMap<String, Value> = serde_json::from_str(record.record).map_err(damaged)?;
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

/// One file of a shard that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShardEntry {
    /// The archive's name.
    pub filename: String,
    /// Its record as JSON text with sorted keys, digests in hexadecimal.
    pub record: String,
    /// Its signatures.
    pub signatures: Signatures,
}

/// Reads a shard's own bytes, so that what is checked is what is served. For shards of this registry alone: nothing
/// bounds what comes out.
///
/// # Errors
/// When the bytes are no shard.
pub fn read_shard(bytes: &[u8]) -> Result<Vec<ShardEntry>, UnreadableShard> {
    let body: Read = rmp_serde::from_slice(&zstd::decode_all(bytes)?)?;
    let Read { packages, conda_packages, mut signatures } = body;
    let entry = |(filename, record): (String, BTreeMap<String, Decoded>)| {
        Ok(ShardEntry {
            record: serde_json::to_string(&record)?,
            signatures: signatures.remove(&filename).unwrap_or_default(),
            filename,
        })
    };
    packages.into_iter().chain(conda_packages).map(entry).collect()
}

/// Bytes that are no shard.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableShard {
    /// Not compressed as shards are.
    #[error("the shard cannot be decompressed: {0}")]
    Compression(#[from] std::io::Error),
    /// Not the msgpack of a shard.
    #[error("the shard cannot be read: {0}")]
    Form(#[from] rmp_serde::decode::Error),
    /// A record that JSON cannot hold.
    #[error("a record of the shard is no JSON: {0}")]
    Record(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Read {
    packages: BTreeMap<String, BTreeMap<String, Decoded>>,
    #[serde(rename = "packages.conda")]
    conda_packages: BTreeMap<String, BTreeMap<String, Decoded>>,
    #[serde(default)]
    signatures: BTreeMap<String, Signatures>,
}

/// A JSON value, or msgpack's bytes as hexadecimal digits.
#[derive(Serialize)]
#[serde(transparent)]
struct Decoded(Value);

impl<'de> Deserialize<'de> for Decoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DecodedVisitor).map(Self)
    }
}

struct DecodedVisitor;

impl<'de> Visitor<'de> for DecodedVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a record")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::String(hex::encode(bytes)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Decoded(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = serde_json::Map::new();
        while let Some((name, Decoded(member))) = members.next_entry()? {
            map.insert(name, member);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use bonded_model::trust::RecordSignature;

    use super::*;
    use crate::conda::published_record;
    use crate::conda::samples::{digests, record};

    type Read = rattler_conda_types::Shard;

    fn read(shard: &Shard) -> Read {
        rmp_serde::from_slice(&zstd::decode_all(shard.bytes.as_slice()).unwrap()).unwrap()
    }

    fn with<'a>(filename: &'a str, record: &'a str) -> ShardRecord<'a> {
        ShardRecord { filename, record, signatures: None }
    }

    #[test]
    fn rattler_reads_all_of_it() {
        let record = record("demo", "1.0");
        let [old, new] = ["{}", r#"{"weak":["demo >=1"]}"#]
            .map(|exports| published_record("demo-1.0-h0_0.conda", &record, exports).unwrap());
        let made = RecordSignature { key: [1; 32].into(), signature: [2; 64], publisher: false };
        let signatures = Signatures::from_iter([&made]);
        let shard = shard(
            &[
                with("demo-1.0-h0_0.tar.bz2", &old),
                ShardRecord { signatures: Some(&signatures), ..with("demo-1.0-h0_0.conda", &new) },
            ],
            &["demo-0.9-h0_0.conda"],
        )
        .unwrap();
        let entries = read_shard(&shard.bytes).unwrap();
        let read_back = |index: usize| (entries[index].record.as_str(), &entries[index].signatures);
        assert_eq!(read_back(0), (old.as_str(), &Signatures::default()), "the same text as in repodata");
        assert_eq!(read_back(1), (new.as_str(), &signatures));
        assert_eq!(shard.sha256, Sha256::of(&shard.bytes), "named by the compressed bytes");
        let read = read(&shard);
        assert_eq!((read.packages.len(), read.conda_packages.len(), read.removed.len()), (1, 1, 1));

        let package = &read.conda_packages[0];
        assert_eq!(package.sha256.map(Into::into), Some(*digests("demo").sha256.as_bytes()));
        assert_eq!(package.md5.map(Into::into), Some(digests("demo").md5));
        assert_eq!(
            package.run_exports.as_ref().map(|exports| exports.weak.as_slice()),
            Some(&["demo >=1".to_owned()][..])
        );
        assert_eq!(package.indexed_timestamp.map(|at| at.timestamp_millis()), Some(1_767_323_045_678));
        assert!(
            read.packages[0].run_exports.as_ref().is_some_and(|exports| exports.is_empty()),
            "known to be none"
        );
    }

    #[test]
    fn digests_are_bytes_and_the_frame_tells_its_size() {
        let record = record("demo", "1.0");
        let shard = shard(&[with("demo-1.0-h0_0.conda", &record)], &[]).unwrap();
        let plain = zstd::decode_all(shard.bytes.as_slice()).unwrap();
        let digest = digests("demo").sha256;
        let binary = [&b"\xa6sha256\xc4\x20"[..], digest.as_bytes()].concat();
        assert!(plain.windows(binary.len()).any(|window| window == binary), "msgpack's type for bytes");
        let size = zstd::zstd_safe::get_frame_content_size(&shard.bytes);
        assert_eq!(size.ok().flatten(), Some(plain.len() as u64));
    }

    #[test]
    fn order_does_not_change_the_bytes() {
        let record = record("demo", "1.0");
        let names = ["demo-1.0-0.conda", "demo-1.1-0.conda", "demo-1.0-0.tar.bz2"];
        let forth = shard(&names.map(|name| with(name, &record)), &["a.conda", "b.conda"]);
        let mut back = names.map(|name| with(name, &record));
        back.reverse();
        assert_eq!(forth.unwrap(), shard(&back, &["b.conda", "a.conda"]).unwrap());
    }

    #[test]
    fn whatever_a_record_may_hold_is_read_back_as_it_was() {
        let record = r#"{"a":[1,-2,1.5,18446744073709551615,1e300],"b":{"z":null,"y":true},"c":"ü\"","md5":"not hex"}"#;
        let shard = shard(&[with("demo-1.0-0.conda", record)], &[]).unwrap();
        let back = &read_shard(&shard.bytes).unwrap()[0].record;
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(value(back), value(record));
        for damaged in [&b""[..], b"x", &shard.bytes[..20]] {
            assert!(read_shard(damaged).is_err());
        }
    }

    #[test]
    fn a_damaged_record_is_refused_by_name() {
        for damaged in ["", "[]", "{", "{} {}"] {
            let error = shard(&[with("demo-1.0-0.conda", damaged)], &[]).unwrap_err().to_string();
            assert!(error.starts_with("the stored record of \"demo-1.0-0.conda\" is damaged: "), "{error}");
        }
        assert!(matches!(shard(&[with("demo", "{}")], &[]), Err(WriteError::NotAnArchive(_))));
    }
}
