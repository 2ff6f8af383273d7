//! Which identity tokens are believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bonded_model::publishing::{Algorithm, Provider};
use bonded_registry::publishers::IssuerChange;
use bonded_testkit::issuer::{TestIssuer, with};
use bonded_testkit::with_app;
use serde_json::json;

use super::world::{AUDIENCE, World};

with_app! {
    async fn tokens_that_choose_their_own_algorithm(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        for algorithm in ["none", "None", "HS256", "ES256", "RS512", "PS256", ""] {
            let header = json!({ "alg": algorithm, "kid": "first" });
            let token = world.issuer.sign_as(&header, &world.claims(json!({})));
            assert_eq!(world.refused(&token).await.0, "invalid-token", "{algorithm}");
            let (signed, _) = token.rsplit_once('.').expect("a token");
            assert_eq!(world.refused(&format!("{signed}.")).await.0, "invalid-token", "{algorithm} unsigned");
        }
        let header = json!({ "alg": "RS256" });
        let nameless = world.issuer.sign_as(&header, &world.claims(json!({})));
        assert_eq!(world.refused(&nameless).await.0, "invalid-token", "no kid");
        let token = world.identity(json!({}));
        let (signed, signature) = token.rsplit_once('.').expect("a token");
        let (header, _) = signed.split_once('.').expect("a token");
        let other = URL_SAFE_NO_PAD.encode(world.claims(json!({ "repository": "evil/rocket" })).to_string());
        assert_eq!(world.refused(&format!("{header}.{other}.{signature}")).await.0, "invalid-token", "other claims");
        world.exchange(&token).await.expect(200);
    }

    async fn tokens_for_others(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        for audience in [
            json!("pypi"),
            json!([AUDIENCE]),
            json!([AUDIENCE, "pypi"]),
            json!(format!("{AUDIENCE}:{}", app.address().port())),
            json!(app.base_url()),
            json!("LOCALHOST"),
            json!(7),
            json!(null),
        ] {
            assert_eq!(world.code(json!({ "aud": audience })).await, "invalid-token", "{audience}");
        }
    }

    async fn tokens_of_other_times(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let now = app.now().timestamp();
        for times in [
            json!({ "exp": null }),
            json!({ "iat": null }),
            json!({ "exp": now - 31, "iat": now - 600 }),
            json!({ "iat": now + 31 }),
            json!({ "nbf": now + 31 }),
            json!({ "exp": now + 90_000 }),
            json!({ "exp": "soon" }),
        ] {
            assert_eq!(world.code(times.clone()).await, "invalid-token", "{times}");
        }
        world.minted(json!({ "exp": now - 29, "iat": now - 600 })).await;
    }

    async fn what_one_issuer_says_never_matches_a_publisher_of_another(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let other = TestIssuer::start().await;
        let claims = other.claims(AUDIENCE, app.now());
        assert_eq!(world.refused(&other.sign(&claims)).await.0, "invalid-payload", "nobody knows it");
        app.trust(&other, Provider::GitHub).await;
        assert_eq!(world.refused(&other.sign(&claims)).await.0, "invalid-publisher", "equal names");
        other.rotate();
        let posing = with(claims, json!({ "iss": world.issuer.url() }));
        for kid in ["first", "second"] {
            let forged = other.sign_as(&json!({ "alg": "RS256", "kid": kid }), &posing);
            assert_eq!(world.refused(&forged).await.0, "invalid-token", "with the other's name and the key {kid}");
        }
        world.minted(json!({})).await;
    }

    async fn an_issuer_that_is_switched_off_ends_its_tokens_at_once(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200);
        let registry = &app.registry;
        let permit = registry.operator_administers(&app.operator()).expect("the operator may");
        let change = |enabled| {
            let name = "test".into();
            IssuerChange { name, enabled, algorithm: Algorithm::Rs256, private_network: true, server: None }
        };
        let origin = registry.local_origin();
        // Also where its URL, at a private address, would be refused by what is set with it.
        let closed = IssuerChange { private_network: false, ..change(false) };
        registry.change_issuer(&permit, &origin, world.known.id, closed).await.expect("it is off");
        let reopened = IssuerChange { private_network: false, ..change(true) };
        let refused = registry.change_issuer(&permit, &origin, world.known.id, reopened).await;
        assert!(matches!(refused, Err(bonded_registry::Error::Field { field: "url", .. })), "{refused:?}");
        assert_eq!(world.upload(&token, "rocket", "1.1").await, 403);
        assert_eq!(world.code(json!({})).await, "not-enabled");
        registry.change_issuer(&permit, &origin, world.known.id, change(true)).await.expect("it is on");
        world.minted(json!({})).await;
        let url = world.issuer.url();
        registry.remove_issuer(&permit, &origin, world.known.id, url).await.expect("it is removed");
        assert_eq!(world.code(json!({})).await, "invalid-payload");
        let mut reader = registry.store.read().await.expect("a connection");
        assert!(reader.publisher(publisher.id).await.expect("a row").is_none());
    }

    async fn removing_an_issuer_tells_everybody_whom_removing_its_publishers_tells(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let registry = &app.registry;
        let (operator, origin) = (app.operator(), registry.local_origin());
        let channel = registry.operator_manages_channel(&operator, "pypi").await.expect("the operator may");
        // More than end in one transaction.
        for number in 0..100 {
            let wide = world.new_publisher(json!({ "repository": format!("tools-{number}") }));
            registry.add_channel_publisher(&channel, &origin, "acme-", wide).await.expect("it is added");
        }
        world.register(&world.ada, "capsule", json!({ "repository": "capsule" })).await.expect("it is registered");
        let permit = registry.operator_administers(&operator).expect("the operator may");
        let remove = async |typed: &str| registry.remove_issuer(&permit, &origin, world.known.id, typed).await;
        for typed in ["", "test", "https://token.actions.githubusercontent.com"] {
            let refused = remove(typed).await.expect_err("another URL");
            assert!(matches!(refused, bonded_registry::Error::Field { field: "confirm", .. }), "{typed}: {refused}");
        }
        assert!(world.recorded("project:publisher:remove").await.is_empty());
        remove(world.issuer.url()).await.expect("it is removed");
        let removed = world.recorded("project:publisher:remove").await;
        assert_eq!(removed.len(), 101, "of the project and of the prefix");
        assert_eq!(removed.iter().filter(|row| row.body.contains("acme/rocket, release.yml")).count(), 1);
        assert_eq!(world.recorded("channel:publisher:lapse").await.len(), 1);
        assert_eq!(world.recorded("instance:issuer:change").await.len(), 1, "it is switched off first");
        let issuer = world.recorded("instance:issuer:remove").await;
        assert!(issuer.len() == 1 && issuer[0].body.contains("\"publishers\":102"), "{issuer:?}");
        assert!(world.has_mail("A trusted publisher of rocket was removed").await);
        assert!(world.has_mail("A pending publisher of yours was removed").await);
    }

    async fn an_issuer_that_signs_otherwise_from_now_on_is_believed_once_that_is_said(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let registry = &app.registry;
        let permit = registry.operator_administers(&app.operator()).expect("the operator may");
        let origin = registry.local_origin();
        let change = |algorithm| {
            let name = "test".into();
            IssuerChange { name, enabled: true, algorithm, private_network: true, server: None }
        };
        registry.change_issuer(&permit, &origin, world.known.id, change(Algorithm::Es256)).await.expect("it is changed");
        assert_eq!(world.code(json!({})).await, "invalid-token", "what it signed until then");
        registry.change_issuer(&permit, &origin, world.known.id, change(Algorithm::Rs256)).await.expect("it is changed");
        world.minted(json!({})).await;
        let bodies: Vec<_> = world.recorded("instance:issuer:change").await.into_iter().map(|row| row.body).collect();
        assert!(bodies.len() == 2 && bodies[0].contains("ES256"), "{bodies:?}");
    }
}
