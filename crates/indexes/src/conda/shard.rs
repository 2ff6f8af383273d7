//! The shard of one package (CEP 16), with run exports in its records (CEP 21).

use std::collections::{BTreeMap, BTreeSet};

use bonded_model::Sha256;
use bonded_model::conda::ArchiveKind;
use serde::Serialize;
use serde::ser::Serializer;
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

#[cfg(test)]
mod tests {
    use bonded_model::trust::RecordSignature;

    use super::*;
    use crate::conda::samples::{digests, record};
    use crate::conda::{published_record, read_shard};

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
    fn a_damaged_record_is_refused_by_name() {
        for damaged in ["", "[]", "{", "{} {}"] {
            let error = shard(&[with("demo-1.0-0.conda", damaged)], &[]).unwrap_err().to_string();
            assert!(error.starts_with("the stored record of \"demo-1.0-0.conda\" is damaged: "), "{error}");
        }
        assert!(matches!(shard(&[with("demo", "{}")], &[]), Err(WriteError::NotAnArchive(_))));
    }
}
