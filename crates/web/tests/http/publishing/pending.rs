//! Publishers for projects that do not exist yet.

use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_testkit::app::Grant;
use bonded_testkit::with_app;
use chrono::TimeDelta;
use serde_json::json;

use super::world::World;

with_app! {
    async fn the_first_job_makes_the_project_in_the_name_of_whoever_registered_it(app: TestApp) {
        let world = World::new(&app).await;
        world.register(&world.ada, "Rocket.Engine", json!({})).await.expect("it is registered");
        assert!(world.register(&world.ada, "rocket-engine", json!({})).await.is_err(), "the same twice");
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "rocket_engine", "1.0").await, 200);
        assert_eq!(world.upload(&token, "rocket_engines", "1.0").await, 403, "another name");
        let roles = app.registry.store.read().await.expect("a connection").roles_of(world.ada.id).await;
        assert_eq!(roles.expect("roles").projects.into_values().collect::<Vec<_>>(), [ProjectRole::Owner]);
        assert!(world.has_mail("made its project").await);
        assert_eq!(world.recorded("channel:publisher:fulfil").await.len(), 1);
        let (_, session) = world.visit(&world.ada).await;
        let own = app.registry.own_pending(&session.cleared().expect("no fence")).await.expect("an answer");
        assert!(own.is_empty());
        world.minted(json!({})).await;
    }

    async fn several_wait_for_one_workflow(app: TestApp) {
        let world = World::new(&app).await;
        for name in ["one", "two", "three"] {
            world.register(&world.ada, name, json!({})).await.expect("it is registered");
        }
        world.register(&world.ada, "two", json!({ "environment": "release" })).await.expect("a stricter one");
        let token = world.minted(json!({})).await;
        for name in ["one", "two", "three"] {
            assert_eq!(world.upload(&token, name, "1.0").await, 200, "{name}");
        }
    }

    async fn a_job_that_two_people_wait_for_makes_nothing(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        let first = world.register(&bob, "foo-0ne", json!({})).await.expect("it is registered");
        let second = world.register(&world.ada, "foo-one", json!({})).await.expect("it is registered");
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200, "what is not disputed is open");
        for name in ["foo_one", "foo_0ne"] {
            assert_eq!(world.upload(&token, name, "1.0").await, 403, "{name}");
        }
        let mut reader = app.registry.store.read().await.expect("a connection");
        for id in [first.id, second.id] {
            let row = reader.publisher(id).await.expect("a row").expect("it waits still");
            let text = row.last_refusal.expect("it is kept for whoever registered it");
            assert!(text.contains("several people") && text.contains("acme/rocket"), "{text}");
        }
        drop(reader);
        world.project("foo_one").await;
        assert!(world.has_mail("pending publisher of yours ended").await);
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "foo_one", "1.0").await, 200, "who made it by hand keeps the publisher");
        assert_eq!(world.recorded("channel:publisher:lapse").await.len(), 1);
    }

    async fn two_people_wait_for_one_name_and_nothing_else_fits(app: TestApp) {
        let world = World::new(&app).await;
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        for user in [&bob, &world.ada] {
            world.register(user, "rocket", json!({})).await.expect("it is registered");
        }
        let (code, text) = world.refused(&world.identity(json!({}))).await;
        assert_eq!(code, "invalid-pending-publisher");
        assert!(text.contains("several people") && text.contains("acme/rocket"), "{text}");
        assert!(!text.contains("bob") && !text.contains("pypi"), "{text}");
        assert_eq!(world.recorded("channel:publisher:lapse").await.len(), 0, "both wait still");
    }

    async fn a_name_that_somebody_else_takes_ends_it(app: TestApp) {
        let world = World::new(&app).await;
        world.register(&world.ada, "rocket", json!({})).await.expect("it is registered");
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        let token = app.token(&bob, Grant::verbs(Verb::ALL)).await;
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200, "it reserves nothing");
        assert!(world.has_mail("pending publisher of yours ended").await);
        assert_eq!(world.recorded("channel:publisher:lapse").await.len(), 1);
        assert_eq!(world.code(json!({})).await, "invalid-publisher");
        assert!(world.register(&world.ada, "rocket", json!({})).await.is_err(), "it exists");
    }

    async fn a_project_that_can_be_mistaken_for_it_ends_it(app: TestApp) {
        let world = World::new(&app).await;
        for name in ["foo-one", "bar"] {
            world.register(&world.ada, name, json!({})).await.expect("it is registered");
        }
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        let token = app.token(&bob, Grant::verbs(Verb::ALL)).await;
        assert_eq!(world.upload(&token, "foo_0ne", "1.0").await, 200);
        assert!(world.has_mail("pending publisher of yours ended").await);
        assert_eq!(world.recorded("channel:publisher:lapse").await.len(), 1);
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "foo_one", "1.0").await, 403, "it is not made any more");
        assert_eq!(world.upload(&token, "bar", "1.0").await, 200, "the other one waited");
    }

    async fn whoever_makes_the_project_by_hand_keeps_the_publisher(app: TestApp) {
        let world = World::new(&app).await;
        world.register(&world.ada, "rocket", json!({})).await.expect("it is registered");
        world.project("rocket").await;
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200);
    }

    async fn a_channel_may_keep_the_names_free(app: TestApp) {
        let world = World::new(&app).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
        registry.set_reserve_pending(&permit, &origin, true).await.expect("it is set");
        world.register(&world.ada, "rocket", json!({})).await.expect("it is registered");
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        let token = app.token(&bob, Grant::verbs(Verb::ALL)).await;
        assert_eq!(world.upload(&token, "Rocket", "1.0").await, 400, "the name is kept");
        assert_eq!(world.upload(&token, "r0cket", "1.0").await, 400, "a name that can be mistaken for it");
        assert_eq!(world.upload(&token, "rockets", "1.0").await, 200);
        assert!(registry.create_project(&permit, &origin, "rocket", "bob").await.is_err());
        assert!(registry.create_project(&permit, &origin, "r0cket", "bob").await.is_err());
        assert!(world.register(&bob, "rocket", json!({})).await.is_err());
        assert!(world.register(&bob, "r0cket", json!({})).await.is_err());
        world.minted(json!({})).await;
    }

    async fn the_registrants_rights_of_that_moment_count(app: TestApp) {
        let world = World::new(&app).await;
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        world.register(&bob, "rocket", json!({})).await.expect("it is registered");
        app.member("pypi", &bob, ChannelRole::Reader).await;
        let (code, text) = world.refused(&world.identity(json!({}))).await;
        assert_eq!(code, "invalid-pending-publisher");
        assert!(!text.contains("pypi"), "{text}");
        let mut reader = app.registry.store.read().await.expect("a connection");
        let pypi = reader.channel_by_name("pypi").await.expect("a row").expect("it is there").id;
        assert!(reader.project_by_name(pypi, "rocket").await.expect("a row").is_none());
        drop(reader);
        app.member("pypi", &bob, ChannelRole::Publisher).await;
        world.minted(json!({})).await;
        let eve = app.user_as("eve", "pypi", ChannelRole::Reader).await;
        assert!(world.register(&eve, "capsule", json!({})).await.is_err(), "she may not make projects");
    }

    async fn a_suspended_registrant_makes_nothing(app: TestApp) {
        let world = World::new(&app).await;
        let bob = app.user_as("bob", "pypi", ChannelRole::Publisher).await;
        world.register(&bob, "rocket", json!({})).await.expect("it is registered");
        let permit = app.registry.operator_administers(&app.operator()).expect("the operator may");
        app.registry.suspend(&permit, &app.registry.local_origin(), bob.id).await.expect("he is suspended");
        assert_eq!(world.code(json!({})).await, "invalid-pending-publisher");
    }

    async fn nobody_came_for_thirty_days(app: TestApp) {
        let world = World::new(&app).await;
        world.register(&world.ada, "rocket", json!({})).await.expect("it is registered");
        app.advance(TimeDelta::days(25));
        app.registry.clear_away().await.expect("it sweeps");
        app.registry.clear_away().await.expect("it sweeps");
        let soon = world.mails().await.into_iter().filter(|mail| mail.contains("ends soon")).count();
        assert_eq!(soon, 1, "told once, five days before");
        app.advance(TimeDelta::days(5));
        // It is over at once; a server that is just starting may also have swept it by now.
        let code = world.code(json!({})).await;
        assert!(["invalid-pending-publisher", "invalid-publisher"].contains(&code.as_str()), "{code}");
        app.registry.clear_away().await.expect("it sweeps");
        assert_eq!(world.code(json!({})).await, "invalid-publisher");
        assert_eq!(world.recorded("channel:publisher:lapse").await.len(), 1);
    }

    async fn one_person_has_a_hundred_at_once(app: TestApp) {
        let world = World::new(&app).await;
        let (visit, session) = world.visit(&world.ada).await;
        let fresh = session.fresh().expect("a fresh proof");
        for n in 0..101 {
            let (name, new) = (format!("rocket{n}"), world.new_publisher(json!({})));
            let registered = app.registry.register_publisher(&fresh, &visit, "pypi", &name, new).await;
            assert_eq!(registered.is_ok(), n < 100, "{n}");
        }
    }

    async fn names_that_no_project_has_are_refused(app: TestApp) {
        let world = World::new(&app).await;
        for name in ["", "-x", "a b", "x/../y", "requirements.txt\n\nx", &"x".repeat(300)] {
            assert!(world.register(&world.ada, name, json!({})).await.is_err(), "{name}");
        }
    }
}
