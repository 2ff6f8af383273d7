//! Forgotten passwords.

use bonded_registry::Error;
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

const SUBJECT: &str = "Set a new password";

with_open_app! {
    async fn a_mailed_link_sets_a_new_password_once(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.registry.forgot_password(&ada.visit, "ADA").await.expect("always");
        let key = link(&app, "ada@example.org", SUBJECT).await;
        let shown = app.registry.reset_link(&key).await.expect("an answer").expect("it works");
        assert_eq!(shown.name.as_str(), "ada");
        let visit = Browser::new(&app).visit;
        app.registry.reset_password(&visit, &key, secret(OTHER_PASSWORD)).await.expect("it works");
        assert_eq!(recipients(&app, "Your password was changed").await, ["ada@example.org"]);
        assert!(!can_sign_in(&app, "ada", PASSWORD).await);
        assert!(can_sign_in(&app, "ada", OTHER_PASSWORD).await);
        let again = app.registry.reset_password(&visit, &key, secret(PASSWORD)).await;
        refused!(again, Error::NotFound(_));
    }

    async fn a_reset_ends_every_session_and_signs_nobody_in(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.registry.forgot_password(&ada.visit, "ada@example.org").await.expect("always");
        let key = link(&app, "ada@example.org", SUBJECT).await;
        app.registry.reset_password(&ada.visit, &key, secret(OTHER_PASSWORD)).await.expect("it works");
        assert!(!ada.is_signed_in().await);
        let mut reader = app.registry.store.read().await.expect("the database answers");
        let device = ada.visit.device.as_ref().expect("it was remembered").hash();
        assert!(reader.device_by_secret(&device).await.expect("an answer").is_none());
    }

    async fn a_reset_keeps_the_second_factor(app: TestApp) {
        let ada = person(&app, "ada").await;
        let user = account(&app, "ada").await;
        give_totp(&app, &user).await;
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let key = link(&app, "ada@example.org", SUBJECT).await;
        app.registry.reset_password(&ada.visit, &key, secret(OTHER_PASSWORD)).await.expect("it works");
        let visit = Browser::new(&app).visit;
        let entry = app.registry.sign_in(&visit, "ada", secret(OTHER_PASSWORD), "/").await;
        assert!(matches!(entry, Ok(bonded_registry::people::Entry::NeedsFactor(_))), "{entry:?}");
    }

    async fn enumeration_of_accounts_by_reset_learns_nothing(app: TestApp) {
        unverified(&app, "newt").await;
        let suspended = app.user("gone").await;
        let operator = app.registry.operator_administers(&app.operator()).expect("the operator may");
        let origin = app.registry.local_origin();
        app.registry.suspend(&operator, &origin, suspended.id).await.expect("it is suspended");
        drop(mails(&app).await);
        let visit = Browser::new(&app).visit;
        for typed in ["newt", "newt@example.org", "gone", "nobody", "nobody@example.org", "\u{0}", ""] {
            app.registry.forgot_password(&visit, typed).await.expect("the same for everybody");
        }
        assert!(mails(&app).await.is_empty());
    }

    async fn a_weak_password_leaves_the_link_valid(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let key = link(&app, "ada@example.org", SUBJECT).await;
        let weak = app.registry.reset_password(&ada.visit, &key, secret("ada@example.org")).await;
        assert_eq!(field(weak), "password");
        app.registry.reset_password(&ada.visit, &key, secret(OTHER_PASSWORD)).await.expect("it works");
    }

    async fn dead_links_set_nothing(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let other = link(&app, "ada@example.org", SUBJECT).await;
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let used = link(&app, "ada@example.org", SUBJECT).await;
        app.registry.reset_password(&ada.visit, &used, secret(OTHER_PASSWORD)).await.expect("it works");
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let expired = link(&app, "ada@example.org", SUBJECT).await;
        app.advance(TimeDelta::hours(6));
        unverified(&app, "eve").await;
        let kind = link(&app, "eve@example.org", "Confirm your e-mail address").await;
        for key in [other, used, expired, kind] {
            assert!(app.registry.reset_link(&key).await.expect("an answer").is_none());
            let tried = app.registry.reset_password(&ada.visit, &key, secret(PASSWORD)).await;
            refused!(tried, Error::NotFound(_));
        }
    }

    async fn of_two_who_race_with_a_link_one_wins(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let key = link(&app, "ada@example.org", SUBJECT).await;
        let (one, other) = tokio::join!(
            app.registry.reset_password(&ada.visit, &key, secret(OTHER_PASSWORD)),
            app.registry.reset_password(&ada.visit, &key, secret("nine copper kettles sing")),
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    }

    async fn mail_bombing_by_reset_ends_after_five(app: TestApp) {
        let ada = person(&app, "ada").await;
        for typed in ["ada", "ADA", " ada", "Ada", "ada "] {
            app.registry.forgot_password(&ada.visit, typed).await.expect("so far");
        }
        refused!(app.registry.forgot_password(&ada.visit, "ada").await, Error::TooMany { .. });
        assert_eq!(recipients(&app, SUBJECT).await.len(), 5);
        for nobody in 0..5 {
            let visit = Browser::new(&app).at(&format!("198.51.100.{nobody}")).visit;
            app.registry.forgot_password(&visit, "nobody").await.expect("so far");
        }
        let visit = Browser::new(&app).at("198.51.100.9").visit;
        refused!(app.registry.forgot_password(&visit, "nobody").await, Error::TooMany { .. });
    }
}
