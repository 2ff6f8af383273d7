//! The exchange as rattler and pixi do it.

use bonded_model::user::ChannelRole;
use bonded_testkit::fixtures::Package;
use bonded_testkit::with_app;
use chrono::TimeDelta;
use serde_json::json;

use super::world::World;

with_app! {
    async fn the_token_is_the_whole_answer_and_uploads_at_once(app: TestApp) {
        let world = World::new(&app).await;
        app.member("main", &world.ada, ChannelRole::Publisher).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_channel(&app.operator(), "main").await.expect("the operator may");
        let new = world.new_publisher(json!({}));
        registry.add_channel_publisher(&permit, &origin, "rocket*", new).await.expect("it is added");
        let body = json!({ "token": world.identity(json!({})) }).to_string();
        let answer = app.post("/api/oidc/mint_token").body(body.clone()).await.expect(200);
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
        let token = answer.text().to_owned();
        assert!(token.starts_with("bonded-") && token.trim() == token, "nothing but the token");
        app.upload_conda("main", &token, &Package::noarch("rocket", "1.0")).await.expect(201);
        app.upload_conda("main", &token, &Package::noarch("rocket", "1.1")).await.expect(201);
        app.upload_conda("main", &token, &Package::noarch("capsule", "1.0")).await.expect(403);
        let again = app.post("/api/oidc/mint_token").body(body).await.expect(401);
        assert!(again.text().contains("already") && again.header("content-type").starts_with("text/plain"));
        app.advance(TimeDelta::minutes(15));
        let late = app.upload_conda("main", &token, &Package::noarch("rocket", "1.2")).await.status();
        assert!((401..=403).contains(&late), "{late}");
    }

    async fn identities_that_are_refused_get_their_status(app: TestApp) {
        let world = World::new(&app).await;
        for (changes, status) in [
            (json!({ "aud": "other.example" }), 401),
            (json!({ "exp": app.now().timestamp() - 60, "iat": app.now().timestamp() - 90 }), 401),
            (json!({ "iss": "https://issuer.example" }), 422),
            (json!({ "event_name": "pull_request_target" }), 403),
            (json!({}), 403),
        ] {
            let body = json!({ "token": world.identity(changes.clone()) }).to_string();
            let answer = app.post("/api/oidc/mint_token").body(body).await;
            assert_eq!(answer.status(), status, "{changes}: {:?}", answer.body);
            assert!(answer.header("content-type").starts_with("text/plain"), "{changes}");
        }
    }
}
