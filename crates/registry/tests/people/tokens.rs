//! Tokens that people make for themselves.

use bonded_model::token::{TokenScope, Verb, Verbs};
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_registry::Error;
use bonded_registry::access::{BadCredential, Denial, Presented};
use bonded_registry::tokens::{IssuedToken, NewToken, ScopeByName};
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use chrono::TimeDelta;

use crate::world::*;
use crate::{with_open_app, with_people_app};

fn asked(name: &str) -> NewToken {
    NewToken {
        name: name.to_owned(),
        verbs: Verbs::from_iter([Verb::Read]),
        scope: ScopeByName::Everything,
        lifetime: Some(TimeDelta::days(90)),
    }
}

fn limited(channels: &[&str], projects: &[(&str, &str)]) -> ScopeByName {
    let project = |(channel, name): &(&str, &str)| ((*channel).to_owned(), (*name).to_owned());
    ScopeByName::Limited {
        channels: channels.iter().map(|name| (*name).to_owned()).collect(),
        projects: projects.iter().map(project).collect(),
    }
}

async fn make(browser: &Browser<'_>, app: &TestApp, new: NewToken) -> Result<IssuedToken, Error> {
    let session = browser.session().await;
    app.registry.create_token(&session.fresh()?, &browser.visit, new).await
}

async fn authenticates(app: &TestApp, issued: &IssuedToken) -> Result<(), Error> {
    let presented = Presented::Token(issued.secret.clone());
    app.registry.authenticate(&presented, &app.registry.local_origin()).await.map(drop)
}

with_open_app! {
    async fn a_token_is_made_told_of_and_recorded(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, asked(" laptop ")).await.expect("the token is made");
        assert_eq!((issued.token.name.as_str(), issued.token.by_operator), ("laptop", false));
        assert_eq!(issued.token.expires_at, Some(app.now() + TimeDelta::days(90)));
        authenticates(&app, &issued).await.expect("it works");
        assert!(tags(&app).await.contains(&"user:token:create".to_owned()));
        let mails = mails(&app).await;
        let mail = mails.iter().find(|mail| mail.text.contains("laptop")).expect("a mail");
        assert_eq!(mail.to, "ada@example.org");
        assert!(mails.iter().all(|mail| !mail.text.contains("bonded-")), "a token stays out of mails");
    }

    async fn a_name_is_given_once(app: TestApp) {
        let (ada, eve) = (person(&app, "ada").await, person(&app, "eve").await);
        make(&ada, &app, asked("ci")).await.expect("the first");
        assert_eq!(field(make(&ada, &app, asked("ci")).await), "name");
        make(&eve, &app, asked("ci")).await.expect("another account's");
        for bad in ["", "  ", "a\nb", "ß".repeat(101).as_str()] {
            assert_eq!(field(make(&ada, &app, asked(bad)).await), "name");
        }
    }

    async fn a_token_without_verbs_or_places_is_refused(app: TestApp) {
        let ada = person(&app, "ada").await;
        let without = NewToken { verbs: Verbs::default(), ..asked("a") };
        assert_eq!(field(make(&ada, &app, without).await), "verbs");
        let nowhere = NewToken { scope: limited(&[], &[]), ..asked("b") };
        assert_eq!(field(make(&ada, &app, nowhere).await), "scope");
    }

    async fn tokens_end_within_a_year(app: TestApp) {
        let ada = person(&app, "ada").await;
        for lifetime in [None, Some(TimeDelta::days(367)), Some(TimeDelta::MAX), Some(TimeDelta::zero())] {
            assert_eq!(field(make(&ada, &app, NewToken { lifetime, ..asked("a") }).await), "lifetime");
        }
    }

    async fn a_private_channel_and_an_unknown_one_cannot_be_told_apart(app: TestApp) {
        app.channel("secret", ChannelFormat::Python, Visibility::Private).await;
        let ada = person(&app, "ada").await;
        for (channel, project) in [("secret", "plans"), ("no-such", "plans")] {
            let channels = NewToken { scope: limited(&[channel], &[]), ..asked("a") };
            let projects = NewToken { scope: limited(&[], &[(channel, project)]), ..asked("a") };
            for new in [channels, projects] {
                let Err(Error::Field { field: "scope", text }) = make(&ada, &app, new).await else {
                    panic!("the place is taken")
                };
                assert_eq!(text.replace(channel, "*"), "there is no channel '*'");
            }
        }
    }

    async fn a_member_can_name_the_channel(app: TestApp) {
        let secret = app.channel("secret", ChannelFormat::Python, Visibility::Private).await;
        let ada = person(&app, "ada").await;
        app.member("secret", &account(&app, "ada").await, ChannelRole::Reader).await;
        let new = NewToken { scope: limited(&["secret"], &[]), ..asked("a") };
        let issued = make(&ada, &app, new).await.expect("the token is made");
        assert_eq!(issued.token.scope, TokenScope::Limited { channels: vec![secret.id], projects: Vec::new() });
    }

    async fn an_old_proof_and_an_unverified_address_make_no_token(app: TestApp) {
        let (ada, eve) = (person(&app, "ada").await, unverified(&app, "eve").await);
        refused!(make(&eve, &app, asked("a")).await, Error::Fenced(_));
        app.advance(TimeDelta::minutes(16));
        refused!(make(&ada, &app, asked("a")).await, Error::ProofNeeded);
    }

    async fn revoking_needs_no_fresh_proof_and_happens_once(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, asked("a")).await.expect("the token is made");
        app.advance(TimeDelta::minutes(16));
        let session = ada.session().await;
        for _ in 0..2 {
            let cleared = session.cleared().expect("no fence");
            app.registry.end_token(&cleared, &ada.visit, issued.token.id).await.expect("it is hers");
        }
        let refused = authenticates(&app, &issued).await;
        refused!(refused, Error::Denied(Denial::Unauthenticated(BadCredential::Revoked)));
        assert_eq!(tags(&app).await.iter().filter(|tag| *tag == "user:token:revoke").count(), 1);
    }

    async fn the_tokens_of_others_cannot_be_revoked(app: TestApp) {
        let (ada, eve) = (person(&app, "ada").await, person(&app, "eve").await);
        let issued = make(&ada, &app, asked("a")).await.expect("the token is made");
        let session = eve.session().await;
        let cleared = session.cleared().expect("no fence");
        refused!(app.registry.end_token(&cleared, &eve.visit, issued.token.id).await, Error::NotFound(_));
        authenticates(&app, &issued).await.expect("it works");
        let user = account(&app, "eve").await;
        let operators = app.issue(&user, Grant::verbs(&[Verb::Read])).await;
        app.registry.end_token(&cleared, &eve.visit, operators.token.id).await.expect("it is hers too");
    }
}

with_people_app! { |people| {
        people.sign_up = bonded_registry::people::SignUp::Open;
        people.tokens_without_expiry = true;
    };
    async fn the_operator_can_allow_tokens_that_never_end(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, NewToken { lifetime: None, ..asked("a") }).await;
        assert_eq!(issued.expect("the token is made").token.expires_at, None);
    }
}
