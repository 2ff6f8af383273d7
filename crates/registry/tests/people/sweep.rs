//! What goes by itself.

use bonded_model::user::ChannelRole;
use bonded_testkit::TestApp;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

with_open_app! {
    async fn an_account_that_nobody_verifies_goes_after_a_week_and_its_name_is_free_again(app: TestApp) {
        unverified(&app, "newt").await;
        person(&app, "ada").await;
        app.advance(TimeDelta::days(7));
        app.registry.clear_away().await.expect("it is swept");
        account(&app, "newt").await;
        app.advance(TimeDelta::seconds(1));
        app.registry.clear_away().await.expect("it is swept");
        assert!(app.registry.user_named(&app.operator(), "newt").await.is_err());
        account(&app, "ada").await;
        assert!(tags(&app).await.iter().any(|tag| tag == "user:account:expire"));
        unverified(&app, "newt").await;
    }

    async fn an_account_that_was_given_something_stays(app: TestApp) {
        unverified(&app, "newt").await;
        app.member("pypi", &account(&app, "newt").await, ChannelRole::Reader).await;
        app.advance(TimeDelta::days(30));
        app.registry.clear_away().await.expect("it is swept");
        account(&app, "newt").await;
    }
}
