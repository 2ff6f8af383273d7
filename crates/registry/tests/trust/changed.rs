//! Whoever writes into the database gets no signature by having the server change a record.

use bonded_model::Sha256;
use bonded_testkit::app::Job;
use bonded_testkit::fixtures::Package;
use bonded_testkit::http::Answer;
use bonded_testkit::{TestApp, with_app};
use serde_json::{Value, json};

use crate::world::{Client, MAIN, change, file, mend, publish, publisher, yank};

const CHANGED: &str = "it was changed in the database";

/// Statements that change, and mend, what comes back when a yank is taken back.
fn of_original(statement: &str) -> String {
    statement.replace("record = replace(record", "original_record = replace(original_record")
}

/// The record of `a` as readers see it.
async fn shown(app: &TestApp) -> Value {
    app.subdir(MAIN, "noarch").repodata().await["packages.conda"][file("a")].clone()
}

async fn attest(app: &TestApp, job: &Job) -> Answer {
    let package = Package::noarch("a", "1.0");
    let (name, sha256) = (package.filename(), Sha256::of(&package.build()));
    let channel = format!("{}/{MAIN}", app.base_url());
    let made = app.sigstore().conda(&job.identity(), &name, sha256, Some(&channel), app.now());
    let path = format!("/api/bonded/v1/channels/{MAIN}/attestations/noarch/{name}");
    app.post(&path).token(&job.token).body(made).await
}

with_app! {
    async fn a_changed_record_is_not_signed_by_yanking_it(app: TestApp) {
        let mut app = app;
        let token = publisher(&app).await;
        publish(&app, MAIN, &["a"]).await;
        app.tamper(&change("a")).await;
        let refused = app.post(&yank(MAIN, "a")).token(&token).await.expect(409);
        assert!(refused.text().contains(CHANGED), "{refused:?}");
        assert_eq!(shown(&app).await["depends"], json!([]));
        app.tamper(&mend("a")).await;
        app.post(&yank(MAIN, "a")).token(&token).await.expect(204);
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 1);
        assert_eq!(shown(&app).await["revoked"], json!(true));
    }

    async fn a_changed_record_is_not_signed_by_attesting_it(app: TestApp) {
        let mut app = app;
        publish(&app, MAIN, &["a"]).await;
        let job = app.job("acme/a", MAIN, "a").await;
        app.tamper(&change("a")).await;
        let refused = attest(&app, &job).await.expect(409);
        assert!(refused.text().contains(CHANGED), "{refused:?}");
        app.tamper(&mend("a")).await;
        attest(&app, &job).await.expect(201);
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 1);
        assert_eq!(shown(&app).await["depends"], json!([]));
    }

    async fn what_waits_for_the_end_of_a_yank_is_not_signed_when_it_was_changed_meanwhile(app: TestApp) {
        let mut app = app;
        let token = publisher(&app).await;
        publish(&app, MAIN, &["a"]).await;
        let job = app.job("acme/a", MAIN, "a").await;
        app.post(&yank(MAIN, "a")).token(&token).await.expect(204);
        app.tamper(&of_original(&change("a"))).await;
        for refused in [app.delete(&yank(MAIN, "a")).token(&token).await, attest(&app, &job).await] {
            assert!(refused.expect(409).text().contains(CHANGED));
        }
        // The withdrawn one with it, which is what was signed.
        app.tamper(&replaced_both()).await;
        let refused = app.delete(&yank(MAIN, "a")).token(&token).await.expect(409);
        assert!(refused.text().contains(CHANGED), "{refused:?}");
        app.tamper(&mended_both()).await;
        attest(&app, &job).await.expect(201);
        app.delete(&yank(MAIN, "a")).token(&token).await.expect(204);
        app.settle().await;
        assert_eq!(Client::new(&app).await.verify(&app, MAIN).await.len(), 1);
        assert_eq!(shown(&app).await["depends"], json!([]));
    }
}

/// What fits the changed original.
fn replaced_both() -> String {
    crate::world::replace("a", r#""depends":["package"#, r#""depends":["evil","package"#)
}

fn mended_both() -> String {
    let record = crate::world::replace("a", r#""depends":["evil","package"#, r#""depends":["package"#);
    format!("{record}; {}", of_original(&mend("a")))
}
