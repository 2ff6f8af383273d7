//! The end of an account.

use bonded_model::ids::ProjectId;
use bonded_model::people::SoleOwnership;
use bonded_model::project::Project;
use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_model::{Lifecycle, Switches};
use bonded_registry::Error;
use bonded_registry::access::Presented;
use bonded_registry::people::NewPerson;
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

async fn delete(app: &TestApp, browser: &Browser<'_>, typed: &str) -> Result<(), Error> {
    let session = browser.session().await;
    app.registry.delete_account(&session.fresh()?, &browser.visit, typed).await
}

with_open_app! {
    async fn an_account_goes_with_all_that_is_its_own_and_its_name_is_never_given_again(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = app.issue(&account(&app, "ada").await, Grant::verbs(&[Verb::Read])).await;
        drop(mails(&app).await);
        delete(&app, &ada, "ada").await.expect("nothing hangs on it");
        assert!(!ada.is_signed_in().await);
        let presented = Presented::Token(issued.secret);
        let tried = app.registry.authenticate(&presented, &ada.visit.origin, "test").await;
        refused!(tried, Error::Denied(_));
        assert_eq!(recipients(&app, "Your account was deleted").await, ["ada@example.org"]);
        let heir = NewPerson { name: "ADA".into(), ..typed("ada") };
        assert_eq!(field(app.registry.sign_up(&Browser::new(&app).visit, heir, None).await), "name");
        let same_address = NewPerson { email: "ada@example.org".into(), ..typed("lovelace") };
        app.registry.sign_up(&Browser::new(&app).visit, same_address, None).await.expect("it is free");
        let key = link(&app, "ada@example.org", "Confirm your e-mail address").await;
        app.registry.verify_email(&ada.visit, &key).await.expect("nobody else has the address");
    }

    async fn a_stolen_session_or_a_slip_deletes_nothing(app: TestApp) {
        let ada = person(&app, "ada").await;
        for slip in ["", "eve", "delete"] {
            assert_eq!(field(delete(&app, &ada, slip).await), "name");
        }
        app.advance(TimeDelta::minutes(15));
        refused!(delete(&app, &ada, "ada").await, Error::ProofNeeded);
        assert!(ada.is_signed_in().await);
    }

    async fn the_only_admin_of_a_channel_stays(app: TestApp) {
        let ada = person(&app, "ada").await;
        let user = account(&app, "ada").await;
        app.member("main", &user, ChannelRole::Admin).await;
        let left = app.registry.sole_ownerships(&ada.session().await).await.expect("an answer");
        assert_eq!(left, [SoleOwnership::Channel("main".parse().expect("a name"))]);
        let refused = delete(&app, &ada, "ada").await.expect_err("nobody else looks after it");
        assert!(refused.to_string().contains("the channel main"), "{refused}");
        let eve = app.user("eve").await;
        app.member("main", &eve, ChannelRole::Admin).await;
        delete(&app, &ada, "ada").await.expect("somebody else does now");
    }

    async fn the_only_owner_of_a_project_stays(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.member("pypi", &account(&app, "ada").await, ChannelRole::Publisher).await;
        let eve = app.user_as("eve", "pypi", ChannelRole::Publisher).await.id;
        let user = account(&app, "ada").await.id;
        let channel = app.registry.channel_named(&app.operator(), "pypi").await.expect("the channel").id;
        let project = Project {
            id: ProjectId::generate(app.now(), &app.registry.random),
            channel,
            name: "engine".into(),
            display_name: "Engine".into(),
            serial: 1,
            created_at: app.now(),
            lifecycle: Lifecycle::default(),
            deleted_at: None,
            switches: Switches::default(),
        };
        let id = project.id;
        let write = app.registry.store.write(move |tx| Box::pin(async move {
            tx.insert_project(&project).await?;
            tx.put_project_role(id, eve, ProjectRole::Maintainer).await?;
            tx.put_project_role(id, user, ProjectRole::Owner).await
        }));
        write.await.expect("the database answers");
        let refused = delete(&app, &ada, "ada").await.expect_err("nobody else owns it");
        assert!(refused.to_string().contains("the project pypi/Engine"), "{refused}");
        let write = app.registry.store.write(move |tx| Box::pin(async move {
            tx.put_project_role(id, eve, ProjectRole::Owner).await
        }));
        write.await.expect("the database answers");
        delete(&app, &ada, "ada").await.expect("somebody else owns it now");
    }

    async fn the_only_administrator_stays(app: TestApp) {
        let root = administrator(&app, "root").await;
        refused!(delete(&app, &root, "root").await, Error::Conflict(_));
        administrator(&app, "rosa").await;
        delete(&app, &root, "root").await.expect("there is another one");
    }
}
