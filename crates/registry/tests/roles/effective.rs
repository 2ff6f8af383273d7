//! Roles in projects end with the role in the channel, however it ends, and whoever lost it counts for nothing.

use bonded_model::group::GroupRole;
use bonded_model::user::{ChannelRole, ProjectRole, User};
use bonded_registry::Error;
use bonded_testkit::TestApp;

use crate::places::*;
use crate::with_roles_app;
use crate::world::*;

/// Somebody who owns `parcel` and publishes in `pypi` through the group `builders` alone; ada administers the channel.
async fn owner_through_a_group(app: &TestApp) -> User {
    app.user_as("ada", "pypi", ChannelRole::Admin).await;
    let eve = app.user("eve").await;
    group_with(app, "builders", &["eve"]).await;
    group_in(app, "builders", "pypi", ChannelRole::Publisher).await;
    project(app, "parcel", "eve").await;
    eve
}

async fn give(app: &TestApp, name: &str) {
    let permit = project_by_operator(app, "parcel").await;
    let done =
        app.registry.put_role(&permit, &app.registry.local_origin(), &user(name), ProjectRole::Owner).await;
    done.expect("an owner");
}

/// What the account has in projects, and who owns `parcel`.
async fn owned(app: &TestApp, user: &User) -> (usize, usize) {
    let mut reader = app.registry.store.read().await.expect("a connection");
    let channel = reader.channel_by_name("pypi").await.expect("an answer").expect("the channel");
    let project =
        reader.project_by_name(channel.id, "parcel").await.expect("an answer").expect("the project");
    let roles = reader.roles_of(user.id).await.expect("roles");
    (roles.projects.len(), reader.owners_of(project.id).await.expect("owners").len())
}

with_roles_app! {
    async fn whoever_leaves_the_group_that_published_leaves_the_projects(app: TestApp) {
        let eve = owner_through_a_group(&app).await;
        let (permit, origin) =
            (app.registry.operator_manages_group(&app.operator(), "builders").await.expect("may"), app.registry.local_origin());
        let refused = text(app.registry.remove_role(&permit, &origin, &user("eve")).await);
        assert!(refused.contains("the project pypi/parcel"), "{refused}");
        assert_eq!(owned(&app, &eve).await, (1, 1));
        give(&app, "ada").await;
        app.registry.remove_role(&permit, &origin, &user("eve")).await.expect("ada owns it too");
        assert_eq!(owned(&app, &eve).await, (0, 1));
        app.member("pypi", &eve, ChannelRole::Publisher).await;
        assert_eq!(owned(&app, &eve).await, (0, 1), "ownership does not come back with a role in the channel");
    }

    async fn a_group_that_leaves_a_channel_takes_its_members_own_roles_along(app: TestApp) {
        let eve = owner_through_a_group(&app).await;
        let origin = app.registry.local_origin();
        let ada = account(&app, "ada").await;
        let channel = channel_by_operator(&app, "pypi").await;
        give(&app, "ada").await;
        app.registry.put_role(&channel, &origin, &group("builders"), ChannelRole::Reader).await.expect("less");
        assert_eq!((owned(&app, &eve).await, owned(&app, &ada).await), ((0, 1), (1, 1)));
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        assert_eq!(owned(&app, &eve).await, (0, 1));
        give(&app, "eve").await;
        app.registry.remove_role(&channel, &origin, &group("builders")).await.expect("none");
        assert_eq!(owned(&app, &eve).await, (0, 1));
    }

    async fn of_two_ways_into_a_channel_one_is_enough(app: TestApp) {
        let eve = owner_through_a_group(&app).await;
        app.member("pypi", &eve, ChannelRole::Publisher).await;
        let (permit, origin) =
            (app.registry.operator_manages_group(&app.operator(), "builders").await.expect("may"), app.registry.local_origin());
        app.registry.remove_role(&permit, &origin, &user("eve")).await.expect("eve publishes herself");
        assert_eq!(owned(&app, &eve).await, (1, 1));
    }

    async fn a_group_with_its_members_projects_stays(app: TestApp) {
        let eve = owner_through_a_group(&app).await;
        let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
        let origin = app.registry.local_origin();
        refused!(app.registry.remove_group(&administer, &origin, "builders").await, Error::Invalid(_));
        assert_eq!(owned(&app, &eve).await, (1, 1), "nothing of what was refused was done");
        give(&app, "ada").await;
        app.registry.remove_group(&administer, &origin, "builders").await.expect("ada owns it too");
        assert_eq!(owned(&app, &eve).await, (0, 1));
    }

    async fn the_last_owner_is_not_made_a_reader(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let eve = app.user_as("eve", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "eve").await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        let refused = text(app.registry.put_role(&permit, &origin, &user("eve"), ChannelRole::Reader).await);
        assert!(refused.contains("the project pypi/parcel"), "{refused}");
        give(&app, "ada").await;
        app.registry.put_role(&permit, &origin, &user("eve"), ChannelRole::Reader).await.expect("ada owns it too");
        assert_eq!(owned(&app, &eve).await, (0, 1));
    }

    async fn a_group_that_may_not_publish_is_no_owner(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Publisher).await;
        let eve = app.user("eve").await;
        project(&app, "parcel", "ada").await;
        group_with(&app, "builders", &["eve"]).await;
        let (permit, origin) = (project_by_operator(&app, "parcel").await, app.registry.local_origin());
        app.registry.put_role(&permit, &origin, &group("builders"), ProjectRole::Owner).await.expect("a role");
        assert_eq!(owned(&app, &eve).await, (0, 1), "the role has no effect");
        refused!(app.registry.remove_role(&permit, &origin, &user("ada")).await, Error::Invalid(_));
        let session = ada.session().await;
        let deleted = app.registry.delete_account(&session.fresh().expect("fresh"), &ada.visit, "ada").await;
        refused!(deleted, Error::Conflict(_));
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        assert_eq!(owned(&app, &eve).await, (1, 2));
        app.registry.remove_role(&permit, &origin, &user("ada")).await.expect("the group owns it now");
    }

    async fn a_smaller_role_in_a_group_takes_nothing_away(app: TestApp) {
        let eve = owner_through_a_group(&app).await;
        let permit = app.registry.operator_manages_group(&app.operator(), "builders").await.expect("may");
        let origin = app.registry.local_origin();
        app.registry.put_role(&permit, &origin, &user("eve"), GroupRole::Member).await.expect("no manager any more");
        assert_eq!(owned(&app, &eve).await, (1, 1));
    }
}
