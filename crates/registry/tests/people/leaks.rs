//! Tokens that were found where they leak.

use bonded_model::token::{Networks, Verb, Verbs};
use bonded_registry::Error;
use bonded_registry::access::{BadCredential, Denial, Presented};
use bonded_registry::activity::Wanted;
use bonded_registry::tokens::{IssuedToken, NewToken, Overlap, Rotation, ScopeByName};
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

const URL: &str = "https://code.example/ada/tools/blob/main/ci.yml";
const SUBJECT: &str = "An API token of yours leaked";

async fn make(browser: &Browser<'_>, app: &TestApp, verbs: &[Verb]) -> IssuedToken {
    let session = browser.session().await;
    let new = NewToken {
        name: "ci".to_owned(),
        verbs: verbs.iter().copied().collect::<Verbs>(),
        scope: ScopeByName::Everything,
        lifetime: Some(TimeDelta::days(90)),
        networks: Networks::default(),
    };
    let fresh = session.fresh().expect("a fresh proof");
    let issued = app.registry.create_token(&fresh, &browser.visit, new).await.expect("the token is made");
    drop(mails(app).await);
    issued
}

/// What becomes of a request with the token.
async fn refusal(app: &TestApp, issued: &IssuedToken) -> Option<BadCredential> {
    let presented = Presented::Token(issued.secret.clone());
    match app.registry.authenticate(&presented, &app.registry.local_origin(), "test").await {
        Ok(_) => None,
        Err(Error::Denied(Denial::Unauthenticated(bad))) => Some(bad),
        Err(other) => panic!("another error: {other:?}"),
    }
}

/// How many tokens of ours were reported.
async fn disclose(app: &TestApp, issued: &IssuedToken, url: &str) -> usize {
    let found = [issued.secret.clone()];
    app.registry.disclose_tokens(&app.operator(), found, Some(url)).await.expect("an answer").len()
}

async fn reports(app: &TestApp) -> usize {
    tags(app).await.iter().filter(|tag| *tag == "user:token:leak").count()
}

with_open_app! {
    async fn a_leaked_token_ends_and_its_owner_reads_where_it_was_found(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, &[Verb::Read, Verb::Manage]).await;
        assert_eq!(refusal(&app, &issued).await, None);
        let url = format!("{URL}?key=hunter2&token={}", issued.secret.expose());
        assert_eq!(disclose(&app, &issued, &url).await, 1);
        assert_eq!(refusal(&app, &issued).await, Some(BadCredential::Revoked));
        let mails = mails(&app).await;
        let [mail] = mails.as_slice() else { panic!("not one mail: {mails:?}") };
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ada@example.org", SUBJECT));
        assert!(mail.text.lines().any(|line| line == format!("Found at: {URL}")) && mail.text.contains("“ci”"), "{}", mail.text);
        assert!(mail.text.contains("could make others"), "{}", mail.text);
        assert!(!mail.text.contains("hunter2") && !mail.text.contains("bonded-"), "{}", mail.text);
        let seen = app.registry.own_events(&ada.session().await, &Wanted::default(), 1).await.expect("an answer");
        assert_eq!(seen.events[0].text, format!("Your token 'ci' was found at {URL}. It does not work any more."));
        assert_eq!(seen.events[0].by, "the operator");
    }

    async fn a_report_that_comes_again_changes_nothing(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, &[Verb::Read]).await;
        for _ in 0..3 {
            assert_eq!(disclose(&app, &issued, URL).await, 1);
        }
        assert_eq!(reports(&app).await, 1);
        assert_eq!(recipients(&app, SUBJECT).await, ["ada@example.org"]);
    }

    async fn a_token_that_was_revoked_before_is_reported_once_as_well(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, &[Verb::Read]).await;
        let session = ada.session().await;
        let cleared = session.cleared().expect("no fence");
        app.registry.end_token(&cleared, &ada.visit, issued.token.id).await.expect("it is hers");
        for _ in 0..2 {
            disclose(&app, &issued, URL).await;
        }
        assert_eq!(reports(&app).await, 1);
        assert_eq!(recipients(&app, SUBJECT).await, ["ada@example.org"]);
    }

    async fn a_token_that_has_ended_by_itself_does_not_come_back(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, &[Verb::Read]).await;
        app.advance(TimeDelta::days(90));
        assert_eq!(disclose(&app, &issued, URL).await, 1);
        assert_eq!(refusal(&app, &issued).await, Some(BadCredential::Revoked));
        assert_eq!(reports(&app).await, 1);
    }

    // The thief of a token that manages gives it a new secret; then the one that was found is the old one.
    async fn a_thief_keeps_nothing_by_rotating_the_token_that_was_found(app: TestApp) {
        let ada = person(&app, "ada").await;
        for overlap in [Overlap::None, Overlap::Hour] {
            let user = account(&app, "ada").await;
            let found = app.issue(&user, Grant::verbs(&[Verb::Read, Verb::Manage])).await;
            let session = ada.session().await;
            let fresh = session.fresh().expect("a fresh proof");
            let rotation = Rotation { overlap, lifetime: None };
            let id = found.token.id;
            let stolen = app.registry.rotate_own_token(&fresh, &ada.visit, id, rotation).await.expect("it works");
            assert_eq!(refusal(&app, &stolen).await, None);
            assert_eq!(disclose(&app, &found, URL).await, 1);
            assert_eq!(refusal(&app, &stolen).await, Some(BadCredential::Revoked));
            assert_eq!(refusal(&app, &found).await, Some(BadCredential::Revoked));
        }
    }

    // The first secret is found only after the thief gave the token another one twice.
    async fn a_thief_keeps_nothing_by_rotating_twice(app: TestApp) {
        let ada = person(&app, "ada").await;
        let user = account(&app, "ada").await;
        let found = app.issue(&user, Grant::verbs(&[Verb::Read, Verb::Manage])).await;
        let session = ada.session().await;
        let fresh = session.fresh().expect("a fresh proof");
        let mut stolen = Vec::new();
        for _ in 0..3 {
            let (id, rotation) = (found.token.id, Rotation { overlap: Overlap::Hour, lifetime: None });
            stolen.push(app.registry.rotate_own_token(&fresh, &ada.visit, id, rotation).await.expect("it works"));
        }
        assert_eq!(refusal(&app, &found).await, Some(BadCredential::Replaced), "its holder learns what became of it");
        assert_eq!((refusal(&app, &stolen[1]).await, refusal(&app, &stolen[2]).await), (None, None));
        assert_eq!(disclose(&app, &found, URL).await, 1);
        for secret in stolen.iter().chain([&found]) {
            assert_eq!(refusal(&app, secret).await, Some(BadCredential::Revoked));
        }
        assert_eq!(reports(&app).await, 1);
    }

    async fn a_token_in_a_url_is_noted_also_when_it_comes_from_outside_of_its_networks(app: TestApp) {
        let ada = person(&app, "ada").await;
        let session = ada.session().await;
        let new = NewToken {
            name: "ci".to_owned(),
            verbs: [Verb::Read, Verb::Publish].into_iter().collect(),
            scope: ScopeByName::Everything,
            lifetime: Some(TimeDelta::days(90)),
            networks: "198.51.100.0/24".parse().expect("a network"),
        };
        let fresh = session.fresh().expect("a fresh proof");
        let issued = app.registry.create_token(&fresh, &ada.visit, new).await.expect("the token is made");
        drop(mails(&app).await);
        let presented = Presented::TokenInUrl(issued.secret.clone());
        let refused = app.registry.authenticate(&presented, &ada.visit.origin, "conda/26.1").await;
        refused!(refused, Error::TokenInUrl(_));
        assert_eq!(recipients(&app, "An API token of yours came in a URL").await, ["ada@example.org"]);
    }

    async fn what_is_no_token_of_ours_is_passed_over(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, &[Verb::Read]).await;
        let foreign = bonded_model::token::ApiToken::generate(&bonded_model::Random::System);
        let ended = app.registry.disclose_tokens(&app.operator(), [foreign], None).await.expect("an answer");
        assert!(ended.is_empty());
        assert_eq!((reports(&app).await, refusal(&app, &issued).await), (0, None));
    }

    async fn whoever_used_a_token_in_a_url_is_told_by_mail_once_and_where_to_replace_it(app: TestApp) {
        let ada = person(&app, "ada").await;
        let issued = make(&ada, &app, &[Verb::Read, Verb::Publish]).await;
        let presented = Presented::TokenInUrl(issued.secret.clone());
        for _ in 0..3 {
            let refused = app.registry.authenticate(&presented, &ada.visit.origin, "conda/26.1").await;
            refused!(refused, Error::TokenInUrl(_));
        }
        let mails = mails(&app).await;
        let [mail] = mails.as_slice() else { panic!("not one mail: {mails:?}") };
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ada@example.org", "An API token of yours came in a URL"));
        let page = format!("{}/account/tokens/{}", app.base_url(), issued.token.id);
        assert!(mail.text.contains(&page) && mail.text.contains("192.0.2.1"), "{}", mail.text);
        assert_eq!(refusal(&app, &issued).await, None, "in a header it works, until it is replaced");
    }
}
