//! Changing one's password.

use bonded_registry::Error;
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

/// Changes the password in this browser.
async fn change(app: &TestApp, browser: &mut Browser<'_>, current: &str, new: &str) -> Result<(), Error> {
    let session = browser.session().await;
    let fresh = session.fresh()?;
    let rotated =
        app.registry.change_password(&fresh, &browser.visit, Some(secret(current)), secret(new)).await?;
    browser.take(rotated);
    Ok(())
}

with_open_app! {
    async fn a_change_ends_all_other_sessions_and_renews_this_one(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        let mut thief = Browser::new(&app);
        thief.sign_in("ada", PASSWORD).await.expect("the password leaked");
        let before = ada.visit.clone();
        drop(mails(&app).await);
        change(&app, &mut ada, PASSWORD, OTHER_PASSWORD).await.expect("it is hers");
        assert!(ada.is_signed_in().await);
        assert!(app.registry.session(&before).await.expect("an answer").is_none(), "the old secret is worthless");
        assert!(!thief.is_signed_in().await);
        let mut reader = app.registry.store.read().await.expect("the database answers");
        let remembered = |visit: &bonded_registry::people::Visit| visit.device.as_ref().expect("a device").hash();
        assert!(reader.device_by_secret(&remembered(&thief.visit)).await.expect("an answer").is_none());
        assert!(reader.device_by_secret(&remembered(&ada.visit)).await.expect("an answer").is_some());
        drop(reader);
        assert!(!can_sign_in(&app, "ada", PASSWORD).await);
        assert_eq!(recipients(&app, "Your password was changed").await, ["ada@example.org"]);
    }

    async fn a_stolen_session_does_not_change_the_password(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        assert_eq!(field(change(&app, &mut ada, "guessed wrong", OTHER_PASSWORD).await), "current");
        assert_eq!(field(change(&app, &mut ada, PASSWORD, "password1").await), "password");
        app.advance(TimeDelta::minutes(15));
        refused!(change(&app, &mut ada, PASSWORD, OTHER_PASSWORD).await, Error::ProofNeeded);
        assert!(can_sign_in(&app, "ada", PASSWORD).await);
    }

    async fn guessing_the_present_password_ends_after_ten(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        for _ in 0..10 {
            assert_eq!(field(change(&app, &mut ada, "guessed wrong", OTHER_PASSWORD).await), "current");
        }
        refused!(change(&app, &mut ada, PASSWORD, OTHER_PASSWORD).await, Error::TooMany { .. });
    }

    async fn links_to_set_a_password_end_with_a_change(app: TestApp) {
        let mut ada = person(&app, "ada").await;
        app.registry.forgot_password(&ada.visit, "ada").await.expect("always");
        let key = link(&app, "ada@example.org", "Set a new password").await;
        change(&app, &mut ada, PASSWORD, OTHER_PASSWORD).await.expect("it is hers");
        assert!(app.registry.reset_link(&key).await.expect("an answer").is_none());
    }
}
