//! Which publishers an identity is.

use bonded_testkit::with_app;
use chrono::TimeDelta;
use serde_json::json;

use super::world::World;

with_app! {
    async fn a_renamed_then_reclaimed_owner_is_another_one(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        let (code, text) = world.refused(&world.identity(json!({ "repository_owner_id": "66" }))).await;
        assert_eq!(code, "invalid-publisher");
        assert!(text.contains("repository_owner_id: expected '65', received '66'"), "{text}");
        assert!(text.contains("acme/rocket, release.yml") && !text.contains("pypi"), "{text}");
        let mut reader = app.registry.store.read().await.expect("a connection");
        let row = reader.publisher(publisher.id).await.expect("a row").expect("it is there");
        assert!(row.last_refusal.expect("it is kept for owners").contains("received '66'"));
        assert_eq!((row.last_refused_at, row.last_used_at), (Some(app.now()), None));
        drop(reader);
        world.minted(json!({})).await;
        let mut reader = app.registry.store.read().await.expect("a connection");
        let row = reader.publisher(publisher.id).await.expect("a row").expect("it is there");
        assert!(row.last_refusal.is_some(), "a release does not wipe out what somebody tried before");
        drop(reader);
        let refused = async || {
            let permit = app.registry.operator_inspects_project(&app.operator(), "pypi", "rocket").await;
            let views = app.registry.project_publishers(&permit.expect("the operator may")).await;
            views.expect("an answer").iter().any(|view| view.publisher.last_refusal.is_some())
        };
        app.advance(TimeDelta::days(29));
        assert!(refused().await);
        app.advance(TimeDelta::days(1));
        assert!(!refused().await, "it is over");
    }

    async fn a_repository_that_was_deleted_and_made_again_is_another_one(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.minted(json!({})).await;
        assert_eq!(world.code(json!({ "repository_id": "75" })).await, "invalid-publisher");
    }

    async fn workflows_and_events_of_strangers(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let file = "acme/rocket/.github/workflows/release.yml";
        for changes in [
            json!({ "event_name": "pull_request_target" }),
            json!({ "workflow_ref": format!("{file}@fake.yml@refs/tags/v1.0") }),
            json!({ "job_workflow_ref": format!("{file}@@refs/tags/v1.0") }),
            json!({ "job_workflow_ref": "evil/shared/.github/workflows/release.yml@refs/tags/v1.0" }),
            json!({ "workflow_ref": "acme/rocket/.github/workflows/other.yml@refs/tags/v1.0" }),
            json!({ "repository": "acme/rocket2" }),
            json!({ "repository": "mallory/rocket", "repository_owner": "mallory", "repository_owner_id": "99" }),
        ] {
            assert_eq!(world.code(changes.clone()).await, "invalid-publisher", "{changes}");
        }
    }

    async fn owners_see_runs_that_strangers_caused(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        world.project("capsule").await;
        let second = world.publisher("capsule", json!({})).await;
        let (code, text) = world.refused(&world.identity(json!({ "event_name": "pull_request_target" }))).await;
        assert_eq!(code, "invalid-publisher");
        assert!(text.contains("'pull_request_target', which anybody can cause"), "{text}");
        assert!(text.contains("acme/rocket, release.yml") && text.contains("repository: 'acme/rocket'"), "{text}");
        let mut reader = app.registry.store.read().await.expect("a connection");
        for id in [publisher.id, second.id] {
            let row = reader.publisher(id).await.expect("a row").expect("it is there");
            assert!(row.last_refusal.expect("it is kept for owners").contains("pull_request_target"));
            assert_eq!((row.last_used_at, row.last_source), (None, None));
        }
        assert!(world.recorded("project:publisher:mint").await.is_empty());
    }

    async fn runs_that_strangers_cause_fill_no_bucket_of_a_release(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let mut last = 422;
        for _ in 0..51 {
            let stranger = world.identity(json!({ "event_name": "issue_comment" }));
            last = world.exchange(&stranger).await.status();
        }
        assert_eq!(last, 429);
        world.minted(json!({})).await;
    }

    async fn a_repository_beside_it_is_told_the_nearest_publisher_and_its_owners_nothing(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        let (_, text) = world.refused(&world.identity(json!({ "repository": "acme/secret" }))).await;
        assert!(text.contains("acme/rocket, release.yml"), "{text}");
        let mut reader = app.registry.store.read().await.expect("a connection");
        let row = reader.publisher(publisher.id).await.expect("a row").expect("it is there");
        assert_eq!((row.last_refusal, row.last_refused_at), (None, None));
    }

    async fn an_environment_that_is_asked_for_must_be_there(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        world.publisher("rocket", json!({ "environment": "Release" })).await;
        assert_eq!(world.code(json!({ "environment": null })).await, "invalid-publisher");
        assert_eq!(world.code(json!({ "environment": "staging" })).await, "invalid-publisher");
        world.minted(json!({ "environment": "RELEASE" })).await;
        assert!(!world.has_mail("can be narrowed").await);
    }

    async fn an_environment_that_nobody_asked_for_is_mailed_once_and_can_be_asked_for(app: TestApp) {
        let (world, publisher) = World::with_rocket(&app).await;
        for _ in 0..2 {
            world.minted(json!({})).await;
        }
        let mails = world.mails().await;
        assert_eq!(mails.iter().filter(|mail| mail.contains("can be narrowed")).count(), 1, "{mails:?}");
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_project(&app.operator(), "pypi", "rocket").await.expect("he may");
        let token = world.minted(json!({ "environment": "staging" })).await;
        let constrain = async |environment: &str| {
            registry.constrain_publisher(&permit, &origin, publisher.id, environment).await
        };
        let meanwhile = constrain("release").await.expect_err("the page showed another environment than the last one");
        assert!(matches!(meanwhile, bonded_registry::Error::Conflict(_)), "{meanwhile}");
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200, "nothing was changed");
        world.minted(json!({})).await;
        constrain("release").await.expect("it was seen");
        assert_eq!(world.upload(&token, "rocket", "1.1").await, 403, "what it gave out before has ended");
        assert_eq!(world.code(json!({ "environment": "staging" })).await, "invalid-publisher");
        world.minted(json!({})).await;
        assert!(constrain("release").await.is_err(), "it has one");
    }

    async fn the_stricter_of_two_publishers_of_one_project_counts(app: TestApp) {
        let (world, free) = World::with_rocket(&app).await;
        let strict = world.publisher("rocket", json!({ "environment": "release" })).await;
        let used = async || {
            let mut reader = app.registry.store.read().await.expect("a connection");
            let mut at = Vec::new();
            for id in [free.id, strict.id] {
                let row = reader.publisher(id).await.expect("a row").expect("it is there");
                at.push(row.last_used_at.is_some());
            }
            at
        };
        world.minted(json!({})).await;
        assert_eq!(used().await, [false, true]);
        world.minted(json!({ "environment": "staging" })).await;
        assert_eq!(used().await, [true, true]);
    }

    async fn one_workflow_publishes_to_every_project_that_trusts_it(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        world.project("capsule").await;
        world.publisher("capsule", json!({})).await;
        let token = world.minted(json!({})).await;
        for project in ["rocket", "capsule"] {
            assert_eq!(world.upload(&token, project, "1.0").await, 200, "{project}");
        }
        let permit = app.registry.operator_manages_project(&app.operator(), "pypi", "rocket").await.expect("he may");
        let again = world.new_publisher(json!({}));
        let origin = app.registry.local_origin();
        assert!(app.registry.add_publisher(&permit, &origin, again).await.is_err(), "the same twice");
    }

    async fn a_stranger_learns_no_publisher(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let stranger = json!({ "repository": "mallory/x", "repository_owner": "mallory", "repository_owner_id": "99" });
        let (_, text) = world.refused(&world.identity(stranger)).await;
        assert!(!text.contains("release.yml, ") && text.contains("no publisher is configured"), "{text}");
    }
}
