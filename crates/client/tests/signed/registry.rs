//! A registry with one channel, `team`, as it should be; attacks change what it serves.

use std::collections::BTreeMap;

use bonded_client::channel::ChannelRef;
use bonded_model::{Sha256, Timestamp};
use bonded_signing::sign_record;
use rmpv::Value as Pack;
use serde_json::{Map, Value, json};

use crate::archive::Archive;
use crate::keys::{FIRST, MANAGER, key, now};
use crate::server::Site;

/// Which indexes the channel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Shards,
    Full,
}

pub(crate) const BOTH: [Form; 2] = [Form::Shards, Form::Full];

/// What an index says of a file.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) record: Value,
    pub(crate) signatures: Map<String, Value>,
}

pub(crate) struct Registry {
    pub(crate) site: Site,
    pub(crate) form: Form,
    pub(crate) listed: BTreeMap<String, Listed>,
    pub(crate) made_at: Timestamp,
    /// Where the index of shards says that archives and shards are.
    pub(crate) base_urls: [String; 2],
}

impl Registry {
    /// With a root, a key manager and these packages, all as they should be.
    pub(crate) async fn with(form: Form, archives: &[Archive]) -> Self {
        let base_urls = ["".to_owned(), "./shards/".to_owned()];
        let (site, listed) = (Site::start().await, BTreeMap::new());
        let mut registry = Self { site, form, listed, made_at: now(), base_urls };
        registry.site.put("/team/1.root.json", FIRST.signed_by(&[1, 2]));
        registry.site.put("/team/key_mgr.json", MANAGER.signed_by(10));
        for archive in archives {
            registry.add(archive, &[20]);
        }
        registry.publish();
        registry
    }

    /// Adds a package whose record is signed by these keys.
    pub(crate) fn add(&mut self, archive: &Archive, signers: &[u64]) {
        let record = archive.record();
        let signatures = signers.iter().map(|signer| signature(&record, *signer)).collect();
        self.site.put(&format!("/team/noarch/{}", archive.file()), archive.bytes());
        self.listed.insert(archive.file(), Listed { record, signatures });
    }

    /// Renders the indexes from what is listed.
    pub(crate) fn publish(&self) {
        for path in self.site.paths().iter().filter(|path| path.contains("repodata")) {
            self.site.remove(path);
        }
        self.site.put("/team/noarch/repodata.json", self.full().to_string());
        if self.form == Form::Shards {
            self.publish_shards();
        }
    }

    /// Renders the shards alone: `repodata.json` stays as it is.
    pub(crate) fn publish_shards(&self) {
        let mut shards: BTreeMap<String, Vec<(&String, &Listed)>> = BTreeMap::new();
        for (file, listed) in &self.listed {
            let name = file.rsplitn(3, '-').last().unwrap();
            shards.entry(name.to_owned()).or_default().push((file, listed));
        }
        let index = shards.into_iter().map(|(name, files)| {
            let bytes = shard(&files);
            let digest = Sha256::of(&bytes);
            self.site.put(&format!("/team/noarch/shards/{digest}.msgpack.zst"), bytes);
            (Pack::from(name), Pack::Binary(digest.as_bytes().to_vec()))
        });
        let index = Pack::Map(index.collect());
        let info = pack(&json!({
            "base_url": self.base_urls[0], "shards_base_url": self.base_urls[1], "subdir": "noarch",
            "created_at": self.made_at.to_rfc3339(),
        }));
        let index =
            Pack::Map(vec![("version".into(), 1.into()), ("info".into(), info), ("shards".into(), index)]);
        self.site.put("/team/noarch/repodata_shards.msgpack.zst", compressed(&index));
    }

    fn full(&self) -> Value {
        let records: Map<String, Value> =
            self.listed.iter().map(|(file, listed)| (file.clone(), listed.record.clone())).collect();
        let signatures: Map<String, Value> = self
            .listed
            .iter()
            .map(|(file, listed)| (file.clone(), listed.signatures.clone().into()))
            .collect();
        json!({
            "info": {"subdir": "noarch"}, "packages": {}, "packages.conda": records, "removed": [],
            "signatures": signatures, "repodata_version": 1,
        })
    }

    pub(crate) fn channel(&self) -> ChannelRef {
        let alias = format!("http://{}/", self.site.address).parse().unwrap();
        ChannelRef::parse("team", &alias).unwrap()
    }

    /// Changes what is said of a file, and publishes that.
    pub(crate) fn tamper(&mut self, file: &str, change: impl FnOnce(&mut Listed)) {
        change(self.listed.get_mut(file).unwrap());
        self.publish();
    }
}

/// An entry of `signatures`.
pub(crate) fn signature(record: &Value, signer: u64) -> (String, Value) {
    let signed = sign_record(record.to_string().as_bytes(), &key(signer)).unwrap();
    (signed.key.to_string(), json!({ "signature": signed.signature.to_string() }))
}

fn shard(files: &[(&String, &Listed)]) -> Vec<u8> {
    let records = files.iter().map(|(file, listed)| (Pack::from(file.as_str()), pack(&listed.record)));
    let signatures = files
        .iter()
        .map(|(file, listed)| (Pack::from(file.as_str()), pack(&listed.signatures.clone().into())));
    compressed(&Pack::Map(vec![
        ("packages".into(), Pack::Map(Vec::new())),
        ("packages.conda".into(), Pack::Map(records.collect())),
        ("removed".into(), Pack::Array(Vec::new())),
        ("signatures".into(), Pack::Map(signatures.collect())),
    ]))
}

/// JSON as msgpack, digests as bytes.
fn pack(value: &Value) -> Pack {
    match value {
        Value::Null => Pack::Nil,
        Value::Bool(value) => (*value).into(),
        Value::Number(value) => value.as_u64().unwrap().into(),
        Value::String(value) => value.as_str().into(),
        Value::Array(values) => Pack::Array(values.iter().map(pack).collect()),
        Value::Object(members) => Pack::Map(members.iter().map(|(key, value)| member(key, value)).collect()),
    }
}

fn member(key: &str, value: &Value) -> (Pack, Pack) {
    let packed = match (key, value.as_str()) {
        ("sha256", Some(text)) => Pack::Binary(hex::decode(text).unwrap()),
        _ => pack(value),
    };
    (key.into(), packed)
}

fn compressed(value: &Pack) -> Vec<u8> {
    let mut plain = Vec::new();
    rmpv::encode::write_value(&mut plain, value).unwrap();
    zstd::encode_all(&plain[..], 3).unwrap()
}
