//! The addresses of an account.

use bonded_model::ids::EmailId;
use bonded_model::people::EmailAddress;
use bonded_registry::Error;
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

const VERIFY: &str = "Confirm your e-mail address";

async fn emails(app: &TestApp, browser: &Browser<'_>) -> Vec<EmailAddress> {
    app.registry.emails(&browser.session().await).await.expect("an answer")
}

async fn add(app: &TestApp, browser: &Browser<'_>, address: &str) -> Result<(), Error> {
    app.registry.add_email(&browser.session().await.fresh()?, &browser.visit, address).await
}

async fn remove(app: &TestApp, browser: &Browser<'_>, email: EmailId) -> Result<(), Error> {
    app.registry.remove_email(&browser.session().await.fresh()?, &browser.visit, email).await
}

async fn make_primary(app: &TestApp, browser: &Browser<'_>, email: EmailId) -> Result<(), Error> {
    let session = browser.session().await;
    app.registry.make_primary(&session.fresh()?, &browser.visit, email).await
}

/// Adds an address and verifies it.
async fn second(app: &TestApp, browser: &Browser<'_>) -> EmailId {
    add(app, browser, "second@example.org").await.expect("it is free");
    let key = link(app, "second@example.org", VERIFY).await;
    app.registry.verify_email(&browser.visit, &key).await.expect("it works");
    emails(app, browser).await[1].id
}

with_open_app! {
    async fn mail_goes_to_another_verified_address_after_both_heard_of_it(app: TestApp) {
        let ada = person(&app, "ada").await;
        drop(mails(&app).await);
        add(&app, &ada, "second@example.org").await.expect("it is free");
        let mails = mails(&app).await;
        let to = |subject: &str| {
            let found = mails.iter().filter(|mail| mail.subject == subject);
            found.map(|mail| mail.to.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(to("An address was added to your account"), ["ada@example.org"]);
        assert_eq!(to(VERIFY), ["second@example.org"]);
        let added = emails(&app, &ada).await[1].id;
        refused!(make_primary(&app, &ada, added).await, Error::Invalid(_));
        let key = key_of(mails.iter().find(|mail| mail.subject == VERIFY).expect("a mail").links()[0]);
        app.registry.verify_email(&ada.visit, &key).await.expect("it works");
        make_primary(&app, &ada, added).await.expect("it is verified");
        let told = recipients(&app, "Your mail goes to another address now").await;
        assert_eq!(told, ["ada@example.org", "second@example.org"]);
        assert_eq!(account(&app, "ada").await.email.as_str(), "second@example.org");
    }

    async fn a_stolen_session_moves_no_mail(app: TestApp) {
        let ada = person(&app, "ada").await;
        let second = second(&app, &ada).await;
        app.advance(TimeDelta::minutes(15));
        refused!(make_primary(&app, &ada, second).await, Error::ProofNeeded);
        refused!(remove(&app, &ada, second).await, Error::ProofNeeded);
        assert_eq!(account(&app, "ada").await.email.as_str(), "ada@example.org");
    }

    async fn the_addresses_of_others_cannot_be_touched(app: TestApp) {
        let ada = person(&app, "ada").await;
        let hers = second(&app, &ada).await;
        let eve = person(&app, "eve").await;
        refused!(make_primary(&app, &eve, hers).await, Error::NotFound(_));
        refused!(remove(&app, &eve, hers).await, Error::NotFound(_));
        let session = eve.session().await;
        let again = app.registry.mail_verification_again(&session, &eve.visit, hers).await;
        refused!(again, Error::NotFound(_));
        assert_eq!(emails(&app, &ada).await.len(), 2);
    }

    async fn adding_an_address_does_not_tell_whether_somebody_has_it(app: TestApp) {
        person(&app, "ada").await;
        let eve = person(&app, "eve").await;
        drop(mails(&app).await);
        add(&app, &eve, "ada@example.org").await.expect("the same as for a free address");
        let mails = mails(&app).await;
        let to_ada: Vec<_> = mails.iter().filter(|mail| mail.to == "ada@example.org").collect();
        assert_eq!(to_ada.len(), 1, "{mails:?}");
        assert_eq!(to_ada[0].subject, "This address is in use already");
        assert!(to_ada[0].links().is_empty());
    }

    async fn a_mistyped_address_is_replaced_as_long_as_nothing_is_verified(app: TestApp) {
        let ada = unverified(&app, "ada").await;
        let old = link(&app, "ada@example.org", VERIFY).await;
        add(&app, &ada, "right@example.org").await.expect("it is free");
        let has = emails(&app, &ada).await;
        assert_eq!(has.len(), 1);
        assert!(has[0].primary);
        assert!(app.registry.verification(&old).await.expect("an answer").is_none());
        let key = link(&app, "right@example.org", VERIFY).await;
        app.registry.verify_email(&ada.visit, &key).await.expect("it works");
        assert_eq!(ada.session().await.fence(), None);
    }

    async fn an_address_is_removed_but_never_the_primary_one(app: TestApp) {
        let ada = person(&app, "ada").await;
        let second = second(&app, &ada).await;
        let primary = emails(&app, &ada).await[0].id;
        refused!(remove(&app, &ada, primary).await, Error::Invalid(_));
        remove(&app, &ada, second).await.expect("it is hers");
        let told = recipients(&app, "An address was removed from your account").await;
        assert_eq!(told, ["ada@example.org", "second@example.org"]);
        refused!(remove(&app, &ada, second).await, Error::NotFound(_));
    }

    async fn a_link_verifies_once_and_for_six_hours(app: TestApp) {
        let ada = unverified(&app, "ada").await;
        let late = link(&app, "ada@example.org", VERIFY).await;
        app.advance(TimeDelta::hours(6));
        refused!(app.registry.verify_email(&ada.visit, &late).await, Error::NotFound(_));
        let (session, email) = (ada.session().await, emails(&app, &ada).await[0].id);
        let again = app.registry.mail_verification_again(&session, &ada.visit, email).await;
        again.expect("another link");
        let key = link(&app, "ada@example.org", VERIFY).await;
        app.registry.verify_email(&ada.visit, &key).await.expect("it works");
        refused!(app.registry.verify_email(&ada.visit, &key).await, Error::NotFound(_));
        let again = app.registry.mail_verification_again(&session, &ada.visit, email).await;
        refused!(again, Error::Conflict(_));
    }

    async fn mail_bombing_by_verification_ends_after_three(app: TestApp) {
        let ada = unverified(&app, "ada").await;
        let (session, email) = (ada.session().await, emails(&app, &ada).await[0].id);
        for _ in 0..3 {
            let again = app.registry.mail_verification_again(&session, &ada.visit, email).await;
            again.expect("so far");
        }
        let again = app.registry.mail_verification_again(&session, &ada.visit, email).await;
        refused!(again, Error::TooMany { .. });
    }

    async fn mail_bombing_by_adding_ends_after_five(app: TestApp) {
        let ada = person(&app, "ada").await;
        for victim in 0..5 {
            add(&app, &ada, &format!("victim{victim}@example.org")).await.expect("so far");
        }
        refused!(add(&app, &ada, "victim5@example.org").await, Error::TooMany { .. });
        assert_eq!(field(add(&app, &ada, "ADA@example.org").await), "email");
        assert_eq!(field(add(&app, &ada, "nowhere").await), "email");
    }
}
