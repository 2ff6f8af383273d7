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

#[cfg(test)]
mod tests {
    use rattler_conda_types::ShardedRepodata;

    use super::*;
    use crate::conda::samples::moment;

    fn read(bytes: &[u8]) -> ShardedRepodata {
        rmp_serde::from_slice(&zstd::decode_all(bytes).unwrap()).unwrap()
    }

    #[test]
    fn rattler_reads_ten_thousand_shards() {
        let names: Vec<String> = (0..10_000).map(|n| format!("package-{n}")).collect();
        let shards = || names.iter().map(|name| (name.as_str(), Sha256::of(name.as_bytes())));
        let bytes = shard_index("linux-64", moment(), shards()).unwrap();
        let read = read(&bytes);
        assert_eq!(read.shards.len(), 10_000);
        for (name, digest) in shards() {
            assert_eq!(read.shards[name].as_slice(), digest.as_bytes());
        }
        assert_eq!((read.info.subdir.as_str(), read.info.base_url.as_str()), ("linux-64", ""));
        assert_eq!(read.info.shards_base_url, "./shards/");
        assert_eq!(
            read.info.created_at.map(|at| at.to_string()).as_deref(),
            Some("2026-01-02T03:04:05.678Z")
        );
        assert_eq!(bytes, shard_index("linux-64", moment(), shards().rev()).unwrap(), "in any order");
    }

    #[test]
    fn the_index_of_an_empty_subdir_is_stable() {
        let bytes = shard_index("noarch", moment(), []).unwrap();
        assert!(read(&bytes).shards.is_empty());
        let plain = zstd::decode_all(bytes.as_slice()).unwrap();
        let shown: serde_json::Value = rmp_serde::from_slice(&plain).unwrap();
        insta::assert_snapshot!(shown, @r#"{"version":1,"info":{"base_url":"","created_at":"2026-01-02T03:04:05.678Z","shards_base_url":"./shards/","subdir":"noarch"},"shards":{}}"#);
        let size = zstd::zstd_safe::get_frame_content_size(&bytes);
        assert_eq!(size.ok().flatten(), Some(plain.len() as u64));
    }
}
