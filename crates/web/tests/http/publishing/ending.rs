//! How tokens and publishers end.

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{Random, Switches};
use bonded_registry::projects::Target;
use bonded_testkit::app::Grant;
use bonded_testkit::with_app;
use serde_json::json;

use super::world::World;

with_app! {
    async fn a_publisher_takes_its_tokens_along(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        world.project("capsule").await;
        world.publisher("capsule", json!({})).await;
        let token = world.minted(json!({})).await;
        let registry = &app.registry;
        let permit = registry.operator_manages_project(&app.operator(), "pypi", "rocket").await.expect("he may");
        let elsewhere = registry.operator_manages_project(&app.operator(), "pypi", "capsule").await.expect("he may");
        let origin = registry.local_origin();
        assert!(registry.remove_publisher(&elsewhere, &origin, publisher.id).await.is_err(), "another project's");
        registry.remove_publisher(&permit, &origin, publisher.id).await.expect("it is removed");
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 403);
        assert_eq!(world.upload(&token, "capsule", "1.0").await, 200, "the other publisher is there");
        assert!(world.has_mail("trusted publisher of rocket was removed").await);
        assert_eq!(world.recorded("project:publisher:remove").await.len(), 1);
    }

    async fn a_token_that_is_given_back_is_dead_and_nobody_learns_of_others(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let token = world.minted(json!({})).await;
        let own = app.token(&world.ada, Grant::verbs(Verb::ALL)).await;
        let unknown = bonded_model::token::ApiToken::generate(&Random::System).expose().to_owned();
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200);
        for text in [&token, &token, &own, &unknown, "hunter2", ""] {
            let answer = app.post("/_/oidc/burn-token").body(json!({ "token": text }).to_string()).await.expect(204);
            assert!(answer.body.is_empty() && answer.header("cache-control") == "no-store");
        }
        app.post("/_/oidc/burn-token").body("no JSON").await.expect(204);
        assert_eq!(world.upload(&token, "rocket", "1.1").await, 403);
        assert_eq!(world.upload(&own, "rocket", "1.1").await, 200, "a person's token is left alone");
        assert_eq!(world.recorded("project:publisher:burn").await.len(), 1);
    }

    async fn a_token_that_leaked_is_dead(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let token = world.minted(json!({})).await;
        let (found, url) = (|| [token.parse().expect("a token")], "https://code.example/log");
        let told = app.registry.disclose_tokens(&app.operator(), found(), Some(url)).await.expect("it is ended");
        assert!(told.len() == 1 && told[0].owner.is_none() && told[0].name.contains("acme/rocket"), "{told:?}");
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 403);
        let burnt = world.recorded("project:publisher:burn").await;
        assert!(burnt.len() == 1 && burnt[0].body.contains("true") && burnt[0].body.contains(url), "{burnt:?}");
        app.registry.disclose_tokens(&app.operator(), found(), Some(url)).await.expect("an answer");
        let mails = world.mails().await;
        let told = mails.iter().filter(|mail| mail.contains("A token of a trusted publisher of rocket leaked"));
        assert_eq!(told.count(), 1, "{mails:?}");
    }

    async fn a_token_that_came_in_a_path_is_put_on_record(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let token = world.minted(json!({})).await;
        for (method, path, status) in [
            (http::Method::GET, "/t/TOKEN/pypi/simple/", 403),
            (http::Method::POST, "/t/TOKEN/pypi/legacy/", 403),
            (http::Method::GET, "/pypi/TOKEN/", 400),
        ] {
            let before = app.counts().await.audit_rows;
            app.request(method, &path.replace("TOKEN", &token)).await.expect(status);
            assert_eq!(app.counts().await.audit_rows, before + 1, "{path}");
        }
    }

    async fn a_project_that_is_deleted_keeps_no_publisher(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        let token = world.minted(json!({})).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let operator = bonded_model::Actor::Operator;
        let permit = registry.permit_delete(&operator, &origin, "pypi", "rocket").await.expect("the operator may");
        registry.delete(permit, origin, Target::Project).await.expect("it is deleted");
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 403);
        assert_eq!(world.code(json!({})).await, "invalid-publisher");
        let mut reader = registry.store.read().await.expect("a connection");
        assert!(reader.publisher(publisher.id).await.expect("a row").is_none());
    }

    async fn a_project_that_is_archived_takes_nothing_from_jobs(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let token = world.minted(json!({})).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let (operator, status) = (bonded_model::Actor::Operator, bonded_model::ProjectStatus::Archived);
        registry.set_status(&operator, &origin, "pypi", "rocket", status, "").await.expect("it is archived");
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 403);
    }

    async fn a_project_left_to_publishers_takes_nothing_from_people(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        let narrow = app.issue(&world.ada, Grant::verbs(&[Verb::Publish]).project("pypi", "rocket")).await;
        let wide = app.issue(&world.ada, Grant::verbs(&[Verb::Publish])).await;
        let other = app.issue(&bob, Grant::verbs(&[Verb::Publish])).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_project(&app.operator(), "pypi", "rocket").await.expect("he may");
        let only = Switches { trusted_publishers_only: true, ..Switches::default() };
        for switches in [only, only, Switches::default()] {
            registry.set_project_switches(&permit, &origin, switches).await.expect("it is set");
            if switches.trusted_publishers_only {
                let token = world.minted(json!({})).await;
                let version = format!("{}.0", world.recorded("project:file:publish").await.len());
                assert_eq!(world.upload(&token, "rocket", &version).await, 200);
                assert_eq!(world.upload(wide.secret.expose(), "rocket", "7.0").await, 403);
            }
        }
        for (token, ended) in [(&narrow, true), (&wide, false), (&other, false)] {
            let mut reader = registry.store.read().await.expect("a connection");
            let row = reader.token(token.token.id).await.expect("a row").expect("it is there");
            assert_eq!(row.revoked_at.is_some(), ended, "{}", row.name);
        }
        assert_eq!(world.upload(wide.secret.expose(), "rocket", "8.0").await, 403, "cut off until it is restored");
        assert_eq!(world.upload(wide.secret.expose(), "capsule", "1.0").await, 200);
        assert_eq!(world.recorded("user:token:revoke").await.len(), 1);
        assert!(world.has_mail("Only trusted publishers publish to rocket").await);
        assert!(world.has_mail("was cut off").await);
    }

    async fn tokens_that_cannot_publish_just_now_are_cut_off_as_well(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let wide = app.issue(&world.ada, Grant::verbs(&[Verb::Publish])).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let channel = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
        let strict = Switches { longest_token_life: Some(1), ..Switches::default() };
        registry.set_channel_switches(&channel, &origin, strict).await.expect("it is set");
        assert_eq!(world.upload(wide.secret.expose(), "rocket", "1.0").await, 403, "it lives for too long");
        let permit = registry.operator_manages_project(&app.operator(), "pypi", "rocket").await.expect("he may");
        let only = Switches { trusted_publishers_only: true, ..Switches::default() };
        registry.set_project_switches(&permit, &origin, only).await.expect("it is set");
        registry.set_project_switches(&permit, &origin, Switches::default()).await.expect("it is set");
        registry.set_channel_switches(&channel, &origin, Switches::default()).await.expect("it is set");
        assert_eq!(world.upload(wide.secret.expose(), "rocket", "1.1").await, 403, "cut off until it is restored");
        assert_eq!(world.upload(wide.secret.expose(), "capsule", "1.0").await, 200);
    }

    async fn whoever_takes_a_project_over_takes_none_of_its_publishers(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        let (visit, session) = world.visit(&world.ada).await;
        let (registry, fresh) = (&app.registry, session.fresh().expect("a fresh proof"));
        let permit = registry.manage_project(&fresh, "pypi", "rocket").await.expect("she owns it");
        let token = world.minted(json!({})).await;
        registry.offer_project(&permit, &visit.origin, "bob").await.expect("it is offered");
        let (his_visit, his) = world.visit(&bob).await;
        let cleared = his.cleared().expect("no fence");
        let offers = registry.role_offers(&cleared).await.expect("an answer");
        let which = bonded_registry::roles::Which::Id(offers[0].id);
        registry.accept_role(&cleared, &his_visit, &which).await.expect("he accepts");
        let mut reader = registry.store.read().await.expect("a connection");
        assert!(reader.publisher(publisher.id).await.expect("a row").is_none());
        drop(reader);
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 403);
    }
}
