//! Groups and the roles that they give.

use bonded_model::group::GroupRole;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_testkit::TestApp;

use crate::places::*;
use crate::with_roles_app;
use crate::world::*;

with_roles_app! {
    async fn members_have_what_their_group_has(app: TestApp) {
        let (ada, eve) = (app.user("ada").await, app.user("eve").await);
        let tokens = [token_of(&app, &ada).await, token_of(&app, &eve).await];
        group_with(&app, "builders", &["ada", "eve"]).await;
        for token in &tokens {
            assert!(upload(&app, token, "pypi", "parcel").await.is_err(), "the group has no role yet");
        }
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        for token in &tokens {
            upload(&app, token, "pypi", "parcel").await.expect("the group publishes");
        }
        let permit = app.registry.operator_manages_group(&app.operator(), "Builders").await.expect("any spelling");
        let origin = app.registry.local_origin();
        app.registry.remove_role(&permit, &origin, &user("eve")).await.expect("eve leaves");
        upload(&app, &tokens[0], "pypi", "parcel").await.expect("ada stays");
        assert!(upload(&app, &tokens[1], "pypi", "parcel").await.is_err());
        let tags = tags(&app).await;
        for tag in ["instance:group:create", "instance:group-member:add", "channel:group:add", "instance:group-member:remove"] {
            assert!(tags.contains(&tag.to_owned()), "{tag}");
        }
    }

    async fn of_several_roles_the_greatest_counts(app: TestApp) {
        let eve = app.user("eve").await;
        let token = token_of(&app, &eve).await;
        app.member("pypi", &eve, ChannelRole::Reader).await;
        group_with(&app, "builders", &["eve"]).await;
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        upload(&app, &token, "pypi", "parcel").await.expect("the group's role is greater");
        app.member("pypi", &eve, ChannelRole::Admin).await;
        let roles = app.registry.store.read().await.expect("a connection").roles_of(eve.id).await.expect("roles");
        assert!(roles.channels.values().all(|role| *role == ChannelRole::Admin));
    }

    async fn with_a_group_all_its_roles_go(app: TestApp) {
        let (ada, eve) = (app.user_as("ada", "pypi", ChannelRole::Publisher).await, app.user("eve").await);
        let token = token_of(&app, &eve).await;
        project(&app, "parcel", "ada").await;
        group_with(&app, "builders", &["eve"]).await;
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        let (permit, origin) = (project_by_operator(&app, "parcel").await, app.registry.local_origin());
        app.registry.put_role(&permit, &origin, &group("builders"), ProjectRole::Maintainer).await.expect("a role");
        upload(&app, &token, "pypi", "parcel").await.expect("the group maintains it");
        let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
        app.registry.remove_group(&administer, &origin, "builders").await.expect("the group goes");
        assert!(upload(&app, &token, "pypi", "parcel").await.is_err());
        refused!(app.registry.remove_group(&administer, &origin, "builders").await, Error::NotFound(_));
        upload(&app, &token_of(&app, &ada).await, "pypi", "parcel").await.expect("others stay");
    }

    async fn a_group_that_leaves_a_channel_leaves_its_projects(app: TestApp) {
        app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        let eve = app.user("eve").await;
        project(&app, "parcel", "ada").await;
        group_with(&app, "builders", &["eve"]).await;
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        let (permit, origin) = (project_by_operator(&app, "parcel").await, app.registry.local_origin());
        app.registry.put_role(&permit, &origin, &group("builders"), ProjectRole::Owner).await.expect("a role");
        let channel = channel_by_operator(&app, "pypi").await;
        app.registry.remove_role(&channel, &origin, &group("builders")).await.expect("it leaves");
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        let token = token_of(&app, &eve).await;
        assert!(upload(&app, &token, "pypi", "parcel").await.is_err(), "the role in the project did not come back");
    }

    async fn a_group_manager_who_gives_the_group_a_channel_role(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        group_with(&app, "builders", &["eve"]).await;
        group_of(&app, &eve, "builders").await.expect("eve manages it");
        refused!(channel_of(&app, &eve, "pypi").await, Error::Denied(Denial::Forbidden(_)));
        refused!(channel_of(&app, &eve, "absent").await, Error::Denied(Denial::Hidden));
    }

    async fn a_member_who_makes_themselves_the_manager(app: TestApp) {
        let eve = person(&app, "eve").await;
        app.user("ada").await;
        group_with(&app, "builders", &["ada", "eve"]).await;
        refused!(group_of(&app, &eve, "builders").await, Error::Denied(Denial::Forbidden(_)));
    }

    async fn groups_are_hidden_from_those_who_are_not_in_them(app: TestApp) {
        let (eve, root) = (person(&app, "eve").await, administrator(&app, "root").await);
        app.user("ada").await;
        group_with(&app, "builders", &["ada"]).await;
        let (session, other) = (eve.session().await, root.session().await);
        let cleared = session.cleared().expect("no fence");
        let [one, two] = [
            text(app.registry.inspect_group(&cleared, "builders").await),
            text(app.registry.inspect_group(&cleared, "absent").await),
        ];
        assert_eq!(one, two);
        assert!(app.registry.own_groups(&session).await.expect("a list").is_empty());
        let permit = app.registry.inspect_group(&other.cleared().expect("no fence"), "builders").await;
        let shown = app.registry.group(&permit.expect("administrators see all")).await.expect("a group");
        assert_eq!((shown.members.len(), shown.manages, shown.own), (1, true, None));
    }

    async fn a_manager_who_lost_the_group_meanwhile(app: TestApp) {
        let eve = person(&app, "eve").await;
        app.user("ada").await;
        group_with(&app, "builders", &["ada", "eve"]).await;
        let operator = app.registry.operator_manages_group(&app.operator(), "builders").await.expect("may");
        let origin = app.registry.local_origin();
        app.registry.put_role(&operator, &origin, &user("eve"), GroupRole::Manager).await.expect("a manager");
        let late = group_of(&app, &eve, "builders").await.expect("eve manages it");
        app.registry.put_role(&operator, &origin, &user("eve"), GroupRole::Member).await.expect("no more");
        let refused = app.registry.remove_role(&late, &origin, &user("ada")).await;
        refused!(refused, Error::Denied(Denial::Forbidden(_)));
    }

    async fn the_last_of_an_owning_group_stays(app: TestApp) {
        app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        app.user("eve").await;
        project(&app, "parcel", "ada").await;
        group_with(&app, "builders", &["eve"]).await;
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        let (permit, origin) = (project_by_operator(&app, "parcel").await, app.registry.local_origin());
        app.registry.put_role(&permit, &origin, &group("builders"), ProjectRole::Owner).await.expect("a role");
        app.registry.remove_role(&permit, &origin, &user("ada")).await.expect("the group still owns it");
        let members = app.registry.operator_manages_group(&app.operator(), "builders").await.expect("may");
        let refused = text(app.registry.remove_role(&members, &origin, &user("eve")).await);
        assert!(refused.contains("the project pypi/parcel"), "{refused}");
        let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
        refused!(app.registry.remove_group(&administer, &origin, "builders").await, Error::Invalid(_));
        refused!(app.registry.remove_role(&permit, &origin, &group("builders")).await, Error::Invalid(_));
    }

    async fn an_account_whose_group_owns_a_project_can_go(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        app.user("ada").await;
        project(&app, "parcel", "eve").await;
        let delete = async || {
            let session = eve.session().await;
            app.registry.delete_account(&session.fresh().expect("fresh"), &eve.visit, "eve").await
        };
        refused!(delete().await, Error::Conflict(_));
        group_with(&app, "builders", &["eve"]).await;
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        let (permit, origin) = (project_by_operator(&app, "parcel").await, app.registry.local_origin());
        app.registry.put_role(&permit, &origin, &group("builders"), ProjectRole::Owner).await.expect("a role");
        refused!(delete().await, Error::Conflict(_));
        let members = app.registry.operator_manages_group(&app.operator(), "builders").await.expect("may");
        app.registry.put_role(&members, &origin, &user("ada"), GroupRole::Member).await.expect("a member");
        delete().await.expect("ada owns it through the group");
    }

    async fn a_name_is_given_to_one_group(app: TestApp) {
        let administer = app.registry.operator_administers(&app.operator()).expect("the operator may");
        let origin = app.registry.local_origin();
        let create = async |name: &str| app.registry.create_group(&administer, &origin, name, None).await;
        create("builders").await.expect("the first");
        assert_eq!(field(create("BUILDERS").await), "name");
        assert_eq!(field(create("-").await), "name");
        let unknown = app.registry.create_group(&administer, &origin, "others", Some("nobody")).await;
        assert_eq!(field(unknown), "holder");
    }
}
