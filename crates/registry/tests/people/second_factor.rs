//! The second step of a sign-in: codes, and new places.

use bonded_registry::Error;
use bonded_registry::people::Entry;
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::authenticator::secure;
use crate::with_open_app;
use crate::world::*;

const PLACE: &str = "Confirm that you are signing in";

/// A browser in which the password was typed.
async fn half_way<'a>(app: &'a TestApp, name: &str) -> Browser<'a> {
    let mut browser = Browser::new(app);
    match app.registry.sign_in(&browser.visit, name, secret(PASSWORD), "/next").await {
        Ok(Entry::NeedsFactor(rotated)) => browser.take(rotated),
        other => panic!("no factor is asked for: {other:?}"),
    }
    browser
}

/// Keeps the cookies of a sign-in that waits for its place.
fn wait(browser: &mut Browser<'_>, entry: Result<Entry, Error>) {
    match entry {
        Ok(Entry::NeedsPlace(rotated)) => browser.take(rotated),
        other => panic!("no place is asked for: {other:?}"),
    }
}

with_open_app! {
    async fn a_code_from_a_new_place_waits_for_the_mailed_link_in_the_same_browser(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        let mut browser = half_way(&app, "ada").await;
        assert!(!browser.is_signed_in().await);
        let code = authenticator.code(app.now());
        let entry = app.registry.sign_in_with_totp(&browser.visit, &code).await;
        wait(&mut browser, entry);
        assert!(!browser.is_signed_in().await);
        let key = link(&app, "ada@example.org", PLACE).await;
        let victim = Browser::new(&app);
        refused!(app.registry.confirm_place(&victim.visit, &key).await, Error::SignIn(_));
        refused!(app.registry.confirm_place(&ada.visit, &key).await, Error::SignIn(_));
        let entry = app.registry.confirm_place(&browser.visit, &key).await.expect("this browser began it");
        assert!(matches!(&entry, Entry::SignedIn { next, .. } if next == "/next"));
        browser.enter(entry);
        assert!(browser.is_signed_in().await);
        refused!(app.registry.confirm_place(&browser.visit, &key).await, Error::SignIn(_));
    }

    async fn a_relayed_sign_in_cannot_be_confirmed_by_its_victim(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        let mut attacker = half_way(&app, "ada").await;
        let relayed = authenticator.code(app.now());
        let entry = app.registry.sign_in_with_totp(&attacker.visit, &relayed).await;
        wait(&mut attacker, entry);
        let key = link(&app, "ada@example.org", PLACE).await;
        refused!(app.registry.confirm_place(&ada.visit, &key).await, Error::SignIn(_));
        assert!(!attacker.is_signed_in().await);
    }

    async fn the_link_of_a_place_ends_after_a_quarter_of_an_hour(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        let mut browser = half_way(&app, "ada").await;
        let entry = app.registry.sign_in_with_totp(&browser.visit, &authenticator.code(app.now())).await;
        wait(&mut browser, entry);
        let key = link(&app, "ada@example.org", PLACE).await;
        app.advance(TimeDelta::minutes(15));
        refused!(app.registry.confirm_place(&browser.visit, &key).await, Error::SignIn(_));
        assert!(!browser.is_signed_in().await);
    }

    async fn a_remembered_browser_needs_a_code_but_no_mail(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        app.registry.sign_out(&ada.visit).await.expect("it is done");
        match app.registry.sign_in(&ada.visit, "ada", secret(PASSWORD), "/").await {
            Ok(Entry::NeedsFactor(rotated)) => ada.take(rotated),
            other => panic!("a remembered browser replaces no factor: {other:?}"),
        }
        let entry = app.registry.sign_in_with_totp(&ada.visit, &authenticator.code(app.now())).await;
        ada.enter(entry.expect("the code is right"));
        assert!(ada.is_signed_in().await);
    }

    async fn a_code_works_once_whoever_brings_it(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        let (one, other) = (half_way(&app, "ada").await, half_way(&app, "ada").await);
        let code = authenticator.code(app.now());
        let (first, second) = tokio::join!(
            app.registry.sign_in_with_totp(&one.visit, &code),
            app.registry.sign_in_with_totp(&other.visit, &code),
        );
        assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let third = half_way(&app, "ada").await;
        assert_eq!(field(app.registry.sign_in_with_totp(&third.visit, &spaced).await), "code");
        app.advance(TimeDelta::seconds(30));
        let earlier = authenticator.code(app.now() - TimeDelta::seconds(30));
        assert_eq!(field(app.registry.sign_in_with_totp(&third.visit, &earlier).await), "code");
        let next = authenticator.code(app.now());
        app.registry.sign_in_with_totp(&third.visit, &next).await.map(drop).expect("the next one works");
    }

    async fn guessing_codes_stops_after_five_in_all_browsers(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, codes) = secure(&app, &mut ada).await;
        let now = app.now();
        let right: Vec<_> =
            [-60, -30, 0, 30, 60].map(|off| authenticator.code(now + TimeDelta::seconds(off))).into();
        let wrong = (0..).map(|guess| format!("{guess:06}")).find(|guess| !right.contains(guess));
        let wrong = wrong.expect("a wrong code");
        for guess in 0..5 {
            let browser = half_way(&app, "ada").await.at(&format!("198.51.100.{guess}"));
            assert_eq!(field(app.registry.sign_in_with_totp(&browser.visit, &wrong).await), "code");
        }
        let browser = half_way(&app, "ada").await;
        let tried = app.registry.sign_in_with_totp(&browser.visit, &authenticator.code(app.now())).await;
        refused!(tried, Error::TooMany { .. });
        let tried = app.registry.sign_in_with_recovery_code(&browser.visit, &codes[1]).await;
        refused!(tried, Error::TooMany { .. });
        refused!(crate::authenticator::prove(&app, &mut ada, &authenticator).await, Error::TooMany { .. });
        let refusals = tags(&app).await.into_iter().filter(|tag| tag == "user:session:refuse").count();
        assert_eq!(refusals, 5);
    }

    async fn the_second_step_cannot_come_first(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, codes) = secure(&app, &mut ada).await;
        let visit = Browser::new(&app).visit;
        let code = authenticator.code(app.now());
        refused!(app.registry.sign_in_with_totp(&visit, &code).await, Error::SignIn(_));
        refused!(app.registry.sign_in_with_recovery_code(&visit, &codes[1]).await, Error::SignIn(_));
        refused!(app.registry.begin_sign_in_with_key(&visit).await, Error::SignIn(_));
        refused!(app.registry.mail_place_again(&visit).await, Error::SignIn(_));
    }

    async fn a_half_way_sign_in_ends_after_ten_minutes(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        let browser = half_way(&app, "ada").await;
        app.advance(TimeDelta::minutes(10));
        let tried = app.registry.sign_in_with_totp(&browser.visit, &authenticator.code(app.now())).await;
        refused!(tried, Error::SignIn(_));
    }

    async fn a_half_way_sign_in_ends_with_the_password(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (authenticator, _) = secure(&app, &mut ada).await;
        let thief = half_way(&app, "ada").await;
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let key = link(&app, "ada@example.org", "Set a new password").await;
        app.registry.reset_password(&ada.visit, &key, secret(OTHER_PASSWORD)).await.expect("it works");
        let tried = app.registry.sign_in_with_totp(&thief.visit, &authenticator.code(app.now())).await;
        refused!(tried, Error::SignIn(_));
    }

    async fn a_recovery_code_opens_once_and_its_use_is_mailed(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let (_, codes) = secure(&app, &mut ada).await;
        drop(mails(&app).await);
        let mut browser = half_way(&app, "ada").await;
        let typed = codes[1].to_uppercase().replace('-', " ");
        let entry = app.registry.sign_in_with_recovery_code(&browser.visit, &typed).await;
        wait(&mut browser, entry);
        let mails = mails(&app).await;
        assert!(mails.iter().any(|mail| mail.subject == "A recovery code was used"), "{mails:?}");
        let place = mails.iter().find(|mail| mail.subject == PLACE).expect("a mail");
        let key = key_of(place.links()[0]);
        browser.enter(app.registry.confirm_place(&browser.visit, &key).await.expect("the link works"));
        let left = app.registry.recovery_codes(&browser.session().await).await.expect("an answer").left;
        assert_eq!(left, 7);
        let again = half_way(&app, "ada").await;
        let tried = app.registry.sign_in_with_recovery_code(&again.visit, &codes[1]).await;
        assert_eq!(field(tried), "code");
    }

    async fn the_codes_of_others_open_nothing(app: TestApp) {
        let (mut ada, mut eve) = (person(&app, "ada").await, person(&app, "eve").await);
        secure(&app, &mut ada).await;
        let (authenticator, codes) = secure(&app, &mut eve).await;
        let browser = half_way(&app, "ada").await;
        let code = authenticator.code(app.now());
        assert_eq!(field(app.registry.sign_in_with_totp(&browser.visit, &code).await), "code");
        let tried = app.registry.sign_in_with_recovery_code(&browser.visit, &codes[1]).await;
        assert_eq!(field(tried), "code");
    }
}
