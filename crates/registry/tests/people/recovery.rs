//! The recovery of accounts whose owners are locked out.

use bonded_registry::Error;
use bonded_registry::people::{RecoveryRule, SignUp};
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::authenticator::make_codes;
use crate::world::*;
use crate::{with_open_app, with_people_app};

const REQUESTED: &str = "Your account is going to be recovered";
const CANCELLED: &str = "The recovery of your account was cancelled";
const RECOVERED: &str = "Your account was recovered";

/// Two administrators and a person with a password, recovery codes and an app.
async fn people(app: &TestApp) -> (Browser<'_>, Browser<'_>, Browser<'_>) {
    let (root, rosa) = (administrator(app, "root").await, administrator(app, "rosa").await);
    let ada = person(app, "ada").await;
    make_codes(app, &ada).await;
    give_totp(app, &account(app, "ada").await).await;
    drop(mails(app).await);
    (root, rosa, ada)
}

async fn request(app: &TestApp, admin: &Browser<'_>, name: &str) -> Result<(), Error> {
    let (permit, user) = (admin.administers().await, account(app, name).await);
    app.registry.request_recovery(&permit, &admin.visit.origin, user.id).await.map(drop)
}

async fn approve(app: &TestApp, admin: &Browser<'_>, name: &str) -> Result<(), Error> {
    let (permit, user) = (admin.administers().await, account(app, name).await);
    app.registry.approve_recovery(&permit, &admin.visit.origin, user.id).await
}

/// Whether everything that proves her is gone.
async fn is_recovered(app: &TestApp, ada: &Browser<'_>) -> bool {
    let user = account(app, "ada").await;
    let mut reader = app.registry.store.read().await.expect("the database answers");
    let factors = reader.standing_of(user.id).await.expect("an answer").factors.any();
    let password = reader.password_of(user.id).await.expect("an answer").is_some();
    let codes = !reader.recovery_codes_of(user.id).await.expect("an answer").is_empty();
    let device = ada.visit.device.as_ref().expect("a device").hash();
    let remembered = reader.device_by_secret(&device).await.expect("an answer").is_some();
    drop(reader);
    let signed_in = ada.is_signed_in().await;
    let left = [factors, password, codes, remembered, signed_in];
    assert!(left.iter().all(|left| *left == factors), "all or nothing: {left:?}");
    !factors
}

with_open_app! {
    async fn a_recovery_takes_effect_after_a_day_unless_it_is_cancelled(app: TestApp) {
        let (root, _, ada) = people(&app).await;
        request(&app, &root, "ada").await.expect("it begins");
        refused!(request(&app, &root, "ada").await, Error::Conflict(_));
        assert_eq!(recipients(&app, REQUESTED).await, ["ada@example.org"]);
        for _ in 0..4 {
            app.advance(TimeDelta::hours(5));
            app.settle().await;
            ada.session().await;
        }
        assert!(!is_recovered(&app, &ada).await);
        app.advance(TimeDelta::hours(4));
        let key = link(&app, "ada@example.org", RECOVERED).await;
        assert!(is_recovered(&app, &ada).await);
        app.registry.reset_password(&ada.visit, &key, secret(OTHER_PASSWORD)).await.expect("the link works");
        assert!(can_sign_in(&app, "ada", OTHER_PASSWORD).await);
    }

    async fn the_administrator_who_asked_cannot_agree_but_another_one_can(app: TestApp) {
        let (root, rosa, ada) = people(&app).await;
        refused!(approve(&app, &rosa, "ada").await, Error::NotFound(_));
        request(&app, &root, "ada").await.expect("it begins");
        refused!(approve(&app, &root, "ada").await, Error::Invalid(_));
        assert!(!is_recovered(&app, &ada).await);
        approve(&app, &rosa, "ada").await.expect("a second one agrees");
        assert!(is_recovered(&app, &ada).await);
        let tags = tags(&app).await;
        for tag in ["user:recovery:request", "user:recovery:approve", "user:recovery:complete"] {
            assert_eq!(tags.iter().filter(|other| *other == tag).count(), 1, "{tag}");
        }
        refused!(approve(&app, &rosa, "ada").await, Error::NotFound(_));
    }

    async fn administrators_recover_neither_themselves_nor_agree_to_their_own_recovery(app: TestApp) {
        let (root, rosa, _) = people(&app).await;
        refused!(request(&app, &root, "root").await, Error::Invalid(_));
        request(&app, &root, "rosa").await.expect("it begins");
        refused!(approve(&app, &rosa, "rosa").await, Error::Invalid(_));
    }

    async fn the_owner_cancels_by_the_mailed_link(app: TestApp) {
        let (root, rosa, ada) = people(&app).await;
        request(&app, &root, "ada").await.expect("it begins");
        let key = link(&app, "ada@example.org", REQUESTED).await;
        let shown = app.registry.recovery_to_cancel(&key).await.expect("an answer").expect("it works");
        assert_eq!(shown.user.as_str(), "ada");
        assert_eq!(shown.requested_by.expect("an administrator").as_str(), "root");
        let visit = Browser::new(&app).visit;
        app.registry.cancel_recovery_by_link(&visit, &key).await.expect("it works");
        assert_eq!(recipients(&app, CANCELLED).await, ["ada@example.org"]);
        refused!(app.registry.cancel_recovery_by_link(&visit, &key).await, Error::NotFound(_));
        refused!(approve(&app, &rosa, "ada").await, Error::NotFound(_));
        app.advance(TimeDelta::hours(11));
        ada.session().await;
        app.advance(TimeDelta::hours(11));
        ada.session().await;
        app.advance(TimeDelta::hours(3));
        app.settle().await;
        assert!(!is_recovered(&app, &ada).await);
    }

    async fn the_link_of_an_earlier_recovery_cancels_no_later_one(app: TestApp) {
        let (root, _, ada) = people(&app).await;
        request(&app, &root, "ada").await.expect("it begins");
        let key = link(&app, "ada@example.org", REQUESTED).await;
        let session = ada.session().await;
        let own = app.registry.own_recovery(&session).await.expect("an answer");
        assert_eq!(own.expect("it is open").user.as_str(), "ada");
        app.registry.cancel_own_recovery(&session, &ada.visit).await.expect("it is open");
        request(&app, &root, "ada").await.expect("it begins again");
        let old = app.registry.cancel_recovery_by_link(&ada.visit, &key).await;
        refused!(old, Error::NotFound(_));
        assert!(app.registry.own_recovery(&session).await.expect("an answer").is_some());
        let (permit, user) = (root.administers().await, session.user().id);
        app.registry.cancel_recovery(&permit, &root.visit.origin, user).await.expect("it is open");
        refused!(app.registry.cancel_own_recovery(&session, &ada.visit).await, Error::NotFound(_));
    }

    async fn a_recovery_that_a_suspended_administrator_asked_for_is_cancelled(app: TestApp) {
        let (root, rosa, ada) = people(&app).await;
        request(&app, &rosa, "ada").await.expect("it begins");
        let (permit, taken_over) = (root.administers().await, account(&app, "rosa").await);
        app.registry.suspend(&permit, &root.visit.origin, taken_over.id).await.expect("it is done");
        drop(mails(&app).await);
        for _ in 0..3 {
            app.advance(TimeDelta::hours(8));
            ada.session().await;
        }
        assert_eq!(recipients(&app, CANCELLED).await, ["ada@example.org"]);
        assert!(!is_recovered(&app, &ada).await);
    }

    async fn every_address_of_the_account_hears_but_the_link_goes_to_the_primary_one(app: TestApp) {
        let (root, rosa) = (administrator(&app, "root").await, administrator(&app, "rosa").await);
        let ada = person(&app, "ada").await;
        let session = ada.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        app.registry.add_email(&fresh, &ada.visit, "second@example.org").await.expect("it is free");
        let key = link(&app, "second@example.org", "Confirm your e-mail address").await;
        app.registry.verify_email(&ada.visit, &key).await.expect("it works");
        app.registry.add_email(&fresh, &ada.visit, "stranger@example.org").await.expect("it is free");
        drop(mails(&app).await);
        request(&app, &root, "ada").await.expect("it begins");
        assert_eq!(recipients(&app, REQUESTED).await, ["ada@example.org", "second@example.org"]);
        approve(&app, &rosa, "ada").await.expect("a second one agrees");
        let mut told = mails(&app).await;
        told.sort_by(|one, other| one.to.cmp(&other.to));
        let links: Vec<_> = told.iter().map(|mail| (mail.to.as_str(), mail.links().len())).collect();
        assert_eq!(links, [("ada@example.org", 1), ("second@example.org", 0)]);
    }

    async fn the_operator_recovers_at_once(app: TestApp) {
        let (root, _, ada) = people(&app).await;
        request(&app, &root, "ada").await.expect("it begins");
        drop(mails(&app).await);
        let user = account(&app, "ada").await;
        app.registry.recover_now(&app.operator(), &user).await.expect("it is done");
        assert!(is_recovered(&app, &ada).await);
        link(&app, "ada@example.org", RECOVERED).await;
        app.registry.recover_now(&app.operator(), &user).await.expect("with or without a request");
        app.advance(TimeDelta::hours(24));
        app.settle().await;
    }

    async fn an_account_that_nobody_verified_is_not_recovered(app: TestApp) {
        let root = administrator(&app, "root").await;
        unverified(&app, "eve").await;
        refused!(request(&app, &root, "eve").await, Error::Invalid(_));
    }
}

with_people_app! {
    |people| {
        people.sign_up = SignUp::Open;
        people.recovery = RecoveryRule::TwoAdministrators;
    };
    async fn where_two_administrators_are_asked_for_no_time_is_enough(app: TestApp) {
        let (root, mut rosa, _) = people(&app).await;
        let (permit, user) = (root.administers().await, account(&app, "ada").await.id);
        let opened = app.registry.request_recovery(&permit, &root.visit.origin, user).await;
        assert_eq!(opened.expect("it begins").due_at, None);
        app.advance(TimeDelta::days(3));
        app.settle().await;
        let mut reader = app.registry.store.read().await.expect("the database answers");
        assert!(reader.open_recovery_of(user).await.expect("an answer").is_some());
        drop(reader);
        rosa.sign_in("rosa", PASSWORD).await.expect("the password is right");
        approve(&app, &rosa, "ada").await.expect("a second one agrees");
    }
}
