//! Tokens that a token mints, lists, renews and revokes.

use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, User};
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::{Grant, Setup};
use bonded_testkit::http::Answer;
use bonded_testkit::{Engine, TestApp, with_app};
use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/bonded/v1/tokens";
const VERBS: &[Verb] = &[Verb::Read, Verb::Publish, Verb::Manage];

async fn ada(app: &TestApp) -> User {
    app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
    app.channel("other", ChannelFormat::Python, Visibility::Private).await;
    let ada = app.user_as("ada", "inner", ChannelRole::Publisher).await;
    app.member("other", &ada, ChannelRole::Publisher).await;
    ada
}

/// A token that manages, for one channel and thirty days.
async fn manager(app: &TestApp, ada: &User) -> String {
    app.token(ada, Grant::verbs(VERBS).channel("inner").lives(TimeDelta::days(30))).await
}

async fn mint(app: &TestApp, token: &str, body: Value) -> Answer {
    app.request(Method::POST, PATH).token(token).body(body.to_string()).await
}

async fn list(app: &TestApp, token: &str) -> Vec<Value> {
    let answer = app.get(PATH).token(token).await.expect(200);
    let body: Value = serde_json::from_str(answer.text()).expect("JSON");
    body["tokens"].as_array().expect("a list").clone()
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_else(|| panic!("no {field}: {body}"))
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(answer.text()).expect("JSON")
}

with_app! {
    async fn a_minted_token_works_and_is_listed_without_its_secret(app: TestApp) {
        let ada = ada(&app).await;
        let token = manager(&app, &ada).await;
        let minted = mint(&app, &token, json!({ "name": "job", "verbs": ["read"], "days": 1 })).await.expect(201);
        assert_eq!(minted.header("cache-control"), "no-store");
        let secret = text(&json_of(&minted), "token").to_owned();
        app.get("/inner/simple/").token(&secret).await.expect(200);
        app.get("/other/simple/").token(&secret).await.expect(404);
        let listed = list(&app, &token).await;
        let job = listed.iter().find(|shown| shown["name"] == "job").expect("it is listed");
        assert_eq!((&job["verbs"], &job["scope"]), (&json!(["read"]), &json!(["inner"])));
        assert!(!app.get(PATH).token(&token).await.text().contains(&secret));
        app.get(PATH).token(&secret).await.expect(403);
    }

    async fn a_token_mints_nothing_that_is_wider_than_itself(app: TestApp) {
        let ada = ada(&app).await;
        let token = manager(&app, &ada).await;
        for (attack, body) in [
            ("another verb", json!({ "name": "a", "verbs": ["read", "delete"] })),
            ("a manager", json!({ "name": "a", "verbs": ["read", "manage"] })),
            ("no verb", json!({ "name": "a", "verbs": [] })),
            ("another channel", json!({ "name": "a", "verbs": ["read"], "scope": ["other"] })),
            ("a channel more", json!({ "name": "a", "verbs": ["read"], "scope": ["inner", "other"] })),
            ("a public channel", json!({ "name": "a", "verbs": ["read"], "scope": ["pypi"] })),
            ("no channel", json!({ "name": "a", "verbs": ["read"], "scope": [] })),
            ("a day longer", json!({ "name": "a", "verbs": ["read"], "days": 31 })),
            ("backwards", json!({ "name": "a", "verbs": ["read"], "days": -1 })),
            ("many days", json!({ "name": "a", "verbs": ["read"], "days": i64::MAX })),
            ("no name", json!({ "name": "a", "verbs": ["read"], "scope": ["inner/a\u{0}"] })),
            ("no name of a public project", json!({ "name": "a", "verbs": ["read"], "scope": ["pypi/a\u{0}"] })),
            ("no name of a package", json!({ "name": "a", "verbs": ["read"], "scope": ["main/a\u{0}"] })),
            ("no name of a channel", json!({ "name": "a", "verbs": ["read"], "scope": ["inner\u{0}"] })),
            ("no name of a token", json!({ "name": "a\u{0}", "verbs": ["read"] })),
            ("no network", json!({ "name": "a", "verbs": ["read"], "networks": ["office"] })),
        ] {
            assert_eq!(mint(&app, &token, body).await.status(), 422, "{attack}");
        }
        for body in [json!({ "name": "a" }), json!([]), json!({ "name": "a", "verbs": ["read"], "admin": true })] {
            mint(&app, &token, body).await.expect(400);
        }
        assert_eq!(list(&app, &token).await.len(), 1, "only itself");
    }

    async fn a_minted_token_ends_with_the_one_that_minted_it(app: TestApp) {
        let ada = ada(&app).await;
        let token = manager(&app, &ada).await;
        let minted = mint(&app, &token, json!({ "name": "job", "verbs": ["read"] })).await.expect(201);
        let secret = text(&json_of(&minted), "token").to_owned();
        app.advance(TimeDelta::days(30));
        assert!(app.get("/inner/simple/").token(&secret).await.expect(401).text().contains("expired"));
    }

    async fn minted_tokens_are_renewed_and_revoked(app: TestApp) {
        let ada = ada(&app).await;
        let token = manager(&app, &ada).await;
        let minted = mint(&app, &token, json!({ "name": "job", "verbs": ["read"] })).await.expect(201);
        let minted = json_of(&minted);
        let path = format!("{PATH}/{}", text(&minted, "id"));
        let rotate = app.request(Method::POST, &format!("{path}/rotate")).token(&token);
        let renewed = json_of(&rotate.body(r#"{"overlap":"1h"}"#).await.expect(200));
        for secret in [text(&minted, "token"), text(&renewed, "token")] {
            app.get("/inner/simple/").token(secret).await.expect(200);
        }
        app.request(Method::DELETE, &path).token(&token).await.expect(204);
        for secret in [text(&minted, "token"), text(&renewed, "token")] {
            app.get("/inner/simple/").token(secret).await.expect(401);
        }
    }

    async fn a_token_that_was_cut_off_gets_its_place_back_through_no_other_token(app: TestApp) {
        let ada = ada(&app).await;
        let manager = app.issue(&ada, Grant::verbs(VERBS).channel("inner").channel("other")).await;
        let grant = || Grant::verbs(&[Verb::Publish]);
        let there = app.issue(&ada, grant().channel("inner").channel("other")).await.token.id;
        let elsewhere = app.issue(&ada, grant().channel("other")).await.token.id;
        let channel = app.registry.channel_named(&app.operator(), "inner").await.expect("it is there").id;
        let (token, at) = (manager.token.id, app.now());
        let cut = app.registry.store.write(move |tx| {
            Box::pin(async move {
                let cut = bonded_model::token::TokenCut { token, channel, project: None, at, by: None };
                tx.cut_token(&cut).await
            })
        });
        assert!(cut.await.expect("it is cut off"));
        // Caches hear of it with the next change of rights.
        app.member("pypi", &ada, ChannelRole::Reader).await;
        let secret = manager.secret.expose();
        let rotate = |id| app.request(Method::POST, &format!("{PATH}/{id}/rotate")).token(secret).body("{}");
        rotate(there).await.expect(404);
        rotate(elsewhere).await.expect(200);
        rotate(token).await.expect(200);
    }

    async fn what_is_wider_or_somebody_elses_is_out_of_reach(app: TestApp) {
        let ada = ada(&app).await;
        let token = manager(&app, &ada).await;
        let wider = app.issue(&ada, Grant::verbs(&[Verb::Read])).await.token.id;
        let equal = app.issue(&ada, Grant::verbs(VERBS).channel("inner").lives(TimeDelta::days(1))).await.token.id;
        let eve = app.user_as("eve", "inner", ChannelRole::Reader).await;
        let others = app.issue(&eve, Grant::verbs(&[Verb::Read]).channel("inner").lives(TimeDelta::days(1))).await;
        for id in [wider, equal, others.token.id] {
            app.request(Method::DELETE, &format!("{PATH}/{id}")).token(&token).await.expect(404);
            let rotate = app.request(Method::POST, &format!("{PATH}/{id}/rotate")).token(&token);
            rotate.body("{}").await.expect(404);
        }
        assert_eq!(list(&app, &token).await.len(), 1);
    }
}

/// Time passes between the reading of the request and the making of the token.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_minted_without_days_while_the_clock_goes_on() {
    let setup = Setup { clock: bonded_model::Clock::System, ..Setup::default() };
    let app = TestApp::with(Engine::Sqlite, setup).await;
    let ada = ada(&app).await;
    let manager = app.issue(&ada, Grant::verbs(VERBS).channel("inner").lives(TimeDelta::days(30))).await;
    for name in ["one", "two", "three"] {
        let minted =
            mint(&app, manager.secret.expose(), json!({ "name": name, "verbs": ["read"] })).await.expect(201);
        let end: bonded_model::Timestamp = text(&json_of(&minted), "expires_at").parse().expect("a time");
        assert_eq!(Some(end), manager.token.expires_at);
    }
}
