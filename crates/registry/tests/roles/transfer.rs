//! Projects that are handed over.

use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_registry::Error;
use bonded_testkit::TestApp;

use crate::places::*;
use crate::with_roles_app;
use crate::world::*;

const OFFERED: &str = "A project is offered to you";

with_roles_app! {
    async fn whoever_accepts_a_project_owns_it_alone(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Publisher).await;
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        app.user_as("zoe", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "ada").await;
        group_with(&app, "builders", &["zoe"]).await;
        let (permit, origin) = (project_of(&app, &ada, "parcel").await.expect("an owner"), ada.visit.origin);
        app.registry.put_role(&permit, &origin, &group("builders"), ProjectRole::Owner).await.expect("a role");
        app.registry.invite_to_role(&permit, &origin, "x@example.org", ProjectRole::Owner).await.expect("invited");
        app.registry.offer_project(&permit, &origin, "eve@example.org").await.expect("offered");
        let key = link(&app, "eve@example.org", OFFERED).await;
        upload(&app, &token_of(&app, &account(&app, "ada").await).await, "pypi", "parcel").await.expect("still ada's");
        accept(&app, &eve, &key).await.expect("accepted");
        assert_eq!(recipients(&app, "A project of yours was handed over").await, ["ada@example.org", "zoe@example.org"]);
        for (name, may) in [("ada", false), ("zoe", false), ("eve", true)] {
            let token = token_of(&app, &account(&app, name).await).await;
            assert_eq!(upload(&app, &token, "pypi", "parcel").await.is_ok(), may, "{name}");
        }
        let session = eve.session().await;
        let look = app.registry.inspect_project(&session.cleared().expect("no fence"), "pypi", "parcel").await.expect("may");
        let people = app.registry.project_people(&look).await.expect("an answer");
        assert_eq!((people.members.len(), people.groups.len(), people.invitations.len()), (1, 0, 0));
        assert!(tags(&app).await.contains(&"project:owner:transfer".to_owned()));
    }

    async fn a_transfer_accepted_after_the_offerer_lost_the_project(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Publisher).await;
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        app.user_as("zoe", "pypi", ChannelRole::Publisher).await;
        project(&app, "parcel", "ada").await;
        let (permit, origin) = (project_of(&app, &ada, "parcel").await.expect("an owner"), ada.visit.origin);
        app.registry.offer_project(&permit, &origin, "eve").await.expect("offered");
        let key = link(&app, "eve@example.org", OFFERED).await;
        let operator = project_by_operator(&app, "parcel").await;
        app.registry.put_role(&operator, &origin, &user("zoe"), ProjectRole::Owner).await.expect("an owner");
        app.registry.put_role(&operator, &origin, &user("ada"), ProjectRole::Maintainer).await.expect("no owner");
        refused!(accept(&app, &eve, &key).await, Error::Invalid(_));
        app.registry.remove_role(&operator, &origin, &user("ada")).await.expect("not even a maintainer");
        refused!(accept(&app, &eve, &key).await, Error::NotFound(_));
    }

    async fn an_owner_who_hands_over_what_is_in_quarantine(app: TestApp) {
        let ada = person_as(&app, "ada", "pypi", ChannelRole::Publisher).await;
        let eve = person_as(&app, "eve", "pypi", ChannelRole::Publisher).await;
        let carl = person_as(&app, "carl", "pypi", ChannelRole::Admin).await;
        project(&app, "parcel", "ada").await;
        let (permit, origin) = (project_of(&app, &ada, "parcel").await.expect("an owner"), ada.visit.origin);
        app.registry.offer_project(&permit, &origin, "eve").await.expect("offered");
        let early = link(&app, "eve@example.org", OFFERED).await;
        let (actor, status) = (carl.session().await.actor(), bonded_model::ProjectStatus::Quarantined);
        app.registry.set_status(&actor, &origin, "pypi", "parcel", status, "").await.expect("he administers");
        let refused = text(app.registry.offer_project(&permit, &origin, "eve").await);
        assert!(refused.contains("is in quarantine"), "{refused}");
        let refused = text(accept(&app, &eve, &early).await);
        assert!(refused.contains("is in quarantine"), "{refused}");
        let permit = project_of(&app, &carl, "parcel").await.expect("he administers the channel");
        app.registry.offer_project(&permit, &origin, "eve").await.expect("he may");
        let key = link(&app, "eve@example.org", OFFERED).await;
        accept(&app, &eve, &key).await.expect("it is hers");
    }

    async fn a_project_is_not_handed_to_somebody_who_cannot_publish_it(app: TestApp) {
        let (ada, eve) = (person_as(&app, "ada", "pypi", ChannelRole::Publisher).await, person(&app, "eve").await);
        project(&app, "parcel", "ada").await;
        let (permit, origin) = (project_of(&app, &ada, "parcel").await.expect("an owner"), ada.visit.origin);
        app.registry.offer_project(&permit, &origin, "eve").await.expect("offered");
        let key = link(&app, "eve@example.org", OFFERED).await;
        assert!(text(accept(&app, &eve, &key).await).contains("ask an administrator of the channel"));
        upload(&app, &token_of(&app, &account(&app, "ada").await).await, "pypi", "parcel").await.expect("still ada's");
    }
}
