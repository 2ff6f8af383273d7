//! Leaving of one's own accord.

use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_registry::roles::Leaving;
use bonded_testkit::TestApp;

use crate::places::*;
use crate::with_roles_app;
use crate::world::*;

async fn leave(app: &TestApp, browser: &Browser<'_>, leaving: Leaving) -> Result<(), Error> {
    let session = browser.session().await;
    app.registry.leave(&session.fresh()?, &browser.visit, &leaving).await
}

fn channel(name: &str) -> Leaving {
    Leaving::Channel(name.to_owned())
}

fn parcel() -> Leaving {
    Leaving::Project("pypi".to_owned(), "Parcel".to_owned())
}

fn builders() -> Leaving {
    Leaving::Group("builders".to_owned())
}

with_roles_app! {
    async fn readers_publishers_maintainers_and_members_leave_by_themselves(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        app.user_as("ada", "pypi", ChannelRole::Admin).await;
        project(&app, "parcel", "ada").await;
        let (permit, origin) = (project_by_operator(&app, "parcel").await, eve.visit.origin);
        app.registry.put_role(&permit, &origin, &user("eve"), ProjectRole::Maintainer).await.expect("a role");
        group_with(&app, "builders", &["ada", "eve"]).await;
        for leaving in [parcel(), builders(), channel("pypi")] {
            leave(&app, &eve, leaving.clone()).await.expect("nobody is asked");
            assert!(leave(&app, &eve, leaving).await.is_err(), "not twice");
        }
        let eve = account(&app, "eve").await;
        let roles = app.registry.store.read().await.expect("a connection").roles_of(eve.id).await.expect("roles");
        assert!(roles.channels.is_empty() && roles.projects.is_empty());
        let tags = tags(&app).await;
        for tag in ["channel:member:remove", "instance:group-member:remove"] {
            assert!(tags.contains(&tag.to_owned()), "{tag}");
        }
    }

    async fn whoever_leaves_a_channel_by_themselves_leaves_its_projects(app: TestApp) {
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        app.user_as("ada", "pypi", ChannelRole::Admin).await;
        project(&app, "parcel", "eve").await;
        let refused = text(leave(&app, &eve, channel("pypi")).await);
        assert!(refused.contains("the project pypi/parcel"), "{refused}");
        refused!(leave(&app, &eve, parcel()).await, Error::Invalid(_));
        let (permit, origin) = (project_by_operator(&app, "parcel").await, eve.visit.origin);
        app.registry.put_role(&permit, &origin, &user("ada"), ProjectRole::Owner).await.expect("an owner");
        leave(&app, &eve, channel("pypi")).await.expect("ada owns it too");
        app.member("pypi", &account(&app, "eve").await, ChannelRole::Publisher).await;
        refused!(project_of(&app, &eve, "parcel").await, Error::Denied(Denial::Forbidden(_)));
    }

    async fn the_last_administrator_cannot_leave_a_channel(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Admin).await;
        let refused = text(leave(&app, &ada, channel("pypi")).await);
        assert!(refused.contains("the channel pypi"), "{refused}");
        app.user_as("carl", "pypi", ChannelRole::Admin).await;
        leave(&app, &ada, channel("pypi")).await.expect("carl stays");
    }

    async fn the_last_of_a_group_that_owns_a_project_cannot_leave_it(app: TestApp) {
        let eve = person(&app, "eve").await;
        app.user_as("ada", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "ada").await;
        group_with(&app, "builders", &["eve"]).await;
        group_in(&app, "builders", "pypi", ChannelRole::Publisher).await;
        let (permit, origin) = (project_by_operator(&app, "parcel").await, eve.visit.origin);
        app.registry.put_role(&permit, &origin, &group("builders"), ProjectRole::Owner).await.expect("a role");
        app.registry.remove_role(&permit, &origin, &user("ada")).await.expect("the group owns it");
        refused!(leave(&app, &eve, builders()).await, Error::Invalid(_));
        refused!(leave(&app, &eve, channel("pypi")).await, Error::NotFound(_));
    }

    async fn what_is_hidden_cannot_be_left(app: TestApp) {
        let eve = person(&app, "eve").await;
        app.user("ada").await;
        app.channel("secret", bonded_model::ChannelFormat::Python, bonded_model::Visibility::Private).await;
        group_with(&app, "builders", &["ada"]).await;
        for (there, absent) in [
            (channel("secret"), channel("absent")),
            (builders(), Leaving::Group("absent".to_owned())),
            (
                Leaving::Project("secret".to_owned(), "parcel".to_owned()),
                Leaving::Project("absent".to_owned(), "parcel".to_owned()),
            ),
        ] {
            assert_eq!(text(leave(&app, &eve, there).await), text(leave(&app, &eve, absent).await));
        }
    }
}
