//! What pages show of roots, keys and signatures, and to whom.

use bonded_model::trust::{Signing, SigningProgress};
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, ChannelFormat, Random, Visibility};
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_registry::projects::FileView;
use bonded_registry::trust::{ChannelTrust, Term, TrustPage};
use bonded_signing::SigningKey;
use bonded_testkit::fixtures::Package;
use bonded_testkit::{TestApp, with_app};

use crate::adopt::{manager_of, offline, successor};
use crate::publishers::{TEAM, channel, key, signature, upload};
use crate::world::{Client, MAIN, publish, publisher};

async fn page(app: &TestApp, channel: &str) -> TrustPage {
    app.registry.trust_page(&Actor::Anonymous, channel).await.expect("a public conda channel")
}

async fn trust(app: &TestApp, channel: &str) -> ChannelTrust {
    page(app, channel).await.trust.expect("a signed channel")
}

/// The only file of a project.
async fn file(app: &TestApp, channel: &str, project: &str) -> FileView {
    let page = app.registry.project_page(&Actor::Anonymous, channel, project, None).await.expect("a project");
    page.releases[0].files[0].clone()
}

with_app! {
    async fn a_page_shows_the_chain_from_the_root_to_the_key_that_signs(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let (client, shown) = (Client::new(&app).await, trust(&app, MAIN).await);
        assert!(shown.development && shown.roots.len() == 1 && shown.resigning.is_none(), "{shown:?}");
        assert_eq!(shown.roots[0].fingerprint, client.root.fingerprint().to_string());
        assert_eq!((shown.root_term, shown.key_manager.term), (Term::Good, Term::Good));
        let keys = client.keys();
        assert!(keys.contains(&(*shown.server_keys[0].key.as_bytes()).into()) && keys.len() == 1);
        let signed = file(&app, MAIN, "a").await.signed.unwrap();
        assert_eq!((signed[0].key, &signed[0].publisher), (shown.server_keys[0].key, &None));
        assert_eq!(signed.len(), 1);
    }

    async fn roots_stand_there_newest_first_and_the_development_root_ends_with_a_ceremony(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let client = Client::new(&app).await;
        assert!(app.registry.has_development_root().await);
        let seen = async || app.registry.project_page(&Actor::Anonymous, MAIN, "a", None).await.unwrap();
        assert!(seen().await.development_root);
        let document = successor(&app, 2, &offline(), manager_of(&client), 2);
        app.registry.adopt_root(&app.operator(), &document).await.unwrap();
        let shown = trust(&app, MAIN).await;
        let versions: Vec<_> = shown.roots.iter().map(|root| root.version).collect();
        assert!(versions == [2, 1] && !shown.development, "{shown:?}");
        assert_eq!((shown.roots[0].root_threshold, shown.roots[0].root_keys.len()), (2, 3));
        assert!(!app.registry.has_development_root().await && !seen().await.development_root);
    }

    async fn a_private_channel_has_no_trust_page_for_those_outside(app: TestApp) {
        app.channel("hidden", ChannelFormat::Conda, Visibility::Private).await;
        for name in ["hidden", "unknown"] {
            let answer = app.registry.trust_page(&Actor::Anonymous, name).await;
            assert!(matches!(answer, Err(Error::Denied(Denial::Unauthenticated(_)))), "{name}: {answer:?}");
        }
        let python = app.registry.trust_page(&Actor::Anonymous, "pypi").await;
        assert!(matches!(python, Err(Error::NotFound(_))), "{python:?}");
        let operator = app.registry.trust_page(&Actor::Operator, "hidden").await.unwrap();
        assert_eq!(operator.role, Some(ChannelRole::Admin));
    }

    async fn a_channel_that_nobody_signs_shows_neither_keys_nor_signatures(app: TestApp) {
        publish(&app, MAIN, &["a"]).await;
        let main = app.registry.channel_named(&app.operator(), MAIN).await.unwrap();
        app.registry.set_signing(&app.operator(), &main, Signing::Off).await.unwrap();
        let shown = page(&app, MAIN).await;
        assert!(shown.trust.is_none() && shown.channel.signing == Signing::Off);
        assert_eq!(file(&app, MAIN, "a").await.signed, Some(Vec::new()));
        app.settle().await;
    }

    async fn publishers_keys_have_names_and_what_they_sign_too(app: TestApp) {
        let channel = channel(&app).await;
        let (operator, token) = (app.operator(), publisher(&app).await);
        let package = Package::noarch("a", "1.0");
        upload(&app, &token, &package, &signature(&app, &package, &key(1))).await.expect(201);
        let shown = trust(&app, TEAM).await;
        assert_eq!(shown.publisher_keys.len(), 1);
        assert_eq!((shown.publisher_keys[0].name.as_str(), &shown.publisher_keys[0].added_by), ("ada's", &None));
        assert!(shown.resigning.is_none() && trust(&app, MAIN).await.publisher_keys.is_empty());
        let signed = file(&app, TEAM, "a").await.signed.unwrap();
        assert_eq!(signed[0].publisher.as_deref(), Some("ada's"));
        assert_eq!(signed[0].key, shown.publisher_keys[0].key);
        app.registry.remove_publisher_key(&operator, &channel, &key(1).public(), true).await.unwrap();
        assert_eq!(file(&app, TEAM, "a").await.signed, Some(Vec::new()), "the signature counts no more");
        app.settle().await;
    }

    async fn a_page_shows_how_far_signing_with_another_key_has_come(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a", "b"]).await;
        let change = |from: &str, to: &str| {
            format!("UPDATE conda_files SET record = replace(record, '{from}', '{to}') WHERE package = 'a'")
        };
        app.tamper(&change("[]", r#"["evil"]"#)).await;
        app.registry.rotate_package_manager(&app.operator(), false).await.unwrap();
        assert!(app.registry.publish_everything().await.is_err());
        let progress = |signed| Some(SigningProgress { records: 2, signed });
        assert_eq!(trust(&app, MAIN).await.resigning, progress(0), "a record that was changed stops it");
        app.tamper(&change(r#"["evil"]"#, "[]")).await;
        app.registry.publish_everything().await.unwrap();
        assert_eq!(trust(&app, MAIN).await.resigning, progress(2), "signed, and not shown yet");
        app.settle().await;
        assert_eq!(trust(&app, MAIN).await.resigning, None);
    }

    async fn the_progress_of_a_new_key_counts_what_does_not_show_it_yet(app: TestApp) {
        publish(&app, MAIN, &["a", "b"]).await;
        let main = app.registry.channel_named(&app.operator(), MAIN).await.unwrap().id;
        let present = trust(&app, MAIN).await.server_keys[0].key;
        let stranger = (*SigningKey::generate(&Random::seeded(9)).public().as_bytes()).into();
        let mut reader = app.registry.store.read().await.unwrap();
        let progress = reader.signing_progress(main, &stranger).await.unwrap();
        assert_eq!((progress.records, progress.signed), (2, 0));
        let progress = reader.signing_progress(main, &present).await.unwrap();
        assert_eq!((progress.records, progress.signed), (0, 0), "nothing waits for it");
    }

    async fn files_of_python_projects_are_never_said_to_be_unsigned(app: TestApp) {
        let token = publisher(&app).await;
        let wheel = bonded_testkit::fixtures::Wheel::new("acme", "1.0");
        app.upload_wheel("pypi", &token, &wheel).await.expect(200);
        assert_eq!(file(&app, "pypi", "acme").await.signed, None);
    }
}
