//! Issuers that change their keys, are down or lie, and strangers who name keys that are not there.

use bonded_testkit::issuer::Behaviour;
use bonded_testkit::with_app;
use chrono::TimeDelta;
use serde_json::json;

use super::world::World;

with_app! {
    async fn a_stream_of_unknown_keys_does_not_reach_the_issuer(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.minted(json!({})).await;
        assert_eq!(world.issuer.asked(), 1);
        for n in 0..5 {
            let header = json!({ "alg": "RS256", "kid": format!("unknown-{n}") });
            let token = world.issuer.sign_as(&header, &world.claims(json!({})));
            assert_eq!(world.refused(&token).await.0, "invalid-token");
        }
        assert_eq!(world.issuer.asked(), 1, "it was asked less than a minute ago");
        app.advance(TimeDelta::minutes(1));
        for _ in 0..5 {
            let header = json!({ "alg": "RS256", "kid": "unknown" });
            let token = world.issuer.sign_as(&header, &world.claims(json!({})));
            assert_eq!(world.refused(&token).await.0, "invalid-token");
        }
        assert_eq!(world.issuer.asked(), 2);
    }

    async fn a_key_that_was_rotated_away_is_not_believed_any_more(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.minted(json!({})).await;
        let stolen = [0, 0].map(|_| world.identity(json!({})));
        world.issuer.rotate();
        app.advance(TimeDelta::minutes(1));
        assert_eq!(world.exchange(&stolen[0]).await.status(), 200, "the keys are fresh still");
        world.minted(json!({})).await;
        assert_eq!(world.issuer.asked(), 2, "the new key was unknown");
        assert_eq!(world.refused(&stolen[1]).await.0, "invalid-token");
    }

    async fn a_rotation_is_noticed_within_a_quarter_of_an_hour(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.minted(json!({})).await;
        let stolen = world.identity(json!({}));
        world.issuer.rotate();
        app.advance(TimeDelta::minutes(15));
        assert_eq!(world.refused(&stolen).await.0, "invalid-token");
    }

    async fn an_issuer_that_is_down_or_lies_is_believed_by_the_keys_it_had(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.minted(json!({})).await;
        for (behaviour, asked) in [
            (Behaviour::Down, 1),
            (Behaviour::KeysDown, 2),
            (Behaviour::NoKeys, 3),
            (Behaviour::NoJwksUri, 3),
            (Behaviour::AnotherIssuer, 3),
        ] {
            world.issuer.behave(behaviour);
            app.advance(TimeDelta::minutes(16));
            world.minted(json!({})).await;
            assert_eq!(world.issuer.asked(), asked, "{behaviour:?}: how often its keys were asked for");
        }
    }

    async fn an_issuer_whose_keys_were_never_had_is_not_believed(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.issuer.behave(Behaviour::Down);
        assert_eq!(world.code(json!({})).await, "invalid-token");
        world.issuer.behave(Behaviour::Good);
        app.advance(TimeDelta::minutes(1));
        world.minted(json!({})).await;
    }

    async fn servers_share_the_keys(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.issuer.behave(Behaviour::Slow);
        let beside = app.beside().await;
        let identities = [0, 0, 0, 0].map(|_| world.identity(json!({})));
        let answers = futures::future::join_all(identities.iter().enumerate().map(|(n, identity)| {
            let server = if n % 2 == 0 { &app } else { &beside };
            let body = json!({ "token": identity }).to_string();
            server.post("/_/oidc/mint-token").body(body).into_future()
        }));
        assert!(answers.await.iter().all(|answer| answer.status() == 200));
        assert_eq!(world.issuer.asked(), 1);
    }
}
