//! What a token gives out counts no better than itself, and ends with it.

use bonded_model::Switches;
use bonded_model::token::{Token, Verb};
use bonded_model::user::{ChannelRole, User};
use bonded_registry::tokens::IssuedToken;
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::Wheel;
use bonded_testkit::http::Request;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/bonded/v1/tokens";
const VERBS: &[Verb] = &[Verb::Read, Verb::Publish, Verb::Manage];

async fn ada(app: &TestApp) -> User {
    app.user_as("ada", "pypi", ChannelRole::Publisher).await
}

/// A token that manages, for thirty days.
async fn manager(app: &TestApp, ada: &User) -> IssuedToken {
    app.issue(ada, Grant::verbs(VERBS).lives(TimeDelta::days(30))).await
}

fn post(app: &TestApp, token: &str, path: &str, body: Value) -> Request {
    app.request(Method::POST, path).token(token).body(body.to_string())
}

/// A token for a day that `token` mints.
async fn mint(app: &TestApp, token: &IssuedToken, name: &str) -> String {
    let body = json!({ "name": name, "verbs": ["read", "publish"], "days": 1 });
    secret(&post(app, token.secret.expose(), PATH, body).await.expect(201).json())
}

/// A new secret that `token` gives to another one, which has to be one that it manages.
async fn rotate(app: &TestApp, token: &IssuedToken, other: &IssuedToken, overlap: &str) -> Value {
    let path = format!("{PATH}/{}/rotate", other.token.id);
    post(app, token.secret.expose(), &path, json!({ "overlap": overlap })).await.expect(200).json()
}

fn secret(body: &Value) -> String {
    body["token"].as_str().expect("a secret").to_owned()
}

async fn upload(app: &TestApp, token: &str, version: &str) -> u16 {
    app.upload_wheel("pypi", token, &Wheel::new("parcel", version)).await.status()
}

async fn status(app: &TestApp, token: &str) -> u16 {
    app.get("/pypi/simple/").token(token).await.status()
}

async fn set(app: &TestApp, switches: Switches) {
    let (registry, origin) = (&app.registry, app.registry.local_origin());
    let permit = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
    registry.set_channel_switches(&permit, &origin, switches).await.expect("it is set");
}

async fn recorded(app: &TestApp, tag: &str) -> usize {
    let mut reader = app.registry.store.read().await.expect("a connection");
    let rows = reader.audit_rows(0, 1_000).await.expect("the log");
    rows.iter().filter(|row| row.tag == tag).count()
}

with_app! {
    async fn an_endless_token_publishes_through_none_that_it_gives_out(app: TestApp) {
        let ada = ada(&app).await;
        let endless = app.issue(&ada, Grant::verbs(VERBS)).await;
        let year = app.issue(&ada, Grant::verbs(VERBS).lives(TimeDelta::days(365))).await;
        let month = manager(&app, &ada).await;
        let fitting = app.issue(&ada, Grant::verbs(&[Verb::Publish]).lives(TimeDelta::days(1))).await;
        let both = Switches { tokens_need_expiry: true, longest_token_life: Some(30), ..Switches::default() };
        set(&app, both).await;
        assert_eq!(upload(&app, month.secret.expose(), "1.0").await, 200);
        assert_eq!(upload(&app, fitting.secret.expose(), "1.1").await, 200);
        assert_eq!(upload(&app, &mint(&app, &month, "of-month").await, "1.2").await, 200);
        for (name, token) in [("of-endless", &endless), ("of-year", &year)] {
            assert_eq!(upload(&app, token.secret.expose(), "2.0").await, 403, "{name}");
            assert_eq!(upload(&app, &mint(&app, token, name).await, "2.0").await, 403, "{name}");
        }
        let taken = secret(&rotate(&app, &endless, &fitting, "none").await);
        assert_eq!(upload(&app, &taken, "2.0").await, 403, "of one that met the rules until then");
        set(&app, Switches { longest_token_life: None, ..both }).await;
        assert_eq!(upload(&app, &taken, "2.0").await, 403, "one rule is enough");
        set(&app, Switches::default()).await;
        assert_eq!(upload(&app, &taken, "2.0").await, 200);
    }

    async fn what_a_revoked_token_gave_out_is_dead(app: TestApp) {
        let ada = ada(&app).await;
        let (manager, other) = (manager(&app, &ada).await, manager(&app, &ada).await);
        let renewed = app.issue(&ada, Grant::verbs(&[Verb::Publish]).lives(TimeDelta::days(1))).await;
        let gone = [
            mint(&app, &manager, "one").await,
            mint(&app, &manager, "two").await,
            secret(&rotate(&app, &manager, &renewed, "none").await),
        ];
        let kept = mint(&app, &other, "three").await;
        for token in gone.iter().chain([&kept]) {
            assert_eq!(status(&app, token).await, 200);
        }
        app.registry.revoke_token(&app.operator(), manager.token.id).await.expect("it is there");
        for token in &gone {
            assert!(app.get("/pypi/simple/").token(token).await.expect(401).text().contains("revoked"));
        }
        assert_eq!(upload(&app, &gone[0], "1.0").await, 403);
        assert_eq!(status(&app, &kept).await, 200);
        assert_eq!(recorded(&app, "user:token:revoke").await, 4);
        app.registry.revoke_token(&app.operator(), manager.token.id).await.expect("it is there");
        assert_eq!(recorded(&app, "user:token:revoke").await, 4, "nothing is left to be ended");
    }

    async fn a_token_that_ends_itself_takes_along_what_it_minted(app: TestApp) {
        let manager = manager(&app, &ada(&app).await).await;
        let minted = mint(&app, &manager, "job").await;
        let path = format!("{PATH}/{}", manager.token.id);
        app.request(Method::DELETE, &path).token(manager.secret.expose()).await.expect(204);
        assert_eq!((status(&app, &minted).await, recorded(&app, "user:token:revoke").await), (401, 2));
    }

    async fn what_a_disclosed_token_minted_is_dead(app: TestApp) {
        let manager = manager(&app, &ada(&app).await).await;
        let minted = mint(&app, &manager, "job").await;
        let ended = app.registry.disclose_tokens(&app.operator(), [manager.secret.clone()], None).await;
        assert_eq!(ended.expect("an answer").len(), 1);
        for token in [manager.secret.expose(), &minted] {
            assert!(app.get("/pypi/simple/").token(token).await.expect(401).text().contains("revoked"));
        }
        assert_eq!(recorded(&app, "user:token:leak").await, 1);
        assert_eq!(recorded(&app, "user:token:revoke").await, 1);
    }

    async fn what_was_minted_ends_when_the_end_of_its_minter_comes_before_its_own(app: TestApp) {
        let manager = manager(&app, &ada(&app).await).await;
        let minted = mint(&app, &manager, "job").await;
        let sooner = Token { expires_at: Some(app.now() + TimeDelta::hours(1)), ..manager.token.clone() };
        let write = app.registry.store.write(move |tx| Box::pin(async move { tx.change_token(&sooner).await }));
        assert!(write.await.expect("it is narrowed"));
        app.advance(TimeDelta::minutes(59));
        assert_eq!(status(&app, &minted).await, 200);
        // Caches hear of it with the next change of rights.
        app.user_as("eve", "pypi", ChannelRole::Reader).await;
        app.advance(TimeDelta::minutes(1));
        assert!(app.get("/pypi/simple/").token(&minted).await.expect(401).text().contains("expired"));
    }

    async fn what_was_minted_outlives_a_new_secret_of_its_minter(app: TestApp) {
        let manager = manager(&app, &ada(&app).await).await;
        let minted = mint(&app, &manager, "job").await;
        let renewed = secret(&rotate(&app, &manager, &manager, "none").await);
        assert_eq!(status(&app, manager.secret.expose()).await, 401);
        assert_eq!((status(&app, &minted).await, status(&app, &renewed).await), (200, 200));
    }

    async fn a_secret_that_another_token_gave_out_does_not_overlap(app: TestApp) {
        let ada = ada(&app).await;
        let (manager, other) = (manager(&app, &ada).await, manager(&app, &ada).await);
        let token = app.issue(&ada, Grant::verbs(&[Verb::Read]).lives(TimeDelta::days(1))).await;
        let first = rotate(&app, &manager, &token, "7d").await;
        assert_eq!(first["overlap"], "7d");
        assert_eq!(status(&app, token.secret.expose()).await, 200);
        let second = rotate(&app, &other, &token, "7d").await;
        assert_eq!(second["overlap"], "none");
        assert_eq!((status(&app, &secret(&first)).await, status(&app, &secret(&second)).await), (401, 200));
        app.registry.revoke_token(&app.operator(), manager.token.id).await.expect("it is there");
        assert_eq!(status(&app, &secret(&second)).await, 200, "it came from the other one last");
    }

    async fn the_list_says_what_was_minted_by_which_token_and_what_to_look_at(app: TestApp) {
        let ada = ada(&app).await;
        let manager = manager(&app, &ada).await;
        let minted = mint(&app, &manager, "job").await;
        app.get("/pypi/simple/").token(&minted).header("user-agent", "pip/26.0").await.expect(200);
        app.get(&format!("/t/{minted}/pypi/simple/")).await.expect(403);
        app.settle().await;
        let list = app.get(PATH).token(manager.secret.expose()).await.expect(200).json();
        let named = |name: &str| {
            let all = list["tokens"].as_array().expect("a list");
            all.iter().find(|token| token["name"] == name).unwrap_or_else(|| panic!("no {name}: {list}")).clone()
        };
        let (job, own) = (named("job"), named(&manager.token.name));
        assert_eq!(job["minted_by"], json!(manager.token.id));
        assert_eq!(job["marks"], json!(["leaked", "ends-soon"]));
        assert!(job["leaked_at"].is_string());
        assert_eq!((&own["minted_by"], &own["leaked_at"], &own["marks"]), (&Value::Null, &Value::Null, &json!([])));
        app.secure(&ada).await;
        let signed_in = app.signed_in(&ada, TimeDelta::zero()).await;
        let page = app.get("/account/tokens").header("cookie", &signed_in.cookie()).header("accept", "text/html").await;
        let line = format!("<dt>Minted by</dt><dd>{}: it ends with that token</dd>", manager.token.name);
        assert!(page.expect(200).text().contains(&line));
    }

    async fn a_leaked_secret_does_not_overlap_whatever_is_asked(app: TestApp) {
        let manager = manager(&app, &ada(&app).await).await;
        let leaked = manager.secret.expose();
        app.get(&format!("/t/{leaked}/pypi/simple/")).await.expect(403);
        let renewed = rotate(&app, &manager, &manager, "7d").await;
        assert_eq!(renewed["overlap"], "none");
        assert_eq!((status(&app, leaked).await, status(&app, &secret(&renewed)).await), (401, 200));
    }
}
