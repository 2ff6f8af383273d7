//! Records are signed when they become visible, and nothing becomes visible that does not verify.

use std::collections::BTreeSet;

use bonded_model::trust::Signing;
use bonded_model::{ChannelFormat, Visibility};
use bonded_registry::Error;
use bonded_registry::trust::offline_record;
use bonded_testkit::fixtures::Package;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use serde_json::json;

use crate::publishers;
use crate::world::{Client, MAIN, change, file, mend, publish, publisher, yank};

/// What `bonded admin file restore-record` does with a package of noarch.
async fn restore(app: &TestApp, channel: &str, file: &str) -> Result<bool, Error> {
    let operator = app.operator();
    let channel = app.registry.channel_named(&operator, channel).await?;
    app.registry.restore_record(&operator, &channel, &format!("noarch/{file}")).await
}

with_app! {
    async fn every_record_is_signed_in_repodata_and_shards(app: TestApp) {
        let token = publisher(&app).await;
        let exporting = Package { run_exports: Some(json!({"weak": ["a >=1"]})), ..Package::noarch("a", "1.0") };
        for package in [exporting, Package::noarch("a", "1.0").tar_bz2()] {
            let odd = package.says("license", json!("Ünïcode \u{1f600} \u{7f} / <"));
            app.upload_conda(MAIN, &token, &odd).await.expect(201);
        }
        let at_once = Client::new(&app).await.verify_shards(&app, MAIN).await;
        app.settle().await;
        let client = Client::new(&app).await;
        assert_eq!(client.verify(&app, MAIN).await, at_once, "signed from the first moment");
        assert_eq!(at_once.len(), 2);
        assert!(at_once.values().all(|keys| *keys == client.keys()));
    }

    async fn an_empty_signed_subdir_says_that_it_is_signed(app: TestApp) {
        let token = publisher(&app).await;
        publish(&app, MAIN, &["a"]).await;
        app.delete(&format!("/api/v1/delete/{MAIN}/noarch/{}", file("a"))).token(&token).await.expect(204);
        app.settle().await;
        assert!(Client::new(&app).await.verify(&app, MAIN).await.is_empty());
    }

    async fn a_record_that_was_changed_in_the_database_is_not_published(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        let before = app.subdir(MAIN, "noarch").repodata().await;
        app.tamper(&change("a")).await;
        let token = publisher(&app).await;
        app.upload_conda(MAIN, &token, &Package::noarch("a", "2.0")).await.expect(201);
        let subdir = app.subdir(MAIN, "noarch");
        assert_eq!(subdir.names_in_shards().await, BTreeSet::from([file("a"), file("b")]), "all or nothing");
        assert_eq!(subdir.repodata().await, before);
        let ready = app.get("/ready").await.expect(200);
        assert!(String::from_utf8_lossy(&ready.body).contains("does not verify"), "{ready:?}");
        app.tamper(&mend("a")).await;
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 3);
        assert_eq!(app.get("/ready").await.expect(200).body, "ready\n");
    }

    async fn a_package_that_is_published_does_not_hide_that_another_one_is_not(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        app.tamper(&change("a")).await;
        let token = publisher(&app).await;
        app.upload_conda(MAIN, &token, &Package::noarch("b", "1.0")).await.expect(201);
        assert!(app.registry.publish_everything().await.is_err(), "the full repodata has both");
        assert_eq!(app.registry.unpublished_subdirs(), 1);
        app.upload_conda(MAIN, &token, &Package::noarch("c", "1.0")).await.expect(201);
        assert_eq!(app.subdir(MAIN, "noarch").names_in_shards().await.len(), 3, "a shard of its own");
        assert_eq!(app.registry.unpublished_subdirs(), 1);
        app.tamper(&mend("a")).await;
        app.settle().await;
        assert_eq!(app.registry.unpublished_subdirs(), 0);
    }

    async fn a_record_that_does_not_verify_holds_back_its_own_name_alone(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        app.tamper("UPDATE conda_files SET record = replace(record, '[]', '[\"evil\"]') WHERE package = 'a'").await;
        let token = publisher(&app).await;
        app.upload_conda(MAIN, &token, &Package::noarch("a", "2.0")).await.expect(201);
        app.upload_conda(MAIN, &token, &Package::noarch("c", "1.0")).await.expect(201);
        let shown = app.subdir(MAIN, "noarch").names_in_shards().await;
        assert_eq!(shown, BTreeSet::from([file("a"), file("b"), file("c")]), "a as it was, c at once");
        assert_eq!(app.registry.unpublished_subdirs(), 1, "it is told of all the same");
        let before = app.registry.store.read().await.unwrap().all_subdirs().await.unwrap();
        assert!(app.registry.publish_everything().await.is_err());
        assert_eq!(app.registry.store.read().await.unwrap().all_subdirs().await.unwrap(), before, "no new index");
        restore(&app, MAIN, &file("a")).await.unwrap();
        assert_eq!(Client::new(&app).await.verify_shards(&app, MAIN).await.len(), 4);
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 4);
        assert_eq!(app.registry.unpublished_subdirs(), 0);
    }

    async fn a_record_that_cannot_be_read_is_told_of(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        let token = publisher(&app).await;
        app.tamper("UPDATE conda_files SET record = '{', run_exports = 'x' WHERE package = 'a'").await;
        app.upload_conda(MAIN, &token, &Package::noarch("a", "2.0")).await.expect(201);
        let ready = app.get("/ready").await.expect(200);
        assert!(ready.text().contains("new packages or signatures of 1 conda subdirs"), "{ready:?}");
        restore(&app, MAIN, &file("a")).await.unwrap();
        app.settle().await;
        assert_eq!(app.get("/ready").await.expect(200).text(), "ready\n");
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 2);
    }

    async fn what_a_server_could_not_publish_the_others_know_and_what_they_could_it_knows(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        let (beside, token) = (app.beside().await, publisher(&app).await);
        app.tamper("UPDATE conda_files SET run_exports = 'x' WHERE package = 'a'").await;
        app.upload_conda(MAIN, &token, &Package::noarch("a", "2.0")).await.expect(201);
        assert!(beside.registry.publish_everything().await.is_err());
        assert_eq!([&app, &beside].map(|app| app.registry.unpublished_subdirs()), [1, 1]);
        restore(&beside, MAIN, &file("a")).await.unwrap();
        beside.registry.publish_everything().await.unwrap();
        app.registry.publish_everything().await.unwrap();
        assert_eq!([&app, &beside].map(|app| app.registry.unpublished_subdirs()), [0, 0]);
    }

    async fn a_restored_record_is_that_of_the_upload(app: TestApp) {
        let mut app = app;
        let token = publisher(&app).await;
        let exporting = Package { run_exports: Some(json!({"weak": ["a >=1"]})), ..Package::noarch("a", "1.0") };
        app.upload_conda(MAIN, &token, &exporting).await.expect(201);
        publish(&app, MAIN, &["b"]).await;
        let yank = format!("/api/bonded/v1/channels/{MAIN}/projects/b/releases/1.0/yank");
        app.post(&yank).token(&token).await.expect(204);
        app.settle().await;
        let before = app.subdir(MAIN, "noarch").repodata().await;
        app.tamper("UPDATE conda_files SET record = '{', run_exports = NULL, build = 'x', filename = package || '.conda'")
            .await;
        for name in ["a", "b"] {
            restore(&app, MAIN, &file(name)).await.unwrap();
        }
        app.settle().await;
        assert_eq!(app.subdir(MAIN, "noarch").repodata().await, before);
        let events = app.registry.store.read().await.unwrap().audit_rows(0, 1_000).await.unwrap();
        assert_eq!(events.iter().filter(|row| row.body.contains("project:record:restore")).count(), 2);
        app.delete(&yank).token(&token).await.expect(204);
        app.settle().await;
        let record = &app.subdir(MAIN, "noarch").repodata().await["packages.conda"][file("b")];
        assert!(record.get("revoked").is_none(), "{record}");
        assert!(restore(&app, MAIN, "c-1.0-0.conda").await.is_err() && restore(&app, "pypi", "x").await.is_err());
    }

    async fn a_record_is_not_restored_from_another_archive(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        app.tamper("UPDATE files SET sha256 = (SELECT sha256 FROM files WHERE name LIKE '%b-1.0%') WHERE name LIKE '%a-1.0%'")
            .await;
        let refused = restore(&app, MAIN, &file("a")).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }

    async fn a_record_under_another_files_name_is_not_published(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        app.tamper("UPDATE conda_files SET filename = 'a-9.0-0.conda' WHERE package = 'a'").await;
        let token = publisher(&app).await;
        app.upload_conda(MAIN, &token, &Package::noarch("a", "2.0")).await.expect(201);
        assert_eq!(app.subdir(MAIN, "noarch").names_in_shards().await, BTreeSet::from([file("a")]));
        app.tamper("UPDATE conda_files SET filename = 'a-1.0-0.conda' WHERE filename = 'a-9.0-0.conda'").await;
    }

    async fn a_record_whose_signature_was_dropped_is_not_published(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        app.tamper("CREATE TABLE kept AS SELECT * FROM record_signatures; DELETE FROM record_signatures").await;
        let token = publisher(&app).await;
        app.upload_conda(MAIN, &token, &Package::noarch("a", "2.0")).await.expect(201);
        assert_eq!(app.subdir(MAIN, "noarch").names_in_shards().await, BTreeSet::from([file("a")]));
        app.tamper("INSERT INTO record_signatures SELECT * FROM kept").await;
    }

    async fn an_index_is_made_anew_long_before_clients_call_it_old(app: TestApp) {
        publish(&app, MAIN, &["a", "b"]).await;
        let subdir = app.subdir(MAIN, "noarch");
        let (made_at, shards) = (subdir.made_at().await, subdir.shards().await);
        let repodata = subdir.repodata().await;
        app.registry.publish_everything().await.unwrap();
        assert_eq!(subdir.made_at().await, made_at, "it is not old");
        app.advance(TimeDelta::days(8));
        app.registry.publish_everything().await.unwrap();
        assert!(subdir.made_at().await >= made_at + TimeDelta::days(8));
        assert_eq!((subdir.shards().await, subdir.repodata().await), (shards, repodata), "nothing else changed");
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 2);
    }

    async fn an_index_is_made_anew_without_a_record_that_does_not_verify(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        let made_at = app.subdir(MAIN, "noarch").made_at().await;
        let change = |from: &str, to: &str| {
            format!("UPDATE conda_files SET record = replace(record, '{from}', '{to}') WHERE package = 'a'")
        };
        app.tamper(&change(r#""depends":[]"#, r#""depends":["evil"]"#)).await;
        app.advance(TimeDelta::days(8));
        assert!(app.registry.publish_everything().await.is_err());
        assert!(app.subdir(MAIN, "noarch").made_at().await > made_at);
        // It stays there as it was.
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 2);
        app.tamper(&change(r#""depends":["evil"]"#, r#""depends":[]"#)).await;
        app.registry.publish_everything().await.unwrap();
    }

    async fn a_channel_can_be_unsigned_and_signed_again(app: TestApp) {
        publish(&app, MAIN, &["a", "b"]).await;
        let operator = app.operator();
        let channel = app.registry.channel_named(&operator, MAIN).await.unwrap();
        app.registry.set_signing(&operator, &channel, Signing::Off).await.unwrap();
        app.settle().await;
        let repodata = app.subdir(MAIN, "noarch").repodata().await;
        assert!(repodata.get("signatures").is_none() && repodata["packages.conda"].get(file("a")).is_some());
        let token = publisher(&app).await;
        app.upload_conda(MAIN, &token, &Package::noarch("c", "1.0")).await.expect(201);
        app.registry.set_signing(&operator, &channel, Signing::Server).await.unwrap();
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 3);
        let python = app.registry.channel_named(&operator, "pypi").await.unwrap();
        assert!(app.registry.set_signing(&operator, &python, Signing::Server).await.is_err());
    }

    async fn a_package_that_nobody_could_yank_is_refused(app: TestApp) {
        let (token, operator) = (publisher(&app).await, app.operator());
        publishers::channel(&app).await;
        let off = app.channel("off", ChannelFormat::Conda, Visibility::Public).await;
        app.registry.set_signing(&operator, &off, Signing::Off).await.unwrap();
        let (package, text) = (Package::noarch("a", "1.0"), "x".repeat(1 << 20));
        let exporting = Package { run_exports: Some(json!({"weak": [text]})), ..package.clone() };
        for long in [package.clone().says("license", json!(text)), exporting] {
            for channel in [MAIN, "off", publishers::TEAM] {
                let sent = app.upload_conda(channel, &token, &long);
                let answer = match channel {
                    publishers::TEAM => {
                        let made = publishers::signature(&app, &package, &publishers::key(1));
                        sent.header("x-bonded-signature", &made).await
                    }
                    _ => sent.await,
                };
                assert!(answer.expect(422).text().contains("1048576 are the limit"), "{channel}");
            }
            let bytes = long.build();
            let digests = bonded_blobs::digests(bytes.as_slice()).unwrap();
            let name = long.filename().parse().unwrap();
            assert!(offline_record(std::io::Cursor::new(bytes), name, &digests, app.now()).is_err());
        }
        let longest = package.says("license", json!("x".repeat((1 << 20) - 1_000)));
        app.upload_conda(MAIN, &token, &longest).await.expect(201);
        app.post(&yank(MAIN, "a")).token(&token).await.expect(204);
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 1);
    }

    async fn a_private_channel_is_signed_like_any_other(app: TestApp) {
        app.channel("team", ChannelFormat::Conda, Visibility::Private).await;
        let token = publisher(&app).await;
        app.upload_conda("team", &token, &Package::noarch("a", "1.0")).await.expect(201);
        app.settle().await;
        let repodata = app.subdir("team", "noarch").with(&token).repodata().await;
        assert_eq!(repodata["signatures"].as_object().unwrap().len(), 1);
    }
}
