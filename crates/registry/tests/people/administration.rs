//! What administrators do about people.

use bonded_model::people::Policy;
use bonded_model::token::Verb;
use bonded_registry::Error;
use bonded_registry::access::{Denial, Presented};
use bonded_registry::people::{Fence, HeldRole};
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

with_open_app! {
    async fn a_suspended_account_is_dead_until_it_is_reinstated(app: TestApp) {
        let (root, ada) = (administrator(&app, "root").await, person(&app, "ada").await);
        let user = account(&app, "ada").await;
        let issued = app.issue(&user, Grant::verbs(&[Verb::Read])).await;
        let presented = Presented::Token(issued.secret);
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let reset = link(&app, "ada@example.org", "Set a new password").await;
        let (permit, origin) = (root.administers().await, root.visit.origin);
        app.registry.suspend(&permit, &origin, user.id).await.expect("it is done");
        app.registry.suspend(&permit, &origin, user.id).await.expect("twice does no harm");
        assert_eq!(recipients(&app, "Your account was suspended").await, ["ada@example.org"]);
        assert!(!ada.is_signed_in().await);
        assert!(!can_sign_in(&app, "ada", PASSWORD).await);
        assert!(app.registry.reset_link(&reset).await.expect("an answer").is_none());
        refused!(app.registry.authenticate(&presented, &origin, "test").await, Error::Denied(_));
        app.registry.reinstate(&permit, &origin, user.id).await.expect("it is done");
        assert_eq!(recipients(&app, "Your account was reinstated").await, ["ada@example.org"]);
        assert!(!ada.is_signed_in().await, "sessions do not come back");
        assert!(can_sign_in(&app, "ada", PASSWORD).await);
        app.registry.authenticate(&presented, &origin, "test").await.expect("tokens do");
    }

    async fn administrators_suspend_neither_themselves_nor_the_last_one(app: TestApp) {
        let (root, rosa) = (administrator(&app, "root").await, administrator(&app, "rosa").await);
        let (permit, origin) = (root.administers().await, root.visit.origin);
        let (own, other) = (root.session().await.user().id, rosa.session().await.user().id);
        refused!(app.registry.suspend(&permit, &origin, own).await, Error::Invalid(_));
        let late = rosa.administers().await;
        app.registry.suspend(&permit, &origin, other).await.expect("root is left");
        refused!(app.registry.suspend(&late, &rosa.visit.origin, own).await, Error::Denied(Denial::Hidden));
        let operator = app.registry.operator_administers(&app.operator()).expect("the operator may");
        refused!(app.registry.suspend(&operator, &origin, own).await, Error::Invalid(_));
        assert!(root.is_signed_in().await);
    }

    async fn nobody_else_administrates(app: TestApp) {
        let root = administrator(&app, "root").await;
        let ada = person(&app, "ada").await;
        let session = ada.session().await;
        refused!(app.registry.view_people(&session.cleared().expect("no fence")), Error::Denied(Denial::Hidden));
        refused!(app.registry.administer(&session.fresh().expect("fresh")), Error::Denied(Denial::Hidden));
        app.advance(TimeDelta::minutes(15));
        let session = root.session().await;
        refused!(session.fresh(), Error::ProofNeeded);
        app.registry.view_people(&session.cleared().expect("no fence")).expect("looking needs no fresh proof");
    }

    async fn an_administrator_who_lacks_the_required_factor_administrates_nothing(app: TestApp) {
        let root = administrator(&app, "root").await;
        let permit = root.administers().await;
        let origin = root.visit.origin;
        app.registry.set_policy(&permit, &origin, Policy::default()).await.expect("the default is set");
        let session = root.session().await;
        refused!(session.cleared(), Error::Fenced(Fence::SecondFactor));
        let fresh = session.fresh().expect("the password is the strongest proof");
        refused!(app.registry.administer(&fresh), Error::Fenced(Fence::SecondFactor));
    }

    async fn administrators_see_people(app: TestApp) {
        let root = administrator(&app, "root").await;
        let ada = person(&app, "ada").await;
        give_totp(&app, &account(&app, "ada").await).await;
        let permit = root.looks().await;
        let people = app.registry.people(&permit).await.expect("an answer");
        let names: Vec<_> = people.iter().map(|person| person.user.name.as_str()).collect();
        assert_eq!(names, ["ada", "root"]);
        assert!(people[0].standing.factors.totp && !people[1].standing.factors.any());
        let seen = app.registry.person(&permit, "ADA").await.expect("she is there");
        assert_eq!((seen.emails.len(), seen.keys, seen.codes_left, seen.sessions), (1, 0, 0, 1));
        assert!(seen.password && seen.standing.factors.totp && seen.roles.is_empty());
        assert_eq!(seen.recovery, None);
        app.registry.sign_out(&ada.visit).await.expect("it is done");
        let seen = app.registry.person(&permit, "root").await.expect("root is there");
        assert_eq!(seen.roles, [HeldRole::Administrator]);
        refused!(app.registry.person(&permit, "nobody").await, Error::NotFound(_));
    }

    async fn the_operator_hands_over_a_link_that_sets_a_password(app: TestApp) {
        let user = app.user("ada").await;
        assert!(!can_sign_in(&app, "ada", "").await);
        let first = app.registry.set_password_link(&app.operator(), &user).await.expect("a link");
        let second = app.registry.set_password_link(&app.operator(), &user).await.expect("a link");
        assert!(app.registry.reset_link(&key_of(&first)).await.expect("an answer").is_none());
        app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
        let visit = Browser::new(&app).visit;
        let done = app.registry.reset_password(&visit, &key_of(&second), secret(PASSWORD)).await;
        done.expect("it works for a day");
        assert!(can_sign_in(&app, "ada", PASSWORD).await);
    }
}
