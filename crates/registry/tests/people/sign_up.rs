//! Signing up.

use bonded_model::people::ProofKind;
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_registry::people::{Fence, NewPerson, SignUp};
use bonded_testkit::TestApp;

use crate::world::*;
use crate::{with_open_app, with_people_app};

with_open_app! {
    async fn who_signs_up_is_signed_in_and_fenced_until_the_address_is_verified(app: TestApp) {
        let browser = unverified(&app, "ada").await;
        let session = browser.session().await;
        assert_eq!(session.user().name.as_str(), "ada");
        assert_eq!(session.fence(), Some(Fence::Unverified));
        assert_eq!(proof(&session), ProofKind::Password);
        refused!(session.cleared(), Error::Fenced(Fence::Unverified));
        let key = link(&app, "ada@example.org", "Confirm your e-mail address").await;
        let shown = app.registry.verification(&key).await.expect("an answer").expect("it works");
        assert_eq!((shown.user.as_str(), shown.address.as_str()), ("ada", "ada@example.org"));
        app.registry.verify_email(&browser.visit, &key).await.expect("it works");
        assert_eq!(browser.session().await.fence(), None);
        let tags = tags(&app).await;
        for tag in ["user:account:sign-up", "user:session:begin", "user:email:verify"] {
            assert!(tags.iter().any(|other| other == tag), "{tag}");
        }
    }

    async fn a_link_to_verify_works_in_any_browser_and_signs_nobody_in(app: TestApp) {
        unverified(&app, "ada").await;
        let key = link(&app, "ada@example.org", "Confirm your e-mail address").await;
        let other = Browser::new(&app);
        app.registry.verify_email(&other.visit, &key).await.expect("it works");
        assert!(!other.is_signed_in().await);
    }

    async fn enumeration_of_addresses_by_sign_up_learns_nothing(app: TestApp) {
        person(&app, "ada").await;
        drop(mails(&app).await);
        let taken = NewPerson { email: "ADA@Example.Org".into(), ..typed("mallory") };
        let mut mallory = Browser::new(&app);
        let entry = app.registry.sign_up(&mallory.visit, taken, None).await;
        mallory.enter(entry.expect("the same as for a free address"));
        let session = mallory.session().await;
        assert_eq!(session.fence(), Some(Fence::Unverified));
        let mails = mails(&app).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].subject, "This address is in use already");
        assert!(mails[0].text.contains("ada"), "it names the account that there is");
        assert!(mails[0].links().is_empty(), "and opens nothing");
        let emails = app.registry.emails(&session).await.expect("an answer");
        let again = app.registry.mail_verification_again(&session, &mallory.visit, emails[0].id).await;
        again.expect("the same as for a free address");
        assert_eq!(recipients(&app, "This address is in use already").await, ["ada@example.org"]);
    }

    async fn a_taken_name_is_told_whatever_its_case(app: TestApp) {
        unverified(&app, "ada").await;
        let other = NewPerson { email: "other@example.org".into(), ..typed("Ada") };
        let browser = Browser::new(&app);
        assert_eq!(field(app.registry.sign_up(&browser.visit, other, None).await), "name");
        assert!(!browser.is_signed_in().await);
    }

    async fn each_field_is_checked(app: TestApp) {
        let visit = Browser::new(&app).visit;
        let weak = |password: &str| NewPerson { password: secret(password), ..typed("ada") };
        for (new, expected) in [
            (NewPerson { name: "-".into(), ..typed("ada") }, "name"),
            (NewPerson { email: "nowhere".into(), ..typed("ada") }, "email"),
            (NewPerson { display_name: Some("x".repeat(101)), ..typed("ada") }, "display_name"),
            (weak("short"), "password"),
            (weak("password1234"), "password"),
            (weak("ada@example.org"), "password"),
        ] {
            assert_eq!(field(app.registry.sign_up(&visit, new, None).await), expected);
        }
        let spaces = NewPerson { name: " ada ".into(), email: " ada@example.org ".into(), ..typed("x") };
        app.registry.sign_up(&visit, spaces, None).await.expect("spaces around do not count");
    }

    async fn a_network_makes_twenty_accounts_in_an_hour(app: TestApp) {
        let visit = Browser::new(&app).visit;
        for _ in 0..20 {
            let tried = NewPerson { name: "-".into(), ..typed("ada") };
            assert_eq!(field(app.registry.sign_up(&visit, tried, None).await), "name");
        }
        refused!(app.registry.sign_up(&visit, typed("ada"), None).await, Error::TooMany { .. });
        let elsewhere = Browser::new(&app).at("198.51.100.7");
        app.registry.sign_up(&elsewhere.visit, typed("eve"), None).await.expect("another network");
    }

    async fn two_who_want_the_same_address_get_accounts_and_the_first_to_verify_keeps_it(app: TestApp) {
        let ada = unverified(&app, "ada").await;
        let first = link(&app, "ada@example.org", "Confirm your e-mail address").await;
        let second = NewPerson { email: "ada@example.org".into(), ..typed("mallory") };
        app.registry.sign_up(&Browser::new(&app).visit, second, None).await.expect("an account");
        let second = link(&app, "ada@example.org", "Confirm your e-mail address").await;
        app.registry.verify_email(&ada.visit, &second).await.expect("whoever reads the mail decides");
        refused!(app.registry.verify_email(&ada.visit, &first).await, Error::Conflict(_));
        assert!(account(&app, "ada").await.verified_at.is_none());
        assert!(account(&app, "mallory").await.verified_at.is_some());
    }
}

/// What a stranger meets.
async fn is_turned_away(app: &TestApp) {
    let visit = Browser::new(app).visit;
    let tried = app.registry.sign_up(&visit, typed("eve"), None).await;
    refused!(tried, Error::Denied(Denial::Forbidden(_)));
}

with_people_app! { |people| people.sign_up = SignUp::Invitation;
    async fn strangers_do_not_sign_up_where_people_are_invited(app: TestApp) {
        assert_eq!([false, true].map(|invited| app.registry.sign_up_allowed(invited)), [false, true]);
        is_turned_away(&app).await;
    }
}

with_people_app! { |people| people.sign_up = SignUp::Closed;
    async fn nobody_signs_up_where_the_operator_makes_accounts(app: TestApp) {
        assert_eq!([false, true].map(|invited| app.registry.sign_up_allowed(invited)), [false, false]);
        is_turned_away(&app).await;
        let permit = app.registry.operator_administers(&app.operator()).expect("the operator may");
        let origin = app.registry.local_origin();
        let tried = app.registry.invite(&permit, &origin, "eve@example.org").await;
        refused!(tried, Error::Invalid(_));
    }
}
