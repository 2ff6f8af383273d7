//! Profile, sessions, tokens.

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_registry::Error;
use bonded_registry::people::HeldRole;
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

with_open_app! {
    async fn people_say_what_they_are_called(app: TestApp) {
        let ada = person(&app, "ada").await;
        let session = ada.session().await;
        let cleared = session.cleared().expect("no fence");
        app.registry.change_profile(&cleared, &ada.visit, " Ada Lovelace ").await.expect("a name");
        assert_eq!(ada.session().await.user().display_name.as_deref(), Some("Ada Lovelace"));
        app.registry.change_profile(&cleared, &ada.visit, "  ").await.expect("no name");
        assert_eq!(ada.session().await.user().display_name, None);
        let forged = app.registry.change_profile(&cleared, &ada.visit, "Ada\r\nBcc: eve@example.org").await;
        assert_eq!(field(forged), "display_name");
    }

    async fn one_session_ends_without_the_others(app: TestApp) {
        let ada = person(&app, "ada").await;
        let mut phone = Browser::new(&app);
        phone.sign_in("ada", PASSWORD).await.expect("the password is right");
        let (session, lost) = (ada.session().await, phone.session().await.id());
        assert_eq!(app.registry.sessions(&session).await.expect("an answer").len(), 2);
        app.registry.end_session(&session, &ada.visit, lost).await.expect("it is hers");
        assert!(!phone.is_signed_in().await && ada.is_signed_in().await);
        refused!(app.registry.end_session(&session, &ada.visit, lost).await, Error::NotFound(_));
    }

    async fn the_sessions_of_others_cannot_be_ended(app: TestApp) {
        let (ada, eve) = (person(&app, "ada").await, person(&app, "eve").await);
        let (hers, session) = (ada.session().await.id(), eve.session().await);
        refused!(app.registry.end_session(&session, &eve.visit, hers).await, Error::NotFound(_));
        assert!(ada.is_signed_in().await);
    }

    async fn all_sessions_end_together(app: TestApp) {
        let ada = person(&app, "ada").await;
        let mut phone = Browser::new(&app);
        phone.sign_in("ada", PASSWORD).await.expect("the password is right");
        app.registry.end_all_sessions(&ada.session().await, &ada.visit).await.expect("it is done");
        assert!(!phone.is_signed_in().await && !ada.is_signed_in().await);
    }

    async fn who_signs_out_is_out(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.registry.sign_out(&ada.visit).await.expect("it is done");
        assert!(!ada.is_signed_in().await);
        app.registry.sign_out(&ada.visit).await.expect("signing out twice does no harm");
        let ends = tags(&app).await.into_iter().filter(|tag| tag == "user:session:end").count();
        assert_eq!(ends, 1);
    }

    async fn sessions_that_are_over_are_not_listed(app: TestApp) {
        let ada = person(&app, "ada").await;
        app.advance(TimeDelta::hours(12));
        assert!(!ada.is_signed_in().await);
        let mut phone = Browser::new(&app);
        phone.sign_in("ada", PASSWORD).await.expect("the password is right");
        assert_eq!(app.registry.sessions(&phone.session().await).await.expect("an answer").len(), 1);
    }

    async fn people_see_their_roles_and_tokens(app: TestApp) {
        let ada = person(&app, "ada").await;
        let user = account(&app, "ada").await;
        app.member("pypi", &user, ChannelRole::Reader).await;
        app.token(&user, Grant::verbs(&[Verb::Read])).await;
        app.token(&user, Grant::verbs(&[Verb::Read]).channel("pypi")).await;
        app.token(&app.user("eve").await, Grant::verbs(&[Verb::Read])).await;
        let session = ada.session().await;
        let channel = "pypi".parse().expect("a name");
        let roles = app.registry.own_roles(&session).await.expect("an answer");
        assert_eq!(roles, [HeldRole::Channel { channel, role: ChannelRole::Reader, own: true }]);
        let tokens = app.registry.own_tokens(&session.cleared().expect("no fence")).await.expect("an answer");
        let mut places: Vec<_> = tokens.into_iter().map(|own| own.places).collect();
        places.sort();
        assert_eq!(places, [vec![], vec!["pypi".to_owned()]]);
    }
}
