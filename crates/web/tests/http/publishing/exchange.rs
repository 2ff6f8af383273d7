//! What the exchange gives, and what can be done with it.

use bonded_testkit::app::Setup;
use bonded_testkit::fixtures::{Form, Wheel};
use bonded_testkit::{Engine, TestApp, with_app};
use chrono::TimeDelta;
use serde_json::json;

use super::world::{AUDIENCE, World};

with_app! {
    async fn a_job_publishes_without_a_stored_secret(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        let audience = app.get("/_/oidc/audience").await.expect(200);
        assert_eq!((audience.json(), audience.header("cache-control")), (json!({ "audience": AUDIENCE }), "no-store"));
        let answer = world.exchange(&world.identity(json!({}))).await.expect(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        assert_eq!((&body["success"], &body["expires"]), (&json!(true), &json!(app.now().timestamp() + 900)));
        let token = body["token"].as_str().expect("a token");
        assert_eq!(world.upload(token, "rocket", "1.0").await, 200);
        let form = Form::wheel(&Wheel::new("rocket", "1.1")).multipart();
        app.post("/pypi/legacy/").token(token).form(form).await.expect(200);

        let mut reader = app.registry.store.read().await.expect("a connection");
        let row = reader.publisher(publisher.id).await.expect("a row").expect("it is there");
        let source = row.last_source.expect("it was used");
        assert_eq!((source.repository.as_deref(), source.run.as_deref()), (Some("acme/rocket"), Some("17000000001")));
        let channel = row.place.channel();
        let file = reader.file_by_name(channel, "rocket-1.0-py3-none-any.whl").await.expect("a row").expect("a file");
        let known = reader.sources_of_project(file.project).await.expect("rows");
        let source_of = |id| known.iter().find(|known| known.file == id).expect("it is published").source.clone();
        assert_eq!(source_of(file.id), Some(source));
        let first = reader.file_by_name(channel, "rocket-0.1-py3-none-any.whl").await.expect("a row").expect("a file");
        assert_eq!(source_of(first.id), None, "a person published it");
        drop(reader);

        let minted = world.recorded("project:publisher:mint").await;
        assert_eq!(minted.len(), 1);
        let text = &minted[0].body;
        assert!(text.contains("17000000001") && text.contains("0123456789abcdef"), "{text}");
        assert_eq!(minted[0].token, world.recorded("project:file:publish").await.last().and_then(|row| row.token));

        app.advance(TimeDelta::seconds(901));
        assert_eq!(world.upload(token, "rocket", "1.2").await, 403);
    }

    async fn the_token_opens_nothing_else(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.project("other").await;
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "other", "1.0").await, 403, "another project");
        assert_eq!(world.upload(&token, "brand-new", "1.0").await, 403, "a project that is not there");
        for path in ["/api/bonded/v1/tokens", "/api/bonded/v1/channels/pypi/activity"] {
            let status = app.get(path).token(&token).await.status();
            assert!((400..500).contains(&status), "{path}: {status}");
        }
        let file = "/api/bonded/v1/channels/pypi/projects/rocket/files/rocket-0.1-py3-none-any.whl";
        assert!((400..500).contains(&app.delete(file).token(&token).await.status()));
        assert!((400..500).contains(&app.get(&format!("/t/{token}/pypi/simple/rocket/")).await.status()));
        app.get("/pypi/simple/rocket/").token(&token).await.expect(200);
    }

    async fn the_same_identity_twice(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let identity = world.identity(json!({}));
        world.exchange(&identity).await.expect(200);
        assert_eq!(world.refused(&identity).await.0, "invalid-reuse-token");
        let renamed = app.post("/_/oidc/github/mint-token").body(json!({ "token": identity }).to_string()).await;
        assert_eq!(renamed.expect(422).json()["errors"][0]["code"], "invalid-reuse-token");
        app.advance(TimeDelta::seconds(3_601));
        app.registry.clear_away().await.expect("it sweeps");
        assert_eq!(world.refused(&identity).await.0, "invalid-reuse-token", "in the leeway behind its end");
        app.advance(TimeDelta::seconds(30));
        assert_eq!(world.refused(&identity).await.0, "invalid-token");
    }

    async fn twenty_exchanges_of_one_identity_at_once_give_one_token(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let identity = world.identity(json!({}));
        let answers = futures::future::join_all((0..20).map(|_| world.exchange(&identity))).await;
        let mut codes: Vec<String> = answers
            .iter()
            .map(|answer| match answer.status() {
                200 => "token".to_owned(),
                _ => answer.json()["errors"][0]["code"].as_str().unwrap_or_default().to_owned(),
            })
            .collect();
        codes.sort();
        assert_eq!(codes[..19], vec!["invalid-reuse-token"; 19]);
        assert_eq!(codes[19], "token");
        assert_eq!(world.issuer.asked(), 1, "the issuer is asked once for all of them");
    }

    async fn what_is_no_exchange_is_refused_in_the_same_form(app: TestApp) {
        let world = World::new(&app).await;
        for body in ["", "{}", "[]", r#"{"token": 7}"#, r#"{"token": null}"#, "x".repeat(40_000).as_str()] {
            let answer = app.post("/_/oidc/mint-token").body(body.to_owned()).await.expect(422);
            assert_eq!(answer.json()["errors"][0]["code"], "invalid-payload", "{body}");
        }
        for token in ["", "a.b.c", "hunter2"] {
            assert_eq!(world.refused(token).await.0, "invalid-payload", "{token}");
        }
        for issuer in ["https://issuer.example", "\0", "https://issuer\0.example", "\n", "x".repeat(513).as_str()] {
            assert_eq!(world.code(json!({ "iss": issuer })).await, "invalid-payload", "{issuer:?}");
        }
    }

    async fn a_client_that_asks_for_another_kind_of_token_gets_none(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let with = async |features: serde_json::Value| {
            let body = json!({ "token": world.identity(json!({})), "features": features }).to_string();
            app.post("/_/oidc/mint-token").body(body).await
        };
        for features in [
            json!(["single-use-token"]),
            json!(["multi-use-token", "single-use-token"]),
            json!([""]),
            json!("single-use-token"),
            json!([7]),
        ] {
            let refused = with(features.clone()).await.expect(422).json();
            assert_eq!(refused["errors"][0]["code"], "invalid-payload", "{features}");
        }
        for features in [json!(["multi-use-token"]), json!([]), json!(null)] {
            with(features).await.expect(200);
        }
    }

    async fn guessing_is_slowed_down(app: TestApp) {
        let world = World::new(&app).await;
        let mut last = 422;
        for _ in 0..101 {
            last = world.exchange("a.b.c").await.status();
        }
        assert_eq!(last, 429);
        app.advance(TimeDelta::minutes(5));
        assert_eq!(world.exchange("a.b.c").await.status(), 422);
    }

    async fn clients_find_the_exchange(app: TestApp) {
        let base = app.base_url();
        for path in ["%2Flegacy%2F", "%2Fpypi%2Flegacy%2F", "/private-or-not/legacy/"] {
            let answer = app.get(&format!("/.well-known/pytp?discover={path}")).await.expect(200);
            assert_eq!(answer.header("content-type"), "application/vnd.pypi.pytp.v1+json");
            assert_eq!(answer.json()["token-mint-endpoint"], format!("{base}/_/oidc/mint-token"));
            assert_eq!(answer.json()["audience-endpoint"], format!("{base}/_/oidc/audience"));
        }
        for path in ["", "?discover=", "?discover=%2Fsimple%2F", "?discover=legacy"] {
            app.get(&format!("/.well-known/pytp{path}")).await.expect(404);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_is_not_there() {
    let mut setup = Setup::default();
    setup.settings.publishing.enabled = false;
    let app = TestApp::with(Engine::Sqlite, setup).await;
    let world = World::new(&app).await;
    app.get("/_/oidc/audience").await.expect(403);
    app.get("/.well-known/pytp?discover=/legacy/").await.expect(404);
    assert_eq!(world.code(json!({})).await, "not-enabled");
}
