//! A client that verifies everything, and packages for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use bonded_indexes::conda::read_shard;
use bonded_model::token::Verb;
use bonded_signing::{PublicKey, TrustedKeyManager, TrustedRoot, verify_record};
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::Package;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The channel of every new registry, which the server signs.
pub(crate) const MAIN: &str = "main";

/// Whose signatures each file's record has.
pub(crate) type Signers = BTreeMap<String, BTreeSet<PublicKey>>;

#[derive(Deserialize)]
struct Repodata {
    packages: BTreeMap<String, Box<RawValue>>,
    #[serde(rename = "packages.conda")]
    conda_packages: BTreeMap<String, Box<RawValue>>,
    signatures: BTreeMap<String, Box<RawValue>>,
}

/// What a client trusts: it follows the roots, and takes the key manager of now.
pub(crate) struct Client {
    pub(crate) root: TrustedRoot,
    pub(crate) manager: TrustedKeyManager,
}

impl Client {
    /// Pins the first root.
    pub(crate) async fn new(app: &TestApp) -> Self {
        let first = app.get("/1.root.json").await.expect(200);
        Self::following(app, TrustedRoot::pin(&first.body, None).expect("a root")).await
    }

    /// Follows to the newest root.
    pub(crate) async fn following(app: &TestApp, mut root: TrustedRoot) -> Self {
        loop {
            let next = app.get(&format!("/{}.root.json", root.version() + 1)).await;
            if next.status() == 404 {
                break;
            }
            root = root.update(&next.expect(200).body).expect("the next root");
        }
        let document = app.get("/key_mgr.json").await.expect(200);
        let manager = TrustedKeyManager::verify(&root, &document.body, app.now(), 0).expect("a key manager");
        Self { root, manager }
    }

    /// The keys that may sign records.
    pub(crate) fn keys(&self) -> BTreeSet<PublicKey> {
        self.manager.package_managers().pubkeys().clone()
    }

    /// Verifies every record of noarch in `repodata.json`, which says the same as the compressed form and the shards.
    pub(crate) async fn verify(&self, app: &TestApp, channel: &str) -> Signers {
        let subdir = app.subdir(channel, "noarch");
        let json = subdir.get("repodata.json").await.expect(200);
        assert_eq!(subdir.get("repodata.json.zst").await.expect(200).unzstd(), json.body);
        let repodata: Repodata = serde_json::from_slice(&json.body).expect("a signed repodata");
        let records = repodata.packages.iter().chain(&repodata.conda_packages);
        let signers: Signers = records
            .map(|(name, record)| {
                let made = repodata.signatures.get(name).expect("signatures of each file");
                (name.clone(), self.signers(name, record.get(), made.get()))
            })
            .collect();
        assert_eq!(self.verify_shards(app, channel).await, signers);
        signers
    }

    /// The same for the shards.
    pub(crate) async fn verify_shards(&self, app: &TestApp, channel: &str) -> Signers {
        let subdir = app.subdir(channel, "noarch");
        let mut signers = Signers::new();
        for digest in subdir.shards().await.values() {
            let shard = subdir.get(&format!("shards/{digest}.msgpack.zst")).await.expect(200);
            for entry in read_shard(&shard.body).expect("a shard") {
                let made = serde_json::to_string(&entry.signatures).expect("JSON");
                signers.insert(entry.filename.clone(), self.signers(&entry.filename, &entry.record, &made));
            }
        }
        signers
    }

    fn signers(&self, name: &str, record: &str, signatures: &str) -> BTreeSet<PublicKey> {
        let verified = verify_record(&self.manager, name, "noarch", record.as_bytes(), signatures.as_bytes());
        let keys = verified.unwrap_or_else(|error| panic!("{name}: {error}")).keys;
        let all: BTreeMap<String, Box<RawValue>> = serde_json::from_str(signatures).expect("an object");
        assert_eq!(all.len(), keys.len(), "only authorised signatures are published");
        keys
    }
}

/// A new token, of a new administrator, that may do everything in every channel.
pub(crate) async fn publisher(app: &TestApp) -> String {
    static NUMBERS: AtomicU32 = AtomicU32::new(1);
    let name = format!("publisher{}", NUMBERS.fetch_add(1, Ordering::Relaxed));
    let user = app.admin(&name).await;
    app.token(&user, Grant::verbs(Verb::ALL)).await
}

/// Publishes packages of one file each, and lets the full repodata follow.
pub(crate) async fn publish(app: &TestApp, channel: &str, names: &[&str]) {
    let token = publisher(app).await;
    for name in names {
        app.upload_conda(channel, &token, &Package::noarch(name, "1.0")).await.expect(201);
    }
    app.settle().await;
}

/// The statement with which somebody has a package depend on theirs, behind the server's back.
pub(crate) fn change(package: &str) -> String {
    replace(package, r#""depends":[]"#, r#""depends":["evil"]"#)
}

/// The statement that takes it back.
pub(crate) fn mend(package: &str) -> String {
    replace(package, r#""depends":["evil"]"#, r#""depends":[]"#)
}

/// The statement that replaces text in the record of a package.
pub(crate) fn replace(package: &str, from: &str, to: &str) -> String {
    format!("UPDATE conda_files SET record = replace(record, '{from}', '{to}') WHERE package = '{package}'")
}

/// The path of the yank of a release that [`publish`] made.
pub(crate) fn yank(channel: &str, project: &str) -> String {
    format!("/api/bonded/v1/channels/{channel}/projects/{project}/releases/1.0/yank")
}

/// The file of a package that [`publish`] made.
pub(crate) fn file(name: &str) -> String {
    format!("{name}-1.0-0.conda")
}
