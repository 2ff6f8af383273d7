//! Keys: the first ones, new ones, the end of old ones, and documents that are renewed in time.

use std::collections::BTreeSet;
use std::fs;

use bonded_model::Random;
use bonded_registry::Error;
use bonded_signing::{SigningKey, TrustedKeyManager};
use bonded_testkit::fixtures::Package;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use serde_json::json;

use crate::publishers::key;
use crate::world::{Client, MAIN, change, file, mend, publish, publisher, yank};

/// How many secret keys of a role the server has.
fn key_files(app: &TestApp, role: &str) -> usize {
    let files = fs::read_dir(app.trust_directory()).expect("the trust directory");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("a name"));
    names.filter(|name| name.starts_with(role)).count()
}

with_app! {
    async fn the_first_start_makes_a_development_root(app: TestApp) {
        let operator = app.operator();
        let start = app.registry.set_up_trust(&operator).await.unwrap();
        let client = Client::new(&app).await;
        assert!(start.development && start.version == 1, "{start:?}");
        assert_eq!(start.fingerprint, client.root.fingerprint().to_string());
        assert_eq!(["root", "key_mgr", "pkg_mgr"].map(|role| key_files(&app, role)), [1; 3], "made once");
        let beside = app.beside().await;
        let other = beside.registry.set_up_trust(&operator).await.unwrap();
        assert_eq!(other.fingerprint, start.fingerprint, "a second server goes on with the same keys");
    }

    async fn a_server_whose_keys_do_not_chain_to_the_root_does_not_start(app: TestApp) {
        let keys = app.trust_directory();
        for role in ["root", "key_mgr", "pkg_mgr"] {
            let file = fs::read_dir(&keys).unwrap().map(|file| file.unwrap().path());
            let file = file.into_iter().find(|path| path.to_string_lossy().contains(&format!("/{role}-"))).unwrap();
            let hidden = keys.join("hidden");
            fs::rename(&file, &hidden).unwrap();
            let beside = app.beside().await;
            let refused = beside.registry.set_up_trust(&app.operator()).await;
            assert!(matches!(&refused, Err(Error::Invalid(text)) if text.contains("trust directory")), "{refused:?}");
            fs::rename(&hidden, &file).unwrap();
        }
    }

    async fn a_server_whose_key_manager_does_not_name_its_keys_does_not_start(app: TestApp) {
        let mut app = app;
        let operator = app.operator();
        let start = async |app: &TestApp| app.beside().await.registry.set_up_trust(&app.operator()).await;
        let main = app.registry.channel_named(&operator, MAIN).await.unwrap();
        app.registry.rotate_package_manager(&operator, true).await.unwrap();
        for step in ["rotated", "added"] {
            start(&app).await.unwrap();
            app.tamper(&format!(
                "CREATE TABLE {step} AS SELECT * FROM trust_key_managers;
                 DELETE FROM trust_key_managers WHERE version = (SELECT MAX(version) FROM trust_key_managers)"
            ))
            .await;
            let refused = start(&app).await;
            assert!(matches!(&refused, Err(Error::Invalid(text)) if text.contains("does not name")), "{refused:?}");
            app.tamper(&format!(
                "INSERT INTO trust_key_managers SELECT * FROM {step} WHERE TRUE ON CONFLICT DO NOTHING"
            ))
            .await;
            if step == "rotated" {
                app.registry.add_publisher_key(&operator, &main, &key(1).public(), "ada's").await.unwrap();
            }
        }
    }

    async fn the_key_manager_is_renewed_before_it_ends(app: TestApp) {
        let first = Client::new(&app).await.manager;
        app.advance(TimeDelta::days(15));
        app.registry.renew_trust().await.unwrap();
        assert_eq!(Client::new(&app).await.manager.version(), 1, "half of its time is not over");
        app.advance(TimeDelta::days(1));
        app.registry.renew_trust().await.unwrap();
        app.registry.renew_trust().await.unwrap();
        let second = Client::new(&app).await.manager;
        assert_eq!(second.version(), 2);
        assert_eq!(second.package_managers(), first.package_managers());
        assert_eq!(second.role().expiration - app.now(), TimeDelta::days(31));
    }

    async fn clients_that_saw_more_than_a_restored_database_follow_after_a_renewal(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        let operator = app.operator();
        for _ in 0..2 {
            app.registry.renew_key_manager_now(&operator, false).await.unwrap();
        }
        let client = Client::new(&app).await;
        assert_eq!(client.manager.version(), 3);
        app.tamper("DELETE FROM trust_key_managers WHERE version > 1").await;
        let restored = app.beside().await;
        let trusted = async || {
            let document = restored.get("/key_mgr.json").await.expect(200);
            TrustedKeyManager::verify(&client.root, &document.body, app.now(), client.manager.version())
        };
        restored.registry.renew_key_manager_now(&operator, false).await.unwrap();
        assert!(trusted().await.is_err(), "one more than the backup is still less than clients saw");
        let version = restored.registry.renew_key_manager_now(&operator, true).await.unwrap();
        assert_eq!(trusted().await.unwrap().version(), version);
        let counted = restored.registry.renew_key_manager_now(&operator, false).await.unwrap();
        assert_eq!(counted, version + 1);
        restored.registry.rotate_package_manager(&operator, true).await.unwrap();
        restored.registry.publish_everything().await.unwrap();
        assert_eq!(Client::new(&restored).await.verify_shards(&restored, MAIN).await.len(), 1);
    }

    async fn a_key_that_was_made_ahead_signs_once_it_is_rotated_to(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let operator = app.operator();
        let key = app.registry.new_package_manager_key(&operator).await.unwrap();
        assert!(!Client::new(&app).await.keys().contains(&key), "it is only there");
        app.registry.rotate_package_manager_to(&operator, Some(key), false).await.unwrap();
        app.settle().await;
        let client = Client::new(&app).await;
        assert_eq!(client.keys(), BTreeSet::from([key]));
        client.verify(&app, MAIN).await;
        app.registry.rotate_package_manager(&operator, true).await.unwrap();
        let stranger = SigningKey::generate(&Random::seeded(9)).public();
        for unfit in [key, stranger] {
            let refused = app.registry.rotate_package_manager_to(&operator, Some(unfit), true).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        }
        app.settle().await;
    }

    async fn a_development_root_is_followed_by_the_next_before_it_ends(app: TestApp) {
        let pinned = Client::new(&app).await.root;
        app.advance(TimeDelta::days(320));
        app.registry.renew_trust().await.unwrap();
        let client = Client::following(&app, pinned).await;
        assert_eq!(client.root.version(), 2);
        assert!(client.root.role().expiration > app.now() + TimeDelta::days(300));
    }

    async fn a_new_key_signs_everything_and_the_old_one_goes(app: TestApp) {
        publish(&app, MAIN, &["a", "b"]).await;
        let before = Client::new(&app).await;
        let old = before.keys();
        let key = app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        let key = BTreeSet::from([(*key.as_bytes()).into()]);
        let again = app.registry.rotate_package_manager(&app.operator(), false).await;
        // The worker may have been faster than this test.
        assert!(matches!(again, Err(Error::Conflict(_))) || Client::new(&app).await.keys() == key, "{again:?}");
        app.settle().await;
        let after = Client::following(&app, before.root).await;
        if again.is_err() {
            assert_eq!(after.keys(), key, "the old key is named no more");
        }
        assert!(old.is_disjoint(&after.keys()));
        let signers = after.verify(&app, MAIN).await;
        assert!(signers.len() == 2 && signers.values().all(|keys| *keys == after.keys()), "{signers:?}");
        assert_eq!(key_files(&app, "pkg_mgr"), 1, "its secret half is gone");
        let summary = app.registry.trust_summary().await.unwrap().unwrap();
        assert_eq!((summary.waiting, summary.signers.len()), (0, 1));
    }

    async fn while_records_are_signed_anew_a_subdir_shows_all_old_signatures_or_all_new_ones(app: TestApp) {
        let token = publisher(&app).await;
        for n in 0..20 {
            app.upload_conda(MAIN, &token, &Package::noarch(&format!("p{n}"), "1.0")).await.expect(201);
        }
        let client = Client::new(&app).await;
        let old = client.keys();
        app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        app.upload_conda(MAIN, &token, &Package::noarch("late", "1.0")).await.expect(201);
        loop {
            let now = Client::following(&app, client.root.clone()).await;
            let signers: BTreeSet<_> = now.verify_shards(&app, MAIN).await.into_values().collect();
            assert_eq!(signers.len(), 1, "one key for all records: {signers:?}");
            if now.keys().is_disjoint(&old) {
                break;
            }
            app.advance(TimeDelta::seconds(1));
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 21);
    }

    async fn a_stolen_key_is_named_no_more_from_that_moment(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let old = Client::new(&app).await;
        app.registry.rotate_package_manager(&app.operator(), true).await.unwrap();
        let now = Client::following(&app, old.root.clone()).await;
        assert!(now.keys().is_disjoint(&old.keys()));
        assert_eq!(key_files(&app, "pkg_mgr"), 1);
        app.settle().await;
        assert_eq!(now.verify(&app, MAIN).await.len(), 1);
        let document = app.get("/key_mgr.json").await.expect(200);
        let version = TrustedKeyManager::verify(&now.root, &document.body, app.now(), 0).unwrap().version();
        assert_eq!(version, 2);
    }

    async fn a_record_whose_old_signature_was_deleted_is_not_signed_anew(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        app.tamper(
            "CREATE TABLE kept AS SELECT * FROM record_signatures;
             DELETE FROM record_signatures WHERE file_id IN (SELECT file_id FROM conda_files WHERE package = 'a')",
        )
        .await;
        app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        assert!(app.registry.publish_everything().await.is_err());
        let shown = Client::new(&app).await.verify(&app, MAIN).await;
        assert_eq!(shown.len(), 2, "what was published is served on");
        assert_eq!(app.registry.unpublished_subdirs(), 1);
        assert!(app.get("/ready").await.expect(200).text().contains("conda subdirs"));
        app.tamper("INSERT INTO record_signatures SELECT * FROM kept WHERE TRUE ON CONFLICT DO NOTHING").await;
        app.settle().await;
        assert_eq!(Client::new(&app).await.keys().len(), 1);
        assert_eq!(app.get("/ready").await.expect(200).body, "ready\n");
    }

    async fn records_of_a_quarantined_project_are_signed_anew_like_others(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        app.tamper("UPDATE projects SET status = 'quarantined' WHERE name = 'a'").await;
        app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        app.settle().await;
        assert_eq!(Client::new(&app).await.keys().len(), 1);
    }

    async fn new_signatures_wait_until_no_copy_of_the_key_manager_is_older_than_their_key(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let old = Client::new(&app).await.keys();
        app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        app.registry.publish_everything().await.unwrap();
        let signers = Client::new(&app).await.verify_shards(&app, MAIN).await;
        assert_eq!(signers[&file("a")], old, "a client may still have the document from before");
        app.advance(bonded_registry::trust::KEY_MANAGER_CACHED);
        app.registry.publish_everything().await.unwrap();
        let signers = Client::new(&app).await.verify_shards(&app, MAIN).await;
        assert!(signers[&file("a")].is_disjoint(&old));
    }

    async fn ended_keys_are_destroyed_wherever_a_copy_of_them_lies(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let keys = app.trust_directory();
        let files = || fs::read_dir(&keys).unwrap().map(|file| file.unwrap().path());
        let old = files().find(|path| path.to_string_lossy().contains("/pkg_mgr-")).unwrap();
        let (copy, foreign) = (fs::read(&old).unwrap(), keys.join("pkg_mgr-of-somebody-else.key"));
        app.registry.rotate_package_manager(&app.operator(), true).await.unwrap();
        app.settle().await;
        assert!(!old.exists());
        fs::write(&old, copy).unwrap();
        fs::write(&foreign, "x").unwrap();
        let beside = app.beside().await;
        beside.registry.set_up_trust(&app.operator()).await.unwrap();
        assert!(!old.exists(), "it came back, from a backup or another server");
        assert!(foreign.exists(), "what no change has ended is left alone");
        assert_eq!(key_files(&app, "key_mgr"), 1);
    }

    async fn a_document_that_ends_is_told(app: TestApp) {
        let ready = async || app.get("/ready").await.expect(200).text().to_owned();
        assert_eq!(ready().await, "ready\n");
        app.advance(TimeDelta::days(20));
        assert!(ready().await.contains("key_mgr.json ends at"), "it should have been renewed");
        app.advance(TimeDelta::days(12));
        assert!(ready().await.contains("key_mgr.json ended at"));
        let terms = app.registry.trust_terms().await.unwrap().unwrap();
        assert!(terms.key_manager_seconds < 0 && terms.root_seconds > 0);
        app.advance(TimeDelta::days(340));
        assert!(ready().await.contains("the root of trust ended at"));
    }

    async fn without_trust_nothing_becomes_unsigned(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        app.registry.forget_trust(&app.operator()).await.unwrap();
        let token = publisher(&app).await;
        app.upload_conda(MAIN, &token, &Package::noarch("b", "1.0")).await.expect(503);
        assert!(app.subdir(MAIN, "noarch").repodata().await.get("signatures").is_some());
        app.registry.set_up_trust(&app.operator()).await.unwrap();
        app.upload_conda(MAIN, &token, &Package::noarch("b", "1.0")).await.expect(201);
        app.registry.publish_everything().await.unwrap();
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 2);
    }

    async fn a_record_that_was_changed_before_a_stolen_key_is_dropped_is_not_signed_anew(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        app.tamper(&change("a")).await;
        app.registry.rotate_package_manager(&app.operator(), true).await.unwrap();
        assert!(app.registry.publish_everything().await.is_err());
        let repodata = app.subdir(MAIN, "noarch").repodata().await;
        assert_eq!(repodata["packages.conda"][file("a")]["depends"], json!([]), "nobody sees it");
        // What came since the theft bears the second key alone.
        let token = publisher(&app).await;
        app.upload_conda(MAIN, &token, &Package::noarch("c", "1.0")).await.expect(201);
        app.registry.rotate_package_manager(&app.operator(), true).await.unwrap();
        assert!(app.registry.publish_everything().await.is_err(), "nor after another theft");
        app.tamper(&mend("a")).await;
        app.settle().await;
        let client = Client::new(&app).await;
        assert_eq!((client.verify(&app, MAIN).await.len(), client.keys().len()), (3, 1));
    }

    async fn a_record_that_was_changed_before_the_keys_were_lost_is_not_signed_anew(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        app.tamper(&change("a")).await;
        app.registry.forget_trust(&app.operator()).await.unwrap();
        app.registry.set_up_trust(&app.operator()).await.unwrap();
        assert!(app.registry.publish_everything().await.is_err());
        let repodata = app.subdir(MAIN, "noarch").repodata().await;
        assert_eq!(repodata["packages.conda"][file("a")]["depends"], json!([]), "nobody sees it");
        app.tamper(&mend("a")).await;
        app.registry.publish_everything().await.unwrap();
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 2);
    }

    async fn a_signature_of_a_key_that_ended_before_vouches_for_nothing(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        let keep = |name: &str| {
            format!(
                "CREATE TABLE {name}_signatures AS SELECT * FROM record_signatures;
                 CREATE TABLE {name}_files AS SELECT * FROM conda_files"
            )
        };
        let put = |name: &str| {
            format!(
                "DELETE FROM record_signatures; INSERT INTO record_signatures SELECT * FROM {name}_signatures;
                 UPDATE conda_files SET record = (SELECT record FROM {name}_files)"
            )
        };
        app.tamper(&keep("old")).await;
        app.post(&yank(MAIN, "a")).token(&publisher(&app).await).await.expect(204);
        app.registry.rotate_package_manager(&app.operator(), true).await.unwrap();
        app.settle().await;
        app.tamper(&keep("new")).await;
        app.tamper(&put("old")).await;
        app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        assert!(app.registry.publish_everything().await.is_err(), "the yank would be undone");
        app.tamper(&put("new")).await;
        app.settle().await;
        let repodata = app.subdir(MAIN, "noarch").repodata().await;
        assert_eq!(repodata["packages.conda"][file("a")]["revoked"], json!(true));
    }

    async fn a_changed_record_is_not_signed_anew(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        app.tamper(&change("a")).await;
        app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        assert!(app.registry.publish_everything().await.is_err());
        let old = Client::new(&app).await;
        assert_eq!(old.keys().len(), 2, "the old key stays until all is signed");
        old.verify(&app, MAIN).await;
        app.tamper(&mend("a")).await;
        app.settle().await;
        assert_eq!(Client::new(&app).await.keys().len(), 1);
    }
}
