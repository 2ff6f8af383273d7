//! The index of shards, `repodata_shards.msgpack.zst` (CEP 16).

use std::collections::BTreeMap;

use bonded_model::{Sha256, Timestamp};
use chrono::SecondsFormat;
use serde::Serialize;

use super::WriteError;
use super::shard::{Binary, compress};

/// Where shards are, seen from the index.
const SHARDS_BASE_URL: &str = "./shards/";

#[derive(Serialize)]
struct Index<'a> {
    version: u8,
    info: Info<'a>,
    shards: BTreeMap<&'a str, Binary<[u8; 32]>>,
}

#[derive(Serialize)]
struct Info<'a> {
    /// Archives are beside the index. Clients insist on the field.
    base_url: &'a str,
    created_at: String,
    shards_base_url: &'a str,
    subdir: &'a str,
}

/// The index of a subdir, compressed as it is served: package names, in any order, with the digests of their shards.
/// `created_at` is the moment of the generation that it belongs to.
///
/// # Errors
/// None in practice: memory takes every byte.
pub fn shard_index<'a>(
    subdir: &str,
    created_at: Timestamp,
    shards: impl IntoIterator<Item = (&'a str, Sha256)>,
) -> Result<Vec<u8>, WriteError> {
    compress(&Index {
        version: 1,
        info: Info {
            base_url: "",
            created_at: created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            shards_base_url: SHARDS_BASE_URL,
            subdir,
        },
        shards: shards.into_iter().map(|(name, sha256)| (name, Binary(*sha256.as_bytes()))).collect(),
    })
}
