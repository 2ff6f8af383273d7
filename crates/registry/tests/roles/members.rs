//! Giving roles and taking them away.

use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_model::{ChannelFormat, Visibility};
use bonded_registry::Error;
use bonded_registry::access::{Denial, ManageChannel, ManageProject, Presented};
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;

use crate::places::*;
use crate::with_roles_app;
use crate::world::*;

with_roles_app! {
    async fn whoever_leaves_a_channel_leaves_its_projects(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let eve = app.user_as("eve", "pypi", ChannelRole::Publisher).await;
        let token = token_of(&app, &eve).await;
        project(&app, "parcel", "ada").await;
        let (permit, origin) = (project_of(&app, &ada, "parcel").await.expect("ada owns it"), ada.visit.origin);
        app.registry.invite_to_role(&permit, &origin, "eve", ProjectRole::Maintainer).await.expect("invited");
        drop(mails(&app).await);
        let operator = project_by_operator(&app, "parcel").await;
        app.registry.put_role(&operator, &origin, &user("eve"), ProjectRole::Maintainer).await.expect("a role");
        assert_eq!(recipients(&app, "You have a new role").await, ["eve@example.org"]);
        upload(&app, &token, "pypi", "parcel").await.expect("eve maintains it");
        let channel = channel_of(&app, &ada, "pypi").await.expect("ada administers it");
        app.registry.remove_role(&channel, &origin, &user("eve")).await.expect("eve leaves");
        assert_eq!(recipients(&app, "A role of yours ended").await, ["eve@example.org"]);
        app.member("pypi", &eve, ChannelRole::Publisher).await;
        assert!(upload(&app, &token, "pypi", "parcel").await.is_err(), "the role in the project did not come back");
        let mut reader = app.registry.store.read().await.expect("a connection");
        assert!(reader.role_invitations_of(eve.id).await.expect("a list").is_empty());
        drop(reader);
        refused!(app.registry.remove_role(&channel, &origin, &group("absent")).await, Error::Field { .. });
    }

    async fn the_last_owner_stays(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        project(&app, "parcel", "eve").await;
        let (permit, origin) = (project_of(&app, &eve, "parcel").await.expect("eve owns it"), eve.visit.origin);
        refused!(app.registry.remove_role(&permit, &origin, &user("eve")).await, Error::Invalid(_));
        let smaller = app.registry.put_role(&permit, &origin, &user("eve"), ProjectRole::Maintainer).await;
        refused!(smaller, Error::Invalid(_));
        let channel = channel_of(&app, &ada, "pypi").await.expect("ada administers it");
        let refused = text(app.registry.remove_role(&channel, &origin, &user("eve")).await);
        assert!(refused.contains("the project pypi/parcel"), "{refused}");
        let operator = channel_by_operator(&app, "pypi").await;
        app.registry.remove_role(&operator, &origin, &user("eve")).await.expect("the operator may leave it to nobody");
    }

    async fn a_suspended_owner_is_no_owner(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        let zoe = app.user_as("zoe", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "eve").await;
        let (operator, origin) = (project_by_operator(&app, "parcel").await, eve.visit.origin);
        app.registry.put_role(&operator, &origin, &user("zoe"), ProjectRole::Owner).await.expect("an owner");
        let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
        app.registry.suspend(&administer, &origin, zoe.id).await.expect("suspended");
        refused!(app.registry.remove_role(&operator, &origin, &user("eve")).await, Error::Invalid(_));
    }

    async fn the_last_administrator_of_a_channel_stays(app: TestApp) {
        let (ada, root) = (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, administrator(&app, "root").await);
        let (own, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        refused!(app.registry.remove_role(&own, &origin, &user("ada")).await, Error::Invalid(_));
        refused!(app.registry.put_role(&own, &origin, &user("ada"), ChannelRole::Reader).await, Error::Invalid(_));
        let other = channel_of(&app, &root, "pypi").await.expect("an administrator of the instance");
        app.registry.remove_role(&other, &origin, &user("ada")).await.expect("root holds every right anyway");
    }

    async fn self_promotion_by_a_maintainer(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "ada").await;
        let (operator, origin) = (project_by_operator(&app, "parcel").await, eve.visit.origin);
        app.registry.put_role(&operator, &origin, &user("eve"), ProjectRole::Maintainer).await.expect("a role");
        refused!(project_of(&app, &eve, "parcel").await, Error::Denied(Denial::Forbidden(_)));
        refused!(project_of(&app, &eve, "absent").await, Error::NotFound(_));
    }

    async fn an_owner_who_may_not_publish_in_the_channel_any_more(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "eve").await;
        project_of(&app, &eve, "parcel").await.expect("eve owns it");
        app.member("pypi", &account(&app, "eve").await, ChannelRole::Reader).await;
        refused!(project_of(&app, &eve, "parcel").await, Error::Denied(Denial::Forbidden(_)));
    }

    async fn whoever_is_refused_to_manage_is_on_record_there(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        let parcel = project(&app, "parcel", "ada").await;
        refused!(channel_of(&app, &eve, "pypi").await, Error::Denied(Denial::Forbidden(_)));
        refused!(project_of(&app, &eve, "parcel").await, Error::Denied(Denial::Forbidden(_)));
        let (actor, status) = (eve.session().await.actor(), bonded_model::ProjectStatus::Archived);
        let eve_id = account(&app, "eve").await.id;
        let set = app.registry.set_status(&actor, &eve.visit.origin, "pypi", "parcel", status, "").await;
        refused!(set, Error::Denied(Denial::Forbidden(_)));
        let rows = app.registry.audit(&app.operator(), 0, 1_000).await.expect("the audit log");
        let refused: Vec<_> = rows.into_iter().filter(|row| row.tag == "access:request:refuse").collect();
        assert!(refused.iter().all(|row| row.channel == Some(parcel.channel) && row.user == Some(eve_id)));
        let projects: Vec<_> = refused.iter().map(|row| row.project).collect();
        assert_eq!(projects, [None, Some(parcel.id), Some(parcel.id)]);
    }

    async fn newcomers_are_invited(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        app.user("eve").await;
        let root = administrator(&app, "root").await;
        let (permit, origin) = (channel_of(&app, &ada, "pypi").await.expect("an admin"), ada.visit.origin);
        let put = app.registry.put_role(&permit, &origin, &user("eve"), ChannelRole::Reader).await;
        assert_eq!(field(put), "holder");
        let permit = channel_of(&app, &root, "pypi").await.expect("an administrator of the instance");
        app.registry.put_role(&permit, &origin, &user("eve"), ChannelRole::Reader).await.expect("who may add anybody");
        let permit = channel_of(&app, &ada, "pypi").await.expect("an admin");
        app.registry.put_role(&permit, &origin, &user("eve"), ChannelRole::Publisher).await.expect("known by now");
    }

    async fn a_role_in_a_project_needs_one_in_its_channel(app: TestApp) {
        app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        app.user_as("eve", "pypi", ChannelRole::Reader).await;
        project(&app, "parcel", "ada").await;
        let (permit, origin) = (project_by_operator(&app, "parcel").await, app.registry.local_origin());
        let put = app.registry.put_role(&permit, &origin, &user("eve"), ProjectRole::Maintainer).await;
        assert!(text(put).contains("ask an administrator of the channel"));
    }

    async fn a_token_that_manages_people(app: TestApp) {
        let ada = app.user_as("ada", "pypi", ChannelRole::Admin).await;
        let project = project(&app, "parcel", "ada").await;
        let issued = app.issue(&ada, Grant::verbs(&[Verb::Manage, Verb::Publish, Verb::Read, Verb::Delete])).await;
        let presented = Presented::Token(issued.secret);
        let actor = app.registry.authenticate(&presented, &app.registry.local_origin(), "test").await.expect("it works");
        let channel = app.registry.access.visible_channel(&actor, "pypi").await.expect("a channel");
        let access = &app.registry.access;
        let managed = access.permit(&actor, ManageChannel { channel: channel.clone() });
        assert!(matches!(managed, Err(Denial::Forbidden(_))));
        let managed = access.permit(&actor, ManageProject { channel, project: project.id, name: "parcel".into() });
        assert!(matches!(managed, Err(Denial::Forbidden(_))));
    }

    async fn of_two_administrators_who_remove_each_other_one_comes_too_late(app: TestApp) {
        let (ada, eve) =
            (person_as(&app, "ada", "pypi", ChannelRole::Admin).await, person_as(&app, "eve", "pypi", ChannelRole::Admin).await);
        let (one, two) = (channel_of(&app, &ada, "pypi").await.expect("may"), channel_of(&app, &eve, "pypi").await.expect("may"));
        app.registry.remove_role(&one, &ada.visit.origin, &user("eve")).await.expect("ada is faster");
        let late = app.registry.remove_role(&two, &eve.visit.origin, &user("ada")).await;
        refused!(late, Error::Denied(Denial::Forbidden(_)));
        let late = app.registry.put_role(&two, &eve.visit.origin, &user("eve"), ChannelRole::Admin).await;
        refused!(late, Error::Denied(Denial::Forbidden(_)));
    }

    async fn private_channels_are_unknown_to_those_who_cannot_see_them(app: TestApp) {
        let eve = person(&app, "eve").await;
        app.channel("secret", ChannelFormat::Python, Visibility::Private).await;
        assert_eq!(
            text(channel_of(&app, &eve, "secret").await),
            text(channel_of(&app, &eve, "absent").await)
        );
        let session = eve.session().await;
        let fresh = session.fresh().expect("fresh");
        assert_eq!(
            text(app.registry.manage_project(&fresh, "secret", "parcel").await),
            text(app.registry.manage_project(&fresh, "absent", "parcel").await)
        );
    }
}
