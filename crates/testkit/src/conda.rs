//! Reading a conda channel as its clients do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bonded_model::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use serde_json::Value;

use crate::TestApp;
use crate::http::Request;

/// A subdir of a channel, seen by one caller.
pub struct Subdir<'a> {
    app: &'a TestApp,
    base: String,
    token: Option<String>,
}

/// A shard.
#[derive(Debug, Deserialize)]
pub struct Shard {
    packages: BTreeMap<String, Listed>,
    #[serde(rename = "packages.conda")]
    conda_packages: BTreeMap<String, Listed>,
    /// Files that left the index.
    pub removed: BTreeSet<String>,
}

/// What of a record matters here.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Listed {
    #[serde(default)]
    revoked: bool,
}

impl Shard {
    /// Whether a file of it is withdrawn.
    ///
    /// # Panics
    /// When the file is not in it.
    pub fn is_revoked(&self, name: &str) -> bool {
        let listed = self.packages.get(name).or_else(|| self.conda_packages.get(name));
        listed.unwrap_or_else(|| panic!("the shard has no {name}")).revoked
    }

    /// The names of its files.
    pub fn names(&self) -> BTreeSet<String> {
        self.packages.keys().chain(self.conda_packages.keys()).cloned().collect()
    }
}

impl TestApp {
    /// A subdir as an anonymous caller sees it.
    pub fn subdir(&self, channel: &str, subdir: &str) -> Subdir<'_> {
        Subdir { app: self, base: format!("/{channel}/{subdir}"), token: None }
    }
}

impl Subdir<'_> {
    /// The same subdir as the holder of this token sees it.
    #[must_use]
    pub fn with(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// A file of the subdir.
    pub fn get(&self, file: &str) -> Request {
        let request = self.app.get(&format!("{}/{file}", self.base));
        match &self.token {
            Some(token) => request.token(token),
            None => request,
        }
    }

    /// The shard index: package names with the digests of their shards.
    pub async fn shards(&self) -> BTreeMap<String, String> {
        let index: ShardIndex = self.get("repodata_shards.msgpack.zst").await.expect(200).msgpack();
        index.shards.into_iter().map(|(name, digest)| (name, digest.0)).collect()
    }

    /// When the shard index says that it was made.
    pub async fn made_at(&self) -> Timestamp {
        let index: ShardIndex = self.get("repodata_shards.msgpack.zst").await.expect(200).msgpack();
        index.info.created_at
    }

    /// The shard with this digest; it must be there.
    pub async fn shard(&self, digest: &str) -> Shard {
        let answer = self.get(&format!("shards/{digest}.msgpack.zst")).await.expect(200);
        assert_eq!(
            bonded_model::Sha256::of(&answer.body).to_string(),
            digest,
            "a shard is what its name says"
        );
        answer.msgpack()
    }

    /// The files that the shards name, all of them.
    pub async fn names_in_shards(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for digest in self.shards().await.values() {
            names.extend(self.shard(digest).await.names());
        }
        names
    }

    /// `repodata.json`.
    pub async fn repodata(&self) -> Value {
        self.get("repodata.json").await.expect(200).json()
    }

    /// The files that `repodata.json` names.
    pub async fn names_in_json(&self) -> BTreeSet<String> {
        names_in(&self.repodata().await)
    }

    /// The files that `repodata.json.zst` names.
    ///
    /// # Panics
    /// When it is not JSON behind zstd.
    pub async fn names_in_zst(&self) -> BTreeSet<String> {
        let plain = self.get("repodata.json.zst").await.expect(200).unzstd();
        names_in(&serde_json::from_slice(&plain).expect("repodata is JSON"))
    }
}

/// The files that a repodata names.
///
/// # Panics
/// When it has not both sections.
pub fn names_in(repodata: &Value) -> BTreeSet<String> {
    let section = |key| repodata[key].as_object().unwrap_or_else(|| panic!("{key} of {repodata}"));
    section("packages").keys().chain(section("packages.conda").keys()).cloned().collect()
}

#[derive(Deserialize)]
struct ShardIndex {
    info: Info,
    shards: BTreeMap<String, Digest>,
}

#[derive(Deserialize)]
struct Info {
    created_at: Timestamp,
}

/// Bytes in the binary type of msgpack, as hexadecimal.
struct Digest(String);

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Digest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a digest in bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Digest, E> {
                Ok(Digest(hex::encode(bytes)))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}
