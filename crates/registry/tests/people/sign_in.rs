//! Signing in with a password, and the sessions that come of it.

use bonded_registry::Error;
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

with_open_app! {
    async fn a_name_or_a_verified_address_signs_in(app: TestApp) {
        person(&app, "ada").await;
        for name in ["ada", "ADA", " ada ", "Ada@Example.org"] {
            assert!(can_sign_in(&app, name, PASSWORD).await, "{name}");
        }
        unverified(&app, "newt").await;
        assert!(can_sign_in(&app, "newt", PASSWORD).await, "to verify the address");
        assert!(!can_sign_in(&app, "newt@example.org", PASSWORD).await, "it may be another's");
    }

    async fn enumeration_of_accounts_by_sign_in_learns_nothing(app: TestApp) {
        person(&app, "ada").await;
        app.user("eve").await;
        let mut texts = Vec::new();
        for (name, password) in [("ada", "wrong"), ("nobody", "wrong"), ("eve", ""), ("\u{0}", "\u{0}")] {
            match Browser::new(&app).sign_in(name, password).await {
                Err(Error::SignIn(text)) => texts.push(text),
                other => panic!("{name}: {other:?}"),
            }
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "{texts:?}");
    }

    async fn guessing_passwords_stops_after_ten_for_strangers_but_not_for_the_owner(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        for guess in 0..10 {
            let mut stranger = Browser::new(&app).at(&format!("198.51.100.{guess}"));
            refused!(stranger.sign_in("ada", "wrong").await, Error::SignIn(_));
        }
        let mut stranger = Browser::new(&app).at("198.51.100.99");
        refused!(stranger.sign_in("ADA", PASSWORD).await, Error::TooMany { .. });
        app.registry.sign_out(&ada.visit).await.expect("it is done");
        ada.sign_in("ada", PASSWORD).await.expect("her browser is known");
        app.advance(TimeDelta::minutes(5));
        stranger.sign_in("ada", PASSWORD).await.expect("the window is over");
    }

    async fn a_stolen_device_cookie_of_another_account_widens_nothing(app: TestApp) {
        person(&app, "ada").await;
        let eve = person(&app, "eve").await;
        for _ in 0..10 {
            let mut stranger = Browser::new(&app);
            stranger.visit.device.clone_from(&eve.visit.device);
            refused!(stranger.sign_in("ada", "wrong").await, Error::SignIn(_));
        }
        let mut stranger = Browser::new(&app).at("198.51.100.99");
        stranger.visit.device.clone_from(&eve.visit.device);
        refused!(stranger.sign_in("ada", PASSWORD).await, Error::TooMany { .. });
    }

    async fn one_network_tries_thirty_times(app: TestApp) {
        let mut browser = Browser::new(&app);
        for guess in 0..30 {
            refused!(browser.sign_in(&format!("nobody{guess}"), "wrong").await, Error::SignIn(_));
        }
        refused!(browser.sign_in("nobody30", "wrong").await, Error::TooMany { .. });
    }

    async fn success_takes_no_place_in_the_limits(app: TestApp) {
        person(&app, "ada").await;
        for _ in 0..40 {
            assert!(can_sign_in(&app, "ada", PASSWORD).await);
        }
    }

    async fn session_fixation_gains_nothing(app: TestApp) {
        person(&app, "ada").await;
        let mut victim = Browser::new(&app);
        let planted = victim.visit.clone();
        victim.sign_in("ada", PASSWORD).await.expect("the password is right");
        assert!(app.registry.session(&planted).await.expect("an answer").is_none());
        let before = victim.visit.clone();
        victim.sign_in("ada", PASSWORD).await.expect("once more in the same browser");
        assert!(app.registry.session(&before).await.expect("an answer").is_none());
    }

    async fn a_session_ends_after_seven_days_however_much_it_is_used(app: TestApp) {
        let ada = person(&app, "ada").await;
        let begun = app.now();
        while app.now() + TimeDelta::hours(11) < begun + TimeDelta::days(7) {
            assert!(ada.is_signed_in().await);
            app.advance(TimeDelta::hours(11));
        }
        assert!(ada.is_signed_in().await);
        app.advance(TimeDelta::hours(11));
        assert!(!ada.is_signed_in().await);
    }

    async fn a_session_that_nobody_uses_ends_after_half_a_day(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.advance(TimeDelta::hours(12));
        assert!(!ada.is_signed_in().await);
    }

    async fn the_owner_hears_of_each_new_place_once(app: TestApp) {
        person(&app, "ada").await;
        drop(mails(&app).await);
        let mut phone = Browser::new(&app);
        phone.sign_in("ada", PASSWORD).await.expect("the password is right");
        assert_eq!(recipients(&app, "You signed in from a new place").await, ["ada@example.org"]);
        phone.sign_in("ada", PASSWORD).await.expect("the password is right");
        assert!(mails(&app).await.is_empty());
    }

    async fn a_stranger_whose_address_was_mistyped_hears_nothing_of_sign_ins(app: TestApp) {
        unverified(&app, "newt").await;
        drop(mails(&app).await);
        assert!(can_sign_in(&app, "newt", PASSWORD).await);
        assert!(mails(&app).await.is_empty());
    }
}
