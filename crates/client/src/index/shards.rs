//! Sharded indexes (CEP 16): msgpack behind zstd, a file for each package name.

use std::collections::HashMap;

use bonded_model::{Sha256, Timestamp};
use rattler_conda_types::ShardedRepodata;
use serde_json::{Map, Number};
use url::Url;

use super::{Entries, Entry, IndexError, MAX_SHARD, MAX_SHARD_INDEX, at, unzstd};
use crate::channel::with_slash;
use crate::web::{Web, WebError};

/// Deeper than any record.
const MAX_DEPTH: usize = 32;

/// Which shard has which package.
#[derive(Debug)]
pub(super) struct ShardIndex {
    base: Url,
    shards: HashMap<String, Sha256>,
}

impl ShardIndex {
    /// Reads the index; also when it was made, and where the archives are.
    pub(super) fn read(
        base: &Url,
        url: &Url,
        bytes: &[u8],
    ) -> Result<(Self, Option<Timestamp>, Url), IndexError> {
        let wrong = |what: String| IndexError::Form { url: url.clone(), what };
        let plain = unzstd(url, bytes, MAX_SHARD_INDEX)?;
        let index: ShardedRepodata =
            rmp_serde::from_slice(&plain).map_err(|error| wrong(error.to_string()))?;
        let made_at =
            index.info.created_at.and_then(|at| Timestamp::from_timestamp_millis(at.as_millisecond()));
        let shards =
            index.shards.into_iter().map(|(name, digest)| (name, Sha256::from(<[u8; 32]>::from(digest))));
        let place = |told: &str| {
            let away = || wrong(format!("{told:?} leads away from the channel's server"));
            place(base, told).ok_or_else(away)
        };
        let shards = Self { base: place(&index.info.shards_base_url)?, shards: shards.collect() };
        Ok((shards, made_at, place(&index.info.base_url)?))
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.shards.keys().cloned().collect()
    }

    /// The entries of a package, from its shard.
    pub(super) async fn package(&self, web: &Web, name: &str) -> Result<Entries, IndexError> {
        let Some(digest) = self.shards.get(name) else { return Ok(Entries::new()) };
        let url = at(&self.base, &format!("{digest}.msgpack.zst"))?;
        let answer = web.get(&url, MAX_SHARD).await?;
        if answer.status != reqwest::StatusCode::OK {
            return Err(WebError::status(&url, answer.status).into());
        }
        // Signatures say what is true; this says what is whole, and tells an attack from a mistake.
        if Sha256::of(&answer.body) != *digest {
            return Err(IndexError::Shard(url));
        }
        let plain = unzstd(&url, &answer.body, MAX_SHARD)?;
        entries(&plain).ok_or_else(|| IndexError::Form { url, what: "it is no shard".to_owned() })
    }
}

/// Where the index says that something is: on the channel's own server. Nobody signs the index, so whoever writes it would
/// else choose whom we ask, and what an environment says of where its packages came from.
fn place(base: &Url, told: &str) -> Option<Url> {
    let place = with_slash(base.join(told).ok()?);
    let is_there = place.origin() == base.origin();
    (is_there && place.username().is_empty() && place.password().is_none()).then_some(place)
}

/// The entries of a shard. Its records have digests as bytes; apart from that they are those of `repodata.json`, so that
/// one signature fits both.
fn entries(plain: &[u8]) -> Option<Entries> {
    let mut rest = plain;
    let shard = rmpv::decode::read_value_with_max_depth(&mut rest, MAX_DEPTH).ok()?;
    let shard = json(shard).filter(|shard| shard.is_object() && rest.is_empty())?;
    let signatures = shard.get("signatures");
    let mut entries = Entries::new();
    for section in ["packages", "packages.conda"] {
        for (file, record) in shard.get(section).and_then(|records| records.as_object()).into_iter().flatten()
        {
            let signed = signatures.and_then(|files| files.get(file));
            let entry = Entry {
                file: file.clone(),
                record: serde_json::to_vec(record).ok()?,
                signatures: signed
                    .map_or_else(|| Some(b"{}".to_vec()), |signed| serde_json::to_vec(signed).ok())?,
            };
            entries.insert(file.clone(), entry);
        }
    }
    Some(entries)
}

/// A msgpack value as JSON: bytes become hexadecimal digits, as digests are written there.
fn json(value: rmpv::Value) -> Option<serde_json::Value> {
    Some(match value {
        rmpv::Value::Nil => serde_json::Value::Null,
        rmpv::Value::Boolean(value) => value.into(),
        rmpv::Value::Integer(value) => match (value.as_u64(), value.as_i64()) {
            (Some(value), _) => value.into(),
            (None, value) => value?.into(),
        },
        rmpv::Value::F64(value) => Number::from_f64(value)?.into(),
        rmpv::Value::String(value) => value.into_str()?.into(),
        rmpv::Value::Binary(value) => hex::encode(value).into(),
        rmpv::Value::Array(values) => values.into_iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        rmpv::Value::Map(members) => {
            let mut object = Map::new();
            for (key, value) in members {
                let rmpv::Value::String(key) = key else { return None };
                // Two members of one name are two truths.
                if object.insert(key.into_str()?, json(value)?).is_some() {
                    return None;
                }
            }
            object.into()
        }
        rmpv::Value::F32(_) | rmpv::Value::Ext(..) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(value: &rmpv::Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, value).unwrap();
        bytes
    }

    fn map(members: Vec<(&str, rmpv::Value)>) -> rmpv::Value {
        rmpv::Value::Map(members.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    #[test]
    fn an_index_leads_to_no_other_server_and_to_none_in_clear() {
        let base: Url = "https://h/team/noarch/".parse().unwrap();
        for (told, found) in [
            ("", "https://h/team/noarch/"),
            ("./shards/", "https://h/team/noarch/shards/"),
            ("/files", "https://h/files/"),
            ("https://h:443/x/", "https://h/x/"),
        ] {
            assert_eq!(place(&base, told).unwrap().as_str(), found);
        }
        for told in
            ["http://h/team/", "https://h:8443/", "https://other/", "//other/", "https://a:b@h/", "s3://h/"]
        {
            assert_eq!(place(&base, told), None, "{told}");
        }
    }

    #[test]
    fn digests_become_text() {
        let record = map(vec![
            ("sha256", rmpv::Value::Binary(vec![0xab; 32])),
            ("size", 7.into()),
            ("run_exports", map(vec![("weak", rmpv::Value::Array(vec!["a >=1".into()]))])),
        ]);
        let shard = map(vec![
            ("packages", map(vec![])),
            ("packages.conda", map(vec![("a-1-0.conda", record)])),
            ("signatures", map(vec![("a-1-0.conda", map(vec![("key", "x".into())]))])),
        ]);
        let entries = entries(&packed(&shard)).unwrap();
        let entry = &entries["a-1-0.conda"];
        let expected =
            format!(r#"{{"sha256":"{}","size":7,"run_exports":{{"weak":["a >=1"]}}}}"#, "ab".repeat(32));
        assert_eq!(String::from_utf8(entry.record.clone()).unwrap(), expected);
        assert_eq!(entry.signatures, br#"{"key":"x"}"#);
    }

    #[test]
    fn a_shard_that_says_something_twice_is_none() {
        let twice = map(vec![("packages", map(vec![])), ("packages", map(vec![]))]);
        assert_eq!(entries(&packed(&twice)), None);
        assert_eq!(entries(b"\xc1"), None);
    }
}
