//! From the development root to one with offline keys.

use bonded_model::Random;
use bonded_registry::Error;
use bonded_signing::{Delegation, PublicKey, RootRole, SigningKey};
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

use crate::world::{Client, MAIN, publish};

/// Three offline keys.
pub(crate) fn offline() -> Vec<SigningKey> {
    let random = Random::seeded(77);
    (0..3).map(|_| SigningKey::generate(&random)).collect()
}

/// A root by two of three keys, for this key manager.
pub(crate) fn successor(
    app: &TestApp,
    version: u64,
    keys: &[SigningKey],
    manager: PublicKey,
    signers: usize,
) -> Vec<u8> {
    let role = RootRole {
        version,
        timestamp: app.now(),
        expiration: app.now() + TimeDelta::days(365),
        root: Delegation::new(keys.iter().map(SigningKey::public), 2).unwrap(),
        key_mgr: Delegation::new([manager], 1).unwrap(),
    };
    let mut document = role.to_envelope().unwrap();
    for key in &keys[..signers] {
        document.sign_root(key, app.now());
    }
    document.to_bytes().unwrap()
}

/// The key manager's key that the root names.
pub(crate) fn manager_of(client: &Client) -> PublicKey {
    *client.root.role().key_mgr.pubkeys().first().unwrap()
}

/// How many key managers' keys wait for a root.
async fn count_waiting(app: &TestApp) -> usize {
    app.registry.waiting_key_managers().await.expect("the keys can be listed").len()
}

with_app! {
    async fn installed_clients_follow_from_the_development_root_to_the_one_of_a_ceremony(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let (pinned, keys) = (Client::new(&app).await, offline());
        let document = successor(&app, 2, &keys, manager_of(&pinned), 2);
        let adopted = app.registry.adopt_root(&app.operator(), &document).await.unwrap();
        assert!(adopted.version == 2 && adopted.ended_development, "{adopted:?}");
        let client = Client::following(&app, pinned.root).await;
        assert_eq!(client.root.role().root.threshold(), 2);
        assert_eq!(client.verify(&app, MAIN).await.len(), 1);
        let start = app.registry.set_up_trust(&app.operator()).await.unwrap();
        assert!(!start.development);
        let has_root = |file: std::fs::DirEntry| file.file_name().to_string_lossy().starts_with("root-");
        let mut files = std::fs::read_dir(app.trust_directory()).unwrap().map(Result::unwrap);
        assert!(!files.any(has_root), "the development root's key is destroyed");
        let next = successor(&app, 3, &keys, manager_of(&client), 2);
        assert!(!app.registry.adopt_root(&app.operator(), &next).await.unwrap().ended_development);
    }

    async fn a_root_that_clients_would_refuse_is_not_installed(app: TestApp) {
        let (client, keys) = (Client::new(&app).await, offline());
        let (manager, stranger) = (manager_of(&client), keys[2].public());
        let refused = [
            (successor(&app, 3, &keys, manager, 2), "does not follow"),
            (successor(&app, 1, &keys, manager, 2), "does not follow"),
            (successor(&app, 2, &keys, manager, 1), "not signed by 2 of its own keys"),
            (successor(&app, 2, &keys, stranger, 2), "names the key manager key"),
            (b"{}".to_vec(), "two members"),
        ];
        for (document, reason) in refused {
            let answer = app.registry.adopt_root(&app.operator(), &document).await;
            assert!(matches!(&answer, Err(Error::Invalid(text)) if text.contains(reason)), "{reason}: {answer:?}");
        }
        assert_eq!(Client::new(&app).await.root.version(), 1);
        assert!(app.registry.set_up_trust(&app.operator()).await.unwrap().development);
    }

    async fn a_root_that_has_ended_is_not_installed(app: TestApp) {
        let (operator, client, keys) = (app.operator(), Client::new(&app).await, offline());
        let second = successor(&app, 2, &keys, manager_of(&client), 2);
        app.advance(TimeDelta::days(365));
        let late = app.registry.adopt_root(&operator, &second).await;
        assert!(matches!(&late, Err(Error::Invalid(text)) if text.contains("root 2 ended at")), "{late:?}");
        app.registry.forget_trust(&operator).await.unwrap();
        let manager = app.registry.new_key_manager_key(&operator).await.unwrap();
        let first = successor(&app, 1, &keys, manager, 2);
        app.advance(TimeDelta::days(365));
        let late = app.registry.adopt_root(&operator, &first).await;
        assert!(matches!(&late, Err(Error::Invalid(text)) if text.contains("root 1 ended at")), "{late:?}");
        assert!(app.registry.trust_summary().await.unwrap().is_none());
    }

    async fn a_key_manager_that_no_root_names_yet_is_shown(app: TestApp) {
        let (operator, keys) = (app.operator(), offline());
        app.registry.forget_trust(&operator).await.unwrap();
        let old = count_waiting(&app).await;
        let manager = app.registry.new_key_manager_key(&operator).await.unwrap();
        let waiting = app.registry.waiting_key_managers().await.unwrap();
        assert!(waiting.len() == old + 1 && waiting.iter().any(|key| key.to_string() == manager.to_string()));
        app.registry.adopt_root(&operator, &successor(&app, 1, &keys, manager, 2)).await.unwrap();
        let next = app.registry.new_key_manager_key(&operator).await.unwrap();
        let summary = app.registry.trust_summary().await.unwrap().unwrap();
        let shown: Vec<_> = summary.waiting_key_managers.iter().map(ToString::to_string).collect();
        assert!(shown.contains(&next.to_string()) && !shown.contains(&manager.to_string()), "{shown:?}");
    }

    async fn a_root_that_was_made_before_the_first_start_is_the_first_one(app: TestApp) {
        let operator = app.operator();
        // As before the first start.
        app.registry.forget_trust(&operator).await.unwrap();
        let manager = app.registry.new_key_manager_key(&operator).await.unwrap();
        let keys = offline();
        let refused = [
            (successor(&app, 2, &keys, manager, 2), "root 1"),
            (successor(&app, 1, &keys, manager, 1), "not signed by 2 of its own keys"),
            (successor(&app, 1, &keys, keys[2].public(), 2), "names the key manager key"),
        ];
        for (document, reason) in refused {
            let answer = app.registry.adopt_root(&operator, &document).await;
            assert!(matches!(&answer, Err(Error::Invalid(text)) if text.contains(reason)), "{reason}: {answer:?}");
        }
        let adopted = app.registry.adopt_root(&operator, &successor(&app, 1, &keys, manager, 2)).await.unwrap();
        assert!(adopted.version == 1 && !adopted.ended_development, "{adopted:?}");
        assert!(!app.registry.set_up_trust(&operator).await.unwrap().development);
        publish(&app, MAIN, &["a"]).await;
        let client = Client::new(&app).await;
        assert_eq!(client.root.role().root.threshold(), 2);
        assert_eq!(client.verify(&app, MAIN).await.len(), 1);
    }

    async fn after_a_theft_another_key_manager_and_another_package_manager_sign(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let (operator, pinned, keys) = (app.operator(), Client::new(&app).await, offline());
        let stolen = manager_of(&pinned);
        app.registry.adopt_root(&operator, &successor(&app, 2, &keys, stolen, 2)).await.unwrap();
        let manager = app.registry.new_key_manager_key(&operator).await.unwrap();
        app.registry.adopt_root(&operator, &successor(&app, 3, &keys, manager, 2)).await.unwrap();
        app.registry.rotate_package_manager(&operator, true).await.unwrap();
        app.settle().await;
        let client = Client::following(&app, pinned.root.clone()).await;
        assert_eq!(manager_of(&client), manager);
        assert!(client.keys().is_disjoint(&pinned.keys()));
        assert_eq!(client.verify(&app, MAIN).await.len(), 1);
        let left = app.trust_directory().join(format!("key_mgr-{stolen}.key"));
        assert!(!left.exists(), "no root names it any more");
    }

    async fn after_the_loss_of_all_keys_of_the_server_clients_follow_to_new_ones(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let (operator, pinned, keys) = (app.operator(), Client::new(&app).await, offline());
        app.registry.adopt_root(&operator, &successor(&app, 2, &keys, manager_of(&pinned), 2)).await.unwrap();
        for file in std::fs::read_dir(app.trust_directory()).unwrap() {
            std::fs::remove_file(file.unwrap().path()).unwrap();
        }
        let after = app.beside().await;
        assert!(after.registry.set_up_trust(&operator).await.is_err());
        let manager = after.registry.new_key_manager_key(&operator).await.unwrap();
        after.registry.adopt_root(&operator, &successor(&app, 3, &keys, manager, 2)).await.unwrap();
        after.registry.rotate_package_manager(&operator, true).await.unwrap();
        after.registry.set_up_trust(&operator).await.unwrap();
        app.settle().await;
        let client = Client::following(&app, pinned.root).await;
        assert_eq!(client.verify(&app, MAIN).await.len(), 1);
        publish(&after, MAIN, &["b"]).await;
    }

    async fn a_root_by_new_keys_alone_is_not_installed_after_a_ceremony(app: TestApp) {
        let (client, keys) = (Client::new(&app).await, offline());
        let manager = manager_of(&client);
        app.registry.adopt_root(&app.operator(), &successor(&app, 2, &keys, manager, 2)).await.unwrap();
        let random = Random::seeded(7_800);
        let others: Vec<_> = (0..3).map(|_| SigningKey::generate(&random)).collect();
        let forged = app.registry.adopt_root(&app.operator(), &successor(&app, 3, &others, manager, 2)).await;
        assert!(matches!(&forged, Err(Error::Invalid(text)) if text.contains("keys of root 2")), "{forged:?}");
    }
}
