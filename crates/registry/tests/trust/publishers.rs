//! Channels whose publishers sign with keys that the server does not have.

use std::collections::BTreeSet;

use bonded_model::trust::Signing;
use bonded_model::{Channel, ChannelFormat, Random, Visibility};
use bonded_registry::Error;
use bonded_registry::trust::offline_record;
use bonded_signing::{SigningKey, sign_record};
use bonded_testkit::fixtures::Package;
use bonded_testkit::http::{Answer, Multipart};
use bonded_testkit::{TestApp, with_app};

use crate::world::{Client, publisher};

/// The channel of [`channel`].
pub(crate) const TEAM: &str = "team";

/// A publisher's key.
pub(crate) fn key(seed: u64) -> SigningKey {
    SigningKey::generate(&Random::seeded(seed * 1_000))
}

/// A channel whose publisher has the key of seed 1.
pub(crate) async fn channel(app: &TestApp) -> Channel {
    let operator = app.operator();
    let channel = app.channel(TEAM, ChannelFormat::Conda, Visibility::Public).await;
    app.registry.add_publisher_key(&operator, &channel, &key(1).public(), "ada's").await.unwrap();
    app.registry.set_signing(&operator, &channel, Signing::Publisher).await.unwrap();
    channel
}

/// What `bonded trust sign-package` prints.
pub(crate) fn signature(app: &TestApp, package: &Package, key: &SigningKey) -> String {
    let bytes = package.build();
    let digests = bonded_blobs::digests(bytes.as_slice()).unwrap();
    let name = package.filename().parse().unwrap();
    let record = offline_record(std::io::Cursor::new(bytes), name, &digests, app.now()).unwrap();
    sign_record(record.record.as_bytes(), key).unwrap().to_string()
}

/// Uploads with the signature in a header.
pub(crate) async fn upload(app: &TestApp, token: &str, package: &Package, signature: &str) -> Answer {
    app.upload_conda(TEAM, token, package).header("x-bonded-signature", signature).await
}

with_app! {
    async fn only_what_a_publisher_signed_is_taken(app: TestApp) {
        let channel = channel(&app).await;
        let token = publisher(&app).await;
        let package = Package::noarch("a", "1.0");
        let honest = signature(&app, &package, &key(1));
        for wrong in [
            signature(&app, &package, &key(2)),
            signature(&app, &Package::noarch("a", "2.0"), &key(1)),
            signature(&app, &package.clone().file("share/evil", b"x"), &key(1)),
            honest.to_uppercase(),
            "x".to_owned(),
        ] {
            upload(&app, &token, &package, &wrong).await.expect(422);
        }
        let missing = app.upload_conda(TEAM, &token, &package).await.expect(422);
        assert!(missing.text().contains("sign-package"), "{missing:?}");
        upload(&app, &token, &package, &honest).await.expect(201);
        app.settle().await;
        let signers = Client::new(&app).await.verify(&app, TEAM).await;
        assert_eq!(signers[&package.filename()], BTreeSet::from([key(1).public()]), "the server signs nothing here");
        app.upload_conda(TEAM, &token, &package).await.expect(200);
        let back = app.registry.set_signing(&app.operator(), &channel, Signing::Server).await;
        back.unwrap();
        app.settle().await;
        Client::new(&app).await.verify(&app, TEAM).await;
    }

    async fn the_signature_may_be_a_part_of_the_form(app: TestApp) {
        channel(&app).await;
        let token = publisher(&app).await;
        let package = Package::noarch("a", "1.0");
        let form = |signature: &str| {
            let form = Multipart::new().file("file", &package.filename(), &package.build());
            app.post(&format!("/api/v1/upload/{TEAM}")).token(&token).form(form.field("signature", signature))
        };
        form(&"a".repeat(10_000)).await.expect(422);
        form(&signature(&app, &package, &key(1))).await.expect(201);
    }

    async fn a_channel_that_the_server_signs_takes_no_other_signature(app: TestApp) {
        let token = publisher(&app).await;
        let package = Package::noarch("a", "1.0");
        let sent = signature(&app, &package, &key(1));
        let answer = app.upload_conda("main", &token, &package).header("x-bonded-signature", &sent).await.expect(422);
        assert!(answer.text().contains("takes no signatures"), "{answer:?}");
    }

    async fn packages_of_a_removed_key_leave_the_index_until_another_key_signs_them(app: TestApp) {
        let channel = channel(&app).await;
        let (operator, token) = (app.operator(), publisher(&app).await);
        let package = Package::noarch("a", "1.0");
        upload(&app, &token, &package, &signature(&app, &package, &key(1))).await.expect(201);
        let depends = app.registry.remove_publisher_key(&operator, &channel, &key(1).public(), false).await;
        assert!(matches!(depends, Err(Error::Conflict(_))), "{depends:?}");
        app.registry.add_publisher_key(&operator, &channel, &key(2).public(), "grace's").await.unwrap();
        app.registry.remove_publisher_key(&operator, &channel, &key(1).public(), true).await.unwrap();
        app.settle().await;
        let client = Client::new(&app).await;
        assert!(!client.keys().contains(&key(1).public()));
        assert!(client.verify(&app, TEAM).await.is_empty(), "nobody is shown what nobody may have signed");
        upload(&app, &token, &package, &signature(&app, &package, &key(2))).await.expect(200);
        app.settle().await;
        let signers = Client::new(&app).await.verify(&app, TEAM).await;
        assert_eq!(signers[&package.filename()], BTreeSet::from([key(2).public()]));
    }

    async fn a_signature_from_before_a_yank_is_not_taken_for_the_record_after_it(app: TestApp) {
        channel(&app).await;
        let token = publisher(&app).await;
        let (yanked, other) = (Package::noarch("a", "1.0"), Package::noarch("b", "1.0"));
        let old = signature(&app, &yanked, &key(1));
        upload(&app, &token, &yanked, &old).await.expect(201);
        let release = format!("/api/bonded/v1/channels/{TEAM}/projects/a/releases/1.0/yank");
        app.post(&release).token(&token).await.expect(204);
        upload(&app, &token, &yanked, &old).await.expect(409);
        upload(&app, &token, &other, &signature(&app, &other, &key(1))).await.expect(201);
        app.settle().await;
        let shown = Client::new(&app).await.verify(&app, TEAM).await;
        assert_eq!(Vec::from_iter(shown.keys()), [&other.filename()], "others are published");
        app.delete(&release).token(&token).await.expect(204);
        for _ in 0..2 {
            upload(&app, &token, &yanked, &old).await.expect(200);
        }
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, TEAM).await.len(), 2);
        let events = app.registry.store.read().await.unwrap().audit_rows(0, 1_000).await.unwrap();
        let signed = events.iter().filter(|row| row.body.contains("project:file:sign"));
        assert_eq!(signed.count(), 1, "what changed nothing is not put on record");
    }

    async fn a_restored_record_keeps_the_signatures_that_are_over_it(app: TestApp) {
        let mut app = app;
        let (channel, token) = (channel(&app).await, publisher(&app).await);
        let packages = [Package::noarch("a", "1.0"), Package::noarch("b", "1.0")];
        for package in &packages {
            upload(&app, &token, package, &signature(&app, package, &key(1))).await.expect(201);
        }
        app.settle().await;
        app.tamper(
            "UPDATE conda_files SET record = replace(record, '[]', '[\"evil\"]');
             DELETE FROM record_signatures WHERE file_id IN (SELECT file_id FROM conda_files WHERE package = 'b')",
        )
        .await;
        let restore = async |package: &Package| {
            let name = format!("noarch/{}", package.filename());
            app.registry.restore_record(&app.operator(), &channel, &name).await.unwrap()
        };
        assert!(restore(&packages[0]).await);
        assert!(!restore(&packages[1]).await, "only its publisher can sign it");
        app.settle().await;
        let shown = Client::new(&app).await.verify(&app, TEAM).await;
        assert_eq!(Vec::from_iter(shown.keys()), [&packages[0].filename()]);
        upload(&app, &token, &packages[1], &signature(&app, &packages[1], &key(1))).await.expect(200);
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, TEAM).await.len(), 2);
    }

    async fn what_no_key_has_signed_depends_on_none(app: TestApp) {
        let channel = channel(&app).await;
        let (operator, token) = (app.operator(), publisher(&app).await);
        let package = Package::noarch("a", "1.0");
        upload(&app, &token, &package, &signature(&app, &package, &key(1))).await.expect(201);
        let release = format!("/api/bonded/v1/channels/{TEAM}/projects/a/releases/1.0/yank");
        app.post(&release).token(&token).await.expect(204);
        app.registry.add_publisher_key(&operator, &channel, &key(2).public(), "grace's").await.unwrap();
        app.registry.remove_publisher_key(&operator, &channel, &key(2).public(), false).await.unwrap();
    }

    async fn a_publisher_of_one_channel_signs_nothing_in_another(app: TestApp) {
        channel(&app).await;
        let (operator, token) = (app.operator(), publisher(&app).await);
        let other = app.channel("other", ChannelFormat::Conda, Visibility::Public).await;
        let none = app.registry.set_signing(&operator, &other, Signing::Publisher).await;
        assert!(matches!(none, Err(Error::Invalid(_))), "{none:?}");
        app.registry.add_publisher_key(&operator, &other, &key(2).public(), "x").await.unwrap();
        app.registry.set_signing(&operator, &other, Signing::Publisher).await.unwrap();
        let package = Package::noarch("a", "1.0");
        let sent = signature(&app, &package, &key(1));
        app.upload_conda("other", &token, &package).header("x-bonded-signature", &sent).await.expect(422);
        let twice = app.registry.add_publisher_key(&operator, &other, &key(2).public(), "y").await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    }
}
