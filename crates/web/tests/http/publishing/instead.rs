//! Tokens of people that a trusted publisher could stand in for.

use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_registry::roles::Holder;
use bonded_testkit::app::Grant;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use serde_json::json;

use super::world::World;

const VERBS: &[Verb] = &[Verb::Publish, Verb::Manage];

/// Whether the list says of the token itself that a trusted publisher could do what it does.
async fn is_marked(app: &TestApp, token: &str) -> bool {
    let list = app.get("/api/bonded/v1/tokens").token(token).await.expect(200).json();
    let own = list["tokens"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|own| own["verbs"] == json!(["publish", "manage"]));
    let marks = own.expect("itself")["marks"].as_array().expect("marks").clone();
    marks.contains(&json!("publisher-instead"))
}

with_app! {
    async fn one_of_many_projects_with_a_publisher_is_enough(app: TestApp) {
        let world = World::new(&app).await;
        let token = app.token(&world.ada, Grant::verbs(VERBS)).await;
        for name in ["alpha", "beta", "rocket", "zeta"] {
            assert_eq!(world.upload(&token, name, "1.0").await, 200);
        }
        world.project("other").await;
        world.publisher("other", json!({})).await;
        assert!(!is_marked(&app, &token).await, "it published to another one");
        world.publisher("rocket", json!({ "workflow": "other.yml" })).await;
        assert!(is_marked(&app, &token).await);
        app.advance(TimeDelta::days(91));
        assert!(!is_marked(&app, &token).await, "long ago");
    }

    async fn a_token_for_a_project_with_a_publisher_is_marked_before_it_is_used(app: TestApp) {
        let (world, _) = World::with_rocket(&app).await;
        let token = app.token(&world.ada, Grant::verbs(VERBS).project("pypi", "rocket")).await;
        assert!(is_marked(&app, &token).await);
    }

    async fn a_publisher_with_a_prefix_counts_for_what_it_reaches(app: TestApp) {
        let world = World::new(&app).await;
        let (here, there) = (app.token(&world.ada, Grant::verbs(VERBS)).await, app.user_as("eve", "pypi", ChannelRole::Publisher).await);
        let there = app.token(&there, Grant::verbs(VERBS)).await;
        assert_eq!(world.upload(&here, "acme_rocket", "1.0").await, 200);
        assert_eq!(world.upload(&there, "acmerocket", "1.0").await, 200);
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
        registry.add_channel_publisher(&permit, &origin, "acme-", world.new_publisher(json!({}))).await.expect("it is added");
        assert_eq!((is_marked(&app, &here).await, is_marked(&app, &there).await), (true, false));
    }

    async fn a_groups_publisher_counts_for_the_projects_of_the_group(app: TestApp) {
        let world = World::new(&app).await;
        let token = app.token(&world.ada, Grant::verbs(VERBS)).await;
        assert_eq!(world.upload(&token, "acme_rocket", "1.0").await, 200);
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let administers = registry.operator_administers(&app.operator()).expect("the operator may");
        registry.create_group(&administers, &origin, "makers", Some("ada")).await.expect("the group is made");
        let manages = registry.operator_manages_group(&app.operator(), "makers").await.expect("the operator may");
        let channel = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("the operator may");
        let holder = Holder::Group("makers".into());
        registry.put_role(&channel, &origin, &holder, ChannelRole::Publisher).await.expect("it is given");
        let new = world.new_publisher(json!({}));
        registry.add_group_publisher(&manages, &origin, "pypi", "acme-", new).await.expect("it is added");
        assert!(!is_marked(&app, &token).await, "the project is not the group's");
        let project = registry.operator_manages_project(&app.operator(), "pypi", "acme_rocket").await.expect("may");
        registry.put_role(&project, &origin, &holder, ProjectRole::Maintainer).await.expect("it is given");
        assert!(is_marked(&app, &token).await);
        registry.put_role(&channel, &origin, &holder, ChannelRole::Reader).await.expect("it is less");
        assert!(!is_marked(&app, &token).await, "the group may not publish any more");
    }
}
