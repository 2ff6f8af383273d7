//! Publishers for all projects of a prefix, of a channel or of a group in it.

use bonded_model::group::Group;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_registry::roles::Holder;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use serde_json::json;

use super::world::World;

/// A group of ada's.
async fn group(app: &TestApp, name: &str) -> Group {
    let (registry, origin) = (&app.registry, app.registry.local_origin());
    let administers = registry.operator_administers(&app.operator()).expect("the operator may");
    registry.create_group(&administers, &origin, name, Some("ada")).await.expect("the group is made")
}

with_app! {
    async fn a_channels_publisher_publishes_and_makes_what_begins_so(app: TestApp) {
        let world = World::new(&app).await;
        for name in ["acme_rocket", "acmerocket", "other"] {
            world.project(name).await;
        }
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
        for bad in ["", "*", "a", "-acme", "acme/", "ac me-"] {
            let new = world.new_publisher(json!({}));
            assert!(registry.add_channel_publisher(&permit, &origin, bad, new).await.is_err(), "{bad}");
        }
        let new = world.new_publisher(json!({}));
        registry.add_channel_publisher(&permit, &origin, "Acme_*", new).await.expect("it is added");
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "acme_rocket", "1.0").await, 200);
        assert_eq!(world.upload(&token, "acme_new", "1.0").await, 200);
        assert_eq!(world.upload(&token, "acme_new", "1.1").await, 200);
        for name in ["acmerocket", "other", "acme", "acm"] {
            assert_eq!(world.upload(&token, name, "1.0").await, 403, "{name}");
        }
        let two = futures::future::join_all([1, 2].map(|n| {
            let version = format!("{n}.0");
            let (world, token) = (&world, token.as_str());
            async move { world.upload(token, "acme_race", &version).await }
        }));
        assert_eq!(two.await, [200, 200], "two first uploads of one project");
    }

    async fn a_project_names_the_publishers_with_a_prefix_that_reach_it(app: TestApp) {
        let world = World::new(&app).await;
        for name in ["acme_rocket", "other"] {
            world.project(name).await;
        }
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
        let new = world.new_publisher(json!({}));
        registry.add_channel_publisher(&permit, &origin, "acme-", new).await.expect("it is added");
        for (project, reached) in [("acme-rocket", 1), ("other", 0)] {
            let permit = registry.operator_inspects_project(&app.operator(), "pypi", project).await;
            let views = registry.project_publishers(&permit.expect("the operator may")).await.expect("an answer");
            assert_eq!(views.len(), reached, "{project}");
        }
    }

    async fn administrators_hear_of_a_project_that_nobody_owns(app: TestApp) {
        let world = World::new(&app).await;
        let bob = app.user_as("bob", "pypi", ChannelRole::Admin).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
        let new = world.new_publisher(json!({}));
        registry.add_channel_publisher(&permit, &origin, "acme-", new).await.expect("it is added");
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "acme_new", "1.0").await, 200);
        app.advance(TimeDelta::minutes(1));
        let his = app.token(&bob, bonded_testkit::app::Grant::verbs(bonded_model::token::Verb::ALL)).await;
        assert_eq!(world.upload(&his, "acme_new", "1.1").await, 200);
        assert!(world.has_mail("lost its verified source").await, "{:?}", world.mails().await);
    }

    async fn a_groups_publisher_reaches_as_far_as_the_group(app: TestApp) {
        let world = World::new(&app).await;
        world.project("acme_foreign").await;
        let group = group(&app, "makers").await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let manages = registry.operator_manages_group(&app.operator(), "makers").await.expect("the operator may");
        let add = async || {
            let new = world.new_publisher(json!({}));
            registry.add_group_publisher(&manages, &origin, "pypi", "acme-", new).await
        };
        assert!(add().await.is_err(), "the group may not publish there");
        let channel = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
        let holder = Holder::Group("makers".into());
        registry.put_role(&channel, &origin, &holder, ChannelRole::Publisher).await.expect("it is given");
        add().await.expect("it is added");
        let token = world.minted(json!({})).await;
        assert_eq!(world.upload(&token, "acme_new", "1.0").await, 200);
        assert_eq!(world.upload(&token, "acme_foreign", "1.0").await, 403, "not the group's");
        let mut reader = registry.store.read().await.expect("a connection");
        let owned = reader.projects_of_group(group.id).await.expect("rows");
        assert!(owned.len() == 1 && owned[0].1 == ProjectRole::Owner, "what it makes is the group's");
        drop(reader);
        let again = world.minted(json!({})).await;
        assert_eq!(world.upload(&again, "acme_new", "2.0").await, 200);
        registry.put_role(&channel, &origin, &holder, ChannelRole::Reader).await.expect("it is less");
        assert_eq!(world.upload(&again, "acme_new", "3.0").await, 403, "the token that it still holds");
        registry.put_role(&channel, &origin, &holder, ChannelRole::Publisher).await.expect("it is given");
        assert_eq!(world.upload(&again, "acme_new", "3.0").await, 403, "what ended does not come back");
        let project = registry.operator_manages_project(&app.operator(), "pypi", "acme_new").await.expect("may");
        let third = world.minted(json!({})).await;
        assert_eq!(world.upload(&third, "acme_new", "3.0").await, 200);
        registry.put_role(&project, &origin, &Holder::User("ada".into()), ProjectRole::Owner).await.expect("an owner");
        registry.remove_role(&project, &origin, &holder).await.expect("the group leaves the project");
        assert_eq!(world.upload(&third, "acme_new", "4.0").await, 403, "the project is the group's no more");
        assert_eq!(world.upload(&third, "acme_more", "1.0").await, 200, "new ones are");
        registry.remove_role(&channel, &origin, &holder).await.expect("it is taken");
        for name in ["acme_more", "acme_new", "acme_other"] {
            assert_eq!(world.upload(&third, name, "5.0").await, 403, "{name}");
        }
        assert_eq!(world.code(json!({})).await, "invalid-publisher");
    }
}
