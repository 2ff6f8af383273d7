//! Another signer: readers see all old signatures until they see all new ones.

use std::collections::BTreeSet;

use bonded_indexes::conda::read_shard;
use bonded_model::trust::Signing;
use bonded_model::{Channel, ChannelFormat, Visibility};
use bonded_registry::Error;
use bonded_testkit::fixtures::Package;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use serde_json::json;

use crate::publishers::{self, TEAM, channel, key, signature};
use crate::world::{Client, MAIN, change, file, mend, publish, publisher, replace, yank};

async fn set(app: &TestApp, channel: &Channel, signing: Signing) {
    app.registry.set_signing(&app.operator(), channel, signing).await.unwrap();
}

async fn main_channel(app: &TestApp) -> Channel {
    app.registry.channel_named(&app.operator(), MAIN).await.unwrap()
}

/// Whose signatures the records in the shards have; more than one answer is a mixture.
async fn signers(app: &TestApp, channel: &str) -> BTreeSet<Vec<String>> {
    let subdir = app.subdir(channel, "noarch");
    let mut signers = BTreeSet::new();
    for digest in subdir.shards().await.values() {
        let shard = subdir.get(&format!("shards/{digest}.msgpack.zst")).await.expect(200);
        for entry in read_shard(&shard.body).expect("a shard") {
            let made = serde_json::to_value(&entry.signatures).unwrap();
            signers.insert(made.as_object().unwrap().keys().cloned().collect());
        }
    }
    signers
}

with_app! {
    async fn a_channel_that_becomes_signed_is_all_unsigned_until_it_is_all_signed(app: TestApp) {
        let mut app = app;
        let (main, token, unsigned) = (main_channel(&app).await, publisher(&app).await, BTreeSet::from([vec![]]));
        publish(&app, MAIN, &["a", "b", "c", "d", "e"]).await;
        set(&app, &main, Signing::Off).await;
        app.settle().await;
        assert_eq!(signers(&app, MAIN).await, unsigned);
        // A number that has no canonical form: the signing cannot end.
        let (whole, broken) = (r#""depends":[]"#, r#""depends":[1e999]"#);
        app.tamper(&format!("DELETE FROM record_signatures; {}", replace("d", whole, broken))).await;
        set(&app, &main, Signing::Server).await;
        assert!(app.registry.publish_everything().await.is_err());
        app.upload_conda(MAIN, &token, &Package::noarch("late", "1.0")).await.expect(201);
        assert_eq!(signers(&app, MAIN).await, unsigned, "also what is signed already");
        assert_eq!(app.subdir(MAIN, "noarch").names_in_shards().await.len(), 6);
        app.tamper(&replace("d", broken, whole)).await;
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 6);
    }

    async fn while_a_channel_becomes_signed_no_generation_is_a_mixture(app: TestApp) {
        let (main, token) = (main_channel(&app).await, publisher(&app).await);
        for n in 0..12 {
            app.upload_conda(MAIN, &token, &Package::noarch(&format!("p{n}"), "1.0")).await.expect(201);
        }
        set(&app, &main, Signing::Off).await;
        app.settle().await;
        app.registry.rotate_package_manager(&app.operator(), true).await.unwrap();
        set(&app, &main, Signing::Server).await;
        app.upload_conda(MAIN, &token, &Package::noarch("late", "1.0")).await.expect(201);
        loop {
            let seen = signers(&app, MAIN).await;
            assert_eq!(seen.len(), 1, "{seen:?}");
            if seen != BTreeSet::from([vec![]]) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 13);
    }

    async fn what_the_server_signs_after_publishers_is_what_they_signed(app: TestApp) {
        let mut app = app;
        let (team, token) = (channel(&app).await, publisher(&app).await);
        for name in ["a", "b", "c", "d", "e"] {
            let package = Package::noarch(name, "1.0");
            publishers::upload(&app, &token, &package, &signature(&app, &package, &key(1))).await.expect(201);
        }
        app.settle().await;
        let by_ada = BTreeSet::from([vec![key(1).public().to_string()]]);
        app.tamper(&change("d")).await;
        set(&app, &team, Signing::Server).await;
        assert!(app.registry.publish_everything().await.is_err());
        app.upload_conda(TEAM, &token, &Package::noarch("late", "1.0")).await.expect(201);
        assert_eq!(signers(&app, TEAM).await, by_ada, "what the server signed waits");
        let repodata = app.subdir(TEAM, "noarch").repodata().await;
        assert_eq!(repodata["packages.conda"][file("d")]["depends"], json!([]));
        let taken = app.registry.remove_publisher_key(&app.operator(), &team, &key(1).public(), false).await;
        assert!(matches!(taken, Err(Error::Conflict(_))), "readers still rely on it: {taken:?}");
        app.tamper(&mend("d")).await;
        app.settle().await;
        let seen = Client::new(&app).await.verify(&app, TEAM).await;
        assert_eq!(seen.len(), 6);
        assert!(seen.values().all(|keys| !keys.contains(&key(1).public())), "{seen:?}");
    }

    async fn what_no_publisher_signed_is_not_signed_by_the_server_either(app: TestApp) {
        let (team, token) = (channel(&app).await, publisher(&app).await);
        let package = Package::noarch("a", "1.0");
        publishers::upload(&app, &token, &package, &signature(&app, &package, &key(1))).await.expect(201);
        app.post(&yank(TEAM, "a")).token(&token).await.expect(204);
        let refused = app.registry.set_signing(&app.operator(), &team, Signing::Server).await;
        assert!(matches!(&refused, Err(Error::Invalid(text)) if text.contains("no publisher")), "{refused:?}");
        set(&app, &team, Signing::Off).await;
        set(&app, &team, Signing::Server).await;
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, TEAM).await.len(), 1, "whoever runs the server wants it so");
    }

    async fn a_key_is_named_as_long_as_an_index_shows_it_though_the_channel_is_signed_no_more(app: TestApp) {
        let other = app.channel("other", ChannelFormat::Conda, Visibility::Public).await;
        publish(&app, "other", &["z"]).await;
        set(&app, &other, Signing::Off).await;
        publish(&app, MAIN, &["a"]).await;
        app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        set(&app, &main_channel(&app).await, Signing::Off).await;
        let subdirs = app.registry.store.read().await.unwrap().all_subdirs().await.unwrap();
        let elsewhere = subdirs.iter().find(|subdir| subdir.channel == other.id).unwrap();
        // Which lets go of keys that nobody sees.
        app.registry.publish_repodata(elsewhere.id).await.unwrap();
        let client = Client::new(&app).await;
        assert_eq!((client.keys().len(), client.verify(&app, MAIN).await.len()), (2, 1));
        app.settle().await;
        app.registry.publish_everything().await.unwrap();
        assert_eq!(Client::new(&app).await.keys().len(), 1);
        assert_eq!(signers(&app, MAIN).await, BTreeSet::from([vec![]]));
    }

    async fn a_server_goes_on_with_the_signing_that_another_one_left_in_the_middle(app: TestApp) {
        let mut app = app;
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        publish(&app, MAIN, &names).await;
        let old = Client::new(&app).await.keys();
        app.tamper(&change("e")).await;
        let new = app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        let began = app.now();
        assert!(app.registry.publish_everything().await.is_err());
        let waiting = app.registry.trust_summary().await.unwrap().unwrap().waiting;
        assert_eq!(waiting, 4, "three were signed at once, and with the next three it ended");
        let seen = Client::new(&app).await.verify(&app, MAIN).await;
        assert!(seen.values().all(|keys| *keys == old), "{seen:?}");
        app.tamper(&mend("e")).await;
        app.advance(TimeDelta::minutes(1));
        let beside = app.beside().await;
        beside.registry.publish_everything().await.unwrap();
        let seen = Client::new(&beside).await.verify(&beside, MAIN).await;
        assert!(seen.len() == 7 && seen.values().all(|keys| keys.is_disjoint(&old)), "{seen:?}");
        let (main, mut first) = (main_channel(&app).await, 0);
        let mut reader = app.registry.store.read().await.unwrap();
        for name in names {
            let found = reader.file_by_name(main.id, &format!("noarch/{}", file(name))).await.unwrap().unwrap();
            let signers = reader.signers_of(found.id).await.unwrap();
            let signed = signers.iter().find(|signer| signer.key == new).unwrap();
            first += usize::from(signed.signed_at == began);
        }
        assert_eq!(first, 3, "what was signed is not signed again");
    }
}
