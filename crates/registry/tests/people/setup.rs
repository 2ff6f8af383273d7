//! The first administrator.

use bonded_registry::Error;
use bonded_registry::people::Fence;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

use crate::world::*;

async fn printed(app: &TestApp) -> bonded_model::secret::Secret {
    let url = app.registry.setup_link(&app.operator()).await.expect("an answer");
    key_of(&url.expect("there is no administrator"))
}

with_app! {
    async fn the_printed_link_makes_one_administrator(app: TestApp) {
        let key = printed(&app).await;
        assert!(app.registry.is_setup_open(&key).await.expect("an answer"));
        let mut root = Browser::new(&app);
        let entry = app.registry.set_up_administrator(&root.visit, &key, typed("root")).await;
        root.enter(entry.expect("the link works"));
        let session = root.session().await;
        assert!(session.user().admin && session.standing().verified);
        assert_eq!(session.fence(), Some(Fence::SecondFactor), "administrators need one by default");
        assert!(app.registry.setup_link(&app.operator()).await.expect("an answer").is_none());
        let visit = Browser::new(&app).visit;
        let again = app.registry.set_up_administrator(&visit, &key, typed("eve")).await;
        refused!(again, Error::NotFound(_));
    }

    async fn a_new_start_replaces_the_link(app: TestApp) {
        let (old, new) = (printed(&app).await, printed(&app).await);
        let visit = Browser::new(&app).visit;
        let tried = app.registry.set_up_administrator(&visit, &old, typed("eve")).await;
        refused!(tried, Error::NotFound(_));
        app.registry.set_up_administrator(&visit, &new, typed("root")).await.expect("the new one works");
    }

    async fn the_link_ends_after_a_day_and_with_the_first_administrator(app: TestApp) {
        let key = printed(&app).await;
        app.advance(TimeDelta::hours(24));
        assert!(!app.registry.is_setup_open(&key).await.expect("an answer"));
        let key = printed(&app).await;
        administrator(&app, "root").await;
        let tried = app.registry.set_up_administrator(&Browser::new(&app).visit, &key, typed("eve")).await;
        refused!(tried, Error::NotFound(_));
    }

    async fn an_administrator_who_cannot_sign_in_is_none(app: TestApp) {
        app.admin("root").await;
        printed(&app).await;
    }

    async fn of_two_who_race_with_the_link_one_wins(app: TestApp) {
        let key = printed(&app).await;
        let (one, other) = (Browser::new(&app).visit, Browser::new(&app).visit);
        let (one, other) = tokio::join!(
            app.registry.set_up_administrator(&one, &key, typed("one")),
            app.registry.set_up_administrator(&other, &key, typed("other")),
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    }
}
