//! How tokens are presented, and when they stop to work.

use std::time::Duration;

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Random, Visibility};
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::Wheel;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

pub(crate) const PAGE: &str = "/inner/simple/";
pub(crate) const READ: &[Verb] = &[Verb::Read];

pub(crate) async fn reader(app: &TestApp) -> bonded_model::user::User {
    app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
    app.user_as("rita", "inner", ChannelRole::Reader).await
}

with_app! {
    async fn every_way_that_clients_present_a_token(app: TestApp) {
        let token = app.token(&reader(&app).await, Grant::verbs(READ)).await;
        for (way, request) in [
            ("Bearer", app.get(PAGE).token(&token)),
            ("bearer", app.get(PAGE).header("authorization", &format!("bearer {token}"))),
            ("token", app.get(PAGE).header("authorization", &format!("token {token}"))),
            ("__token__", app.get(PAGE).basic("__token__", &token)),
            ("with white space", app.get(PAGE).basic("__token__", &format!(" {token}\n"))),
            ("another user", app.get(PAGE).basic("rita", &token)),
            ("as user", app.get(PAGE).basic(&token, "")),
            ("X-API-Key", app.get(PAGE).header("x-api-key", &token)),
            ("path", app.get(&format!("/t/{token}{PAGE}"))),
            ("conda's path", app.get(&format!("/conda/t/{token}{PAGE}"))),
        ] {
            assert_eq!(request.await.status(), 200, "{way}");
        }
    }

    async fn what_is_no_token_is_answered_with_a_challenge(app: TestApp) {
        let token = app.token(&reader(&app).await, Grant::verbs(READ)).await;
        let mistyped = format!("{}0", &token[..token.len() - 1]);
        let unknown = bonded_model::token::ApiToken::generate(&Random::System).expose().to_owned();
        for (attack, request) in [
            ("nothing", app.get(PAGE)),
            ("mistyped", app.get(PAGE).token(&mistyped)),
            ("unknown", app.get(PAGE).token(&unknown)),
            ("empty", app.get(PAGE).header("authorization", "")),
            ("another scheme", app.get(PAGE).header("authorization", "Digest x")),
            ("a password", app.get(PAGE).basic("rita", "hunter2")),
            ("an empty key", app.get(PAGE).header("x-api-key", "")),
            ("unknown in the path", app.get(&format!("/t/{unknown}{PAGE}"))),
            ("no token in the path", app.get(&format!("/t/hunter2{PAGE}"))),
            ("an empty path token", app.get(&format!("/t/{PAGE}"))),
            ("in the query", app.get(&format!("{PAGE}?token={token}"))),
            ("bad one on a public page", app.get("/pypi/simple/").token(&unknown)),
        ] {
            let answer = request.await;
            assert_eq!(answer.status(), 401, "{attack}");
            assert!(answer.header("www-authenticate").starts_with("Basic realm="), "{attack}");
            assert!(!answer.text().contains("hunter2") && !answer.text().contains(&unknown), "{attack}");
        }
    }

    async fn a_token_works_until_the_moment_of_its_expiry(app: TestApp) {
        let grant = Grant::verbs(READ).lives(TimeDelta::days(30));
        let token = app.token(&reader(&app).await, grant).await;
        app.get(PAGE).token(&token).await.expect(200);
        app.advance(TimeDelta::days(30) - TimeDelta::microseconds(1));
        app.get(PAGE).token(&token).await.expect(200);
        app.advance(TimeDelta::microseconds(1));
        let answer = app.get(PAGE).token(&token).await.expect(401);
        assert!(answer.text().contains("expired"));
        app.get(&format!("/t/{token}{PAGE}")).await.expect(401);
    }

    async fn a_revoked_token_ends_at_once_here(app: TestApp) {
        let issued = app.issue(&reader(&app).await, Grant::verbs(READ)).await;
        let token = issued.secret.expose();
        app.get(PAGE).token(token).await.expect(200);
        app.registry.revoke_token(&app.operator(), issued.token.id).await.expect("it is revoked");
        let answer = app.get(PAGE).token(token).await.expect(401);
        assert!(answer.text().contains("revoked"));
    }

    async fn a_token_that_another_process_revokes_ends_soon(app: TestApp) {
        let issued = app.issue(&reader(&app).await, Grant::verbs(READ)).await;
        let token = issued.secret.expose();
        app.get(PAGE).token(token).await.expect(200);
        let other = app.beside().await;
        other.registry.revoke_token(&other.operator(), issued.token.id).await.expect("it is revoked");
        let gone = tokio::time::timeout(Duration::from_secs(5), async {
            while app.get(PAGE).token(token).await.status() == 200 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        gone.await.expect("the revocation arrives");
        app.get(PAGE).token(token).await.expect(401);
    }

    async fn who_loses_a_role_loses_what_tokens_could_do_with_it(app: TestApp) {
        let user = reader(&app).await;
        let token = app.token(&user, Grant::verbs(READ)).await;
        app.get(PAGE).token(&token).await.expect(200);
        let channel = app.registry.channel_named(&app.operator(), "inner").await.expect("the channel");
        app.registry.remove_member(&app.operator(), &channel, &user).await.expect("it was a member");
        app.get(PAGE).token(&token).await.expect(404);
    }

    async fn a_token_needs_the_verb_for_what_it_does(app: TestApp) {
        let user = app.user_as("ada", "pypi", ChannelRole::Admin).await;
        let reading = app.token(&user, Grant::verbs(READ)).await;
        let answer = app.upload_wheel("pypi", &reading, &Wheel::new("parcel", "1.0")).await.expect(403);
        assert!(answer.reason().contains("may not publish"), "{}", answer.reason());
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        app.member("inner", &user, ChannelRole::Admin).await;
        let publishing = app.token(&user, Grant::verbs(&[Verb::Publish])).await;
        app.upload_wheel("inner", &publishing, &Wheel::new("parcel", "1.0")).await.expect(200);
        app.get("/inner/simple/parcel/").token(&publishing).await.expect(404);
    }

    async fn a_token_stays_in_its_scope(app: TestApp) {
        let user = app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        let all = app.token(&user, Grant::verbs(&[Verb::Publish])).await;
        for name in ["one", "two"] {
            app.upload_wheel("pypi", &all, &Wheel::new(name, "1.0")).await.expect(200);
        }
        let narrow = app.token(&user, Grant::verbs(&[Verb::Publish]).project("pypi", "one")).await;
        app.upload_wheel("pypi", &narrow, &Wheel::new("one", "2.0")).await.expect(200);
        for name in ["two", "three"] {
            let answer = app.upload_wheel("pypi", &narrow, &Wheel::new(name, "2.0")).await.expect(403);
            assert!(answer.reason().contains("project-scoped token is not valid for project"), "{}", answer.reason());
        }
        let elsewhere = app.token(&user, Grant::verbs(&[Verb::Publish]).channel("main")).await;
        app.upload_wheel("pypi", &elsewhere, &Wheel::new("one", "3.0")).await.expect(403);
    }

    async fn conda_token_finds_the_channel_that_it_asks_for(app: TestApp) {
        let user = app.user_as("ada", "main", ChannelRole::Reader).await;
        let token = app.token(&user, Grant::verbs(READ).channel("main")).await;
        // What `conda token set` sends, where it is told of this registry, before it keeps the token.
        app.head(&format!("/t/{token}/repo/main/noarch/repodata.json")).await.expect(200);
        let unknown = bonded_model::token::ApiToken::generate(&Random::System);
        app.head(&format!("/t/{}/repo/main/noarch/repodata.json", unknown.expose())).await.expect(401);
    }

    async fn what_is_no_credential_at_all_is_refused_with_pypis_words(app: TestApp) {
        let token = app.publisher("pypi").await;
        let mistyped = format!("{}{}", &token[..token.len() - 1], if token.ends_with('0') { '1' } else { '0' });
        let unknown = bonded_model::token::ApiToken::generate(&Random::System).expose().to_owned();
        let form = || bonded_testkit::fixtures::Form::wheel(&Wheel::new("parcel", "1.0")).multipart();
        let send = |value: &str| app.post("/pypi/legacy/").form(form()).header("authorization", value);
        let basic = |password: &str| app.post("/pypi/legacy/").form(form()).basic("__token__", password);
        for (attack, request) in [
            ("no base64", send("Basic !!!")),
            ("no colon", send("Basic QA==")),
            ("an unknown scheme", send("Digest x")),
            ("no scheme", send(&token)),
            ("an empty header", send("")),
            ("no prefix", send(&format!("Bearer {}", &token[7..]))),
            ("another prefix", basic("pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw")),
            ("nothing behind the prefix", basic("bonded-")),
            ("too short", basic(&token[..50])),
            ("too long", basic(&format!("{token}0"))),
            ("mistyped", basic(&mistyped)),
            ("unknown", basic(&unknown)),
            ("not of ASCII", basic("bonded-é")),
            ("very long", basic(&"x".repeat(8_000))),
        ] {
            let answer = request.await.expect(403);
            let text = "Invalid or non-existent authentication information.";
            assert!(answer.reason().starts_with(text), "{attack}: {}", answer.reason());
        }
        assert_eq!(app.counts().await.files, 0);
        basic(&format!(" \t{token}\r\n")).await.expect(200);
    }

    async fn who_may_not_upload_is_told_so_before_what_the_account_lacks(app: TestApp) {
        let grace = app.publisher("pypi").await;
        app.upload_wheel("pypi", &grace, &Wheel::new("hers", "1.0")).await.expect(200);
        let ada = app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        // As if she had made it herself: what the operator issued is taken whatever its owner lacks.
        let own = app.issue(&ada, Grant::verbs(&[Verb::Publish])).await;
        let secret = bonded_model::token::ApiToken::generate(&Random::System);
        let id = bonded_model::ids::TokenId::generate(app.now(), &app.registry.random);
        let token = bonded_model::token::Token { id, name: "own".to_owned(), by_operator: false, ..own.token };
        let hash = secret.hash();
        let write = app.registry.store.write(move |tx| Box::pin(async move { tx.insert_token(&token, &hash).await }));
        assert!(write.await.expect("the token is written"));
        let told = async |name: &str| {
            let answer = app.upload_wheel("pypi", secret.expose(), &Wheel::new(name, "2.0")).await.expect(403);
            answer.reason()
        };
        assert!(told("own").await.contains("must set up two-factor authentication"));
        assert!(told("hers").await.starts_with("The user 'ada' isn't allowed to upload to project 'hers'."));
        app.unverify(&ada).await;
        // Any change of rights makes the server read the account again.
        app.member("main", &ada, ChannelRole::Reader).await;
        assert!(told("own").await.contains("is not verified"));
        assert!(told("hers").await.starts_with("The user 'ada' isn't allowed to upload to project 'hers'."));
    }

    async fn uploads_say_what_is_wrong_with_a_token_as_pypi_does(app: TestApp) {
        let user = app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        let publish = || Grant::verbs(&[Verb::Publish]);
        let short = app.token(&user, publish().lives(TimeDelta::hours(1))).await;
        let issued = app.issue(&user, publish()).await;
        app.registry.revoke_token(&app.operator(), issued.token.id).await.expect("it is revoked");
        app.advance(TimeDelta::hours(1));
        let form = || bonded_testkit::fixtures::Form::wheel(&Wheel::new("parcel", "1.0")).multipart();
        let send = || app.post("/pypi/legacy/").form(form());
        for (attack, request, text) in [
            ("nothing", send(), "Invalid or non-existent authentication information."),
            ("unknown", send().token("bonded-x"), "Invalid or non-existent authentication information."),
            ("a password", send().basic("ada", "hunter2"), "Username/Password authentication is not supported."),
            ("expired", send().token(&short), "Invalid API Token: the token is expired"),
            ("revoked", send().token(issued.secret.expose()), "Invalid API Token: the token is revoked"),
        ] {
            let answer = request.await.expect(403);
            assert!(answer.reason().starts_with(text), "{attack}: {}", answer.reason());
            assert!(answer.text().contains(text), "{attack}");
        }
        assert_eq!((app.counts().await.files, app.counts().await.projects), (0, 0));
    }
}
