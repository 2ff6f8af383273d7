//! Reading a shard again, for verification.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Signatures;

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
    use super::*;
    use crate::conda::{ShardRecord, shard};

    #[test]
    fn whatever_a_record_may_hold_is_read_back_as_it_was() {
        let record = r#"{"a":[1,-2,1.5,18446744073709551615,1e300],"b":{"z":null,"y":true},"c":"ü\"","md5":"not hex"}"#;
        let shard =
            shard(&[ShardRecord { filename: "demo-1.0-0.conda", record, signatures: None }], &[]).unwrap();
        let back = &read_shard(&shard.bytes).unwrap()[0].record;
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(value(back), value(record));
        for damaged in [&b""[..], b"x", &shard.bytes[..20]] {
            assert!(read_shard(damaged).is_err());
        }
    }
}
