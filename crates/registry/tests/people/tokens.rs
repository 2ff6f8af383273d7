//! Tokens that people make for themselves.

use bonded_model::token::{Networks, TokenScope, Verb, Verbs};
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_registry::Error;
use bonded_registry::access::{BadCredential, Denial, ManageTokens, Permit, Presented};
use bonded_registry::tokens::{
    IssuedToken, Mark, Minted, Narrower, NewToken, Overlap, Rotation, ScopeByName, marks,
};
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
        networks: Networks::default(),
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
    app.registry.authenticate(&presented, &app.registry.local_origin(), "test").await.map(drop)
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

/// Whether a token is taken that comes from an address.
async fn taken_from(app: &TestApp, issued: &IssuedToken, address: &str) -> Result<(), BadCredential> {
    let presented = Presented::Token(issued.secret.clone());
    let origin = Browser::new(app).at(address).visit.origin;
    match app.registry.authenticate(&presented, &origin, "test").await {
        Ok(_) => Ok(()),
        Err(Error::Denied(Denial::Unauthenticated(bad))) => Err(bad),
        Err(other) => panic!("another error: {other:?}"),
    }
}

async fn rotate(
    browser: &Browser<'_>,
    app: &TestApp,
    issued: &IssuedToken,
    overlap: Overlap,
    lifetime: Option<Option<TimeDelta>>,
) -> Result<IssuedToken, Error> {
    let (session, rotation) = (browser.session().await, Rotation { overlap, lifetime });
    app.registry.rotate_own_token(&session.fresh()?, &browser.visit, issued.token.id, rotation).await
}

async fn narrow(
    browser: &Browser<'_>,
    app: &TestApp,
    issued: &IssuedToken,
    to: Narrower,
) -> Result<(), Error> {
    let session = browser.session().await;
    app.registry.narrow_own_token(&session.fresh()?, &browser.visit, issued.token.id, to).await
}

/// A token that manages others.
fn managing(name: &str) -> NewToken {
    NewToken { verbs: [Verb::Read, Verb::Manage].into_iter().collect(), ..asked(name) }
}

async fn manages(app: &TestApp, manager: &IssuedToken) -> Permit<ManageTokens> {
    let presented = Presented::Token(manager.secret.clone());
    let origin = app.registry.local_origin();
    let actor = app.registry.authenticate(&presented, &origin, "test").await.expect("it works");
    app.registry.manage_tokens(&actor).await.expect("it manages")
}

/// A token `job` that another one mints.
async fn mint(app: &TestApp, manager: &IssuedToken) -> IssuedToken {
    let (permit, origin) = (manages(app, manager).await, app.registry.local_origin());
    let verbs = Verbs::from_iter([Verb::Read]);
    let job = Minted { name: "job".into(), verbs, scope: None, lifetime: None, networks: None };
    app.registry.mint_token(&permit, (&origin, "curl/8.5.0"), job).await.expect("it is minted")
}

fn as_it_is(issued: &IssuedToken) -> Narrower {
    Narrower { verbs: issued.token.verbs, scope: None, lifetime: None, networks: Networks::default() }
}

with_open_app! {
    async fn the_old_secret_works_as_long_as_was_chosen(app: TestApp) {
        let ada = person(&app, "ada").await;
        let old = make(&ada, &app, asked("a")).await.expect("the token is made");
        drop(mails(&app).await);
        let new = rotate(&ada, &app, &old, Overlap::Hour, None).await.expect("it is rotated");
        assert_eq!((new.token.id, new.token.expires_at), (old.token.id, old.token.expires_at));
        assert_eq!(recipients(&app, "An API token has a new secret").await, ["ada@example.org"]);
        app.advance(TimeDelta::minutes(59));
        taken_from(&app, &old, "192.0.2.1").await.expect("it overlaps");
        app.advance(TimeDelta::minutes(1));
        assert_eq!(taken_from(&app, &old, "192.0.2.1").await, Err(BadCredential::Replaced));
        taken_from(&app, &new, "192.0.2.1").await.expect("the new one works");
        assert!(tags(&app).await.contains(&"user:token:rotate".to_owned()));
    }

    async fn a_leaked_secret_ends_with_its_rotation(app: TestApp) {
        let ada = person(&app, "ada").await;
        let verbs = [Verb::Read, Verb::Publish].into_iter().collect();
        let old = make(&ada, &app, NewToken { verbs, ..asked("a") }).await.expect("the token is made");
        let in_url = Presented::TokenInUrl(old.secret.clone());
        let refused = app.registry.authenticate(&in_url, &ada.visit.origin, "test").await;
        refused!(refused, Error::TokenInUrl(_));
        let session = ada.session().await;
        let cleared = session.cleared().expect("no fence");
        let listed = app.registry.own_tokens(&cleared).await.expect("an answer");
        assert_eq!(marks(&listed[0].token, app.now()), [Mark::Leaked]);
        let new = rotate(&ada, &app, &old, Overlap::None, None).await.expect("it is rotated");
        assert_eq!(taken_from(&app, &old, "192.0.2.1").await, Err(BadCredential::Replaced));
        taken_from(&app, &new, "192.0.2.1").await.expect("the new one works");
        let listed = app.registry.own_tokens(&cleared).await.expect("an answer");
        assert_eq!(marks(&listed[0].token, app.now()), []);
    }

    async fn a_leaked_secret_does_not_overlap_whatever_is_chosen(app: TestApp) {
        let ada = person(&app, "ada").await;
        for (name, overlap) in [("a", Overlap::Hour), ("b", Overlap::Week)] {
            let verbs = [Verb::Read, Verb::Publish].into_iter().collect();
            let old = make(&ada, &app, NewToken { verbs, ..asked(name) }).await.expect("the token is made");
            let in_url = Presented::TokenInUrl(old.secret.clone());
            refused!(app.registry.authenticate(&in_url, &ada.visit.origin, "test").await, Error::TokenInUrl(_));
            let new = rotate(&ada, &app, &old, overlap, None).await.expect("it is rotated");
            assert_eq!(new.token.previous_until, Some(app.now()));
            assert_eq!(taken_from(&app, &old, "192.0.2.1").await, Err(BadCredential::Replaced));
            taken_from(&app, &new, "192.0.2.1").await.expect("the new one works");
        }
    }

    async fn a_rotation_can_come_with_a_new_end_but_not_for_the_operators_tokens(app: TestApp) {
        let ada = person(&app, "ada").await;
        let own = make(&ada, &app, asked("a")).await.expect("the token is made");
        let year = Some(Some(TimeDelta::days(365)));
        let new = rotate(&ada, &app, &own, Overlap::Day, year).await.expect("it is rotated");
        assert_eq!(new.token.expires_at, Some(app.now() + TimeDelta::days(365)));
        assert_eq!(field(rotate(&ada, &app, &own, Overlap::Day, Some(None)).await), "lifetime");
        let user = account(&app, "ada").await;
        let operators = app.issue(&user, Grant::verbs(&[Verb::Read]).lives(TimeDelta::days(1))).await;
        refused!(rotate(&ada, &app, &operators, Overlap::Day, year).await, Error::Invalid(_));
        rotate(&ada, &app, &operators, Overlap::Day, None).await.expect("with the same end");
    }

    async fn a_minted_token_is_renewed_for_as_long_as_its_minter_lives(app: TestApp) {
        let ada = person(&app, "ada").await;
        let days = |days| Some(Some(TimeDelta::days(days)));
        let own = NewToken { lifetime: Some(TimeDelta::days(30)), ..managing("deploy") };
        let manager = make(&ada, &app, own).await.expect("the token is made");
        let minted = mint(&app, &manager).await;
        assert_eq!(field(rotate(&ada, &app, &minted, Overlap::None, days(31)).await), "lifetime");
        let renewed = rotate(&ada, &app, &minted, Overlap::None, days(30)).await.expect("it is rotated");
        let session = ada.session().await;
        let cleared = session.cleared().expect("no fence");
        app.registry.end_token(&cleared, &ada.visit, manager.token.id).await.expect("it is hers");
        assert_eq!(taken_from(&app, &renewed, "192.0.2.1").await, Err(BadCredential::Revoked));
    }

    async fn the_owner_reads_which_token_did_it_and_how_to_stop_that(app: TestApp) {
        let ada = person(&app, "ada").await;
        let manager = make(&ada, &app, managing("deploy")).await.expect("the token is made");
        drop(mails(&app).await);
        let (minted, permit) = (mint(&app, &manager).await.token.id, manages(&app, &manager).await);
        let from = (&ada.visit.origin, "curl/8.5.0");
        app.registry.rotate_managed_token(&permit, from, minted, Overlap::None).await.expect("it is rotated");
        let mails = mails(&app).await;
        assert_eq!(mails.len(), 2);
        for mail in mails {
            for part in ["“job”", "your token “deploy”", "Program: curl", "IP address: ", "/account/tokens"] {
                assert!(mail.text.contains(part), "{part}: {}", mail.text);
            }
            assert!(!mail.text.contains("/account/password"), "a new password does not help: {}", mail.text);
        }
    }

    async fn the_networks_of_the_operators_tokens_do_not_grow(app: TestApp) {
        let ada = person(&app, "ada").await;
        let user = account(&app, "ada").await;
        let operators = app.issue(&user, Grant::verbs(&[Verb::Read])).await;
        let to = |networks: &str| Narrower { networks: networks.parse().expect("networks"), ..as_it_is(&operators) };
        narrow(&ada, &app, &operators, to("198.51.100.0/24")).await.expect("from anywhere to somewhere");
        for wider in ["", "198.51.100.0/23", "198.51.100.0/24,192.0.2.0/24"] {
            assert_eq!(field(narrow(&ada, &app, &operators, to(wider)).await), "networks");
        }
        narrow(&ada, &app, &operators, to("198.51.100.7")).await.expect("to one address");
        let own = make(&ada, &app, asked("a")).await.expect("the token is made");
        for networks in ["198.51.100.0/24", ""] {
            let networks = networks.parse().expect("networks");
            narrow(&ada, &app, &own, Narrower { networks, ..as_it_is(&own) }).await.expect("it is her own");
        }
    }

    async fn a_dead_token_does_not_come_back_by_rotation(app: TestApp) {
        let ada = person(&app, "ada").await;
        let own = make(&ada, &app, asked("a")).await.expect("the token is made");
        let session = ada.session().await;
        let cleared = session.cleared().expect("no fence");
        app.registry.end_token(&cleared, &ada.visit, own.token.id).await.expect("it is hers");
        refused!(rotate(&ada, &app, &own, Overlap::Week, None).await, Error::Invalid(_));
        refused!(narrow(&ada, &app, &own, as_it_is(&own)).await, Error::Invalid(_));
    }

    async fn the_tokens_of_others_are_neither_rotated_nor_narrowed(app: TestApp) {
        let (ada, eve) = (person(&app, "ada").await, person(&app, "eve").await);
        let own = make(&ada, &app, asked("a")).await.expect("the token is made");
        refused!(rotate(&eve, &app, &own, Overlap::None, None).await, Error::NotFound(_));
        refused!(narrow(&eve, &app, &own, as_it_is(&own)).await, Error::NotFound(_));
        taken_from(&app, &own, "192.0.2.1").await.expect("nothing happened");
    }

    async fn a_token_is_never_widened(app: TestApp) {
        let ada = person(&app, "ada").await;
        let new = NewToken { scope: limited(&["pypi"], &[]), ..asked("a") };
        let own = make(&ada, &app, new).await.expect("the token is made");
        let verbs = [Verb::Read, Verb::Delete].into_iter().collect();
        assert_eq!(field(narrow(&ada, &app, &own, Narrower { verbs, ..as_it_is(&own) }).await), "verbs");
        let none = Verbs::default();
        assert_eq!(field(narrow(&ada, &app, &own, Narrower { verbs: none, ..as_it_is(&own) }).await), "verbs");
        for scope in [ScopeByName::Everything, limited(&["pypi", "main"], &[]), limited(&["main"], &[])] {
            let wider = Narrower { scope: Some(scope), ..as_it_is(&own) };
            assert_eq!(field(narrow(&ada, &app, &own, wider).await), "scope");
        }
        let longer = Narrower { lifetime: Some(TimeDelta::days(91)), ..as_it_is(&own) };
        assert_eq!(field(narrow(&ada, &app, &own, longer).await), "lifetime");
    }

    async fn what_was_taken_away_is_refused_at_once(app: TestApp) {
        let ada = person(&app, "ada").await;
        let verbs = [Verb::Read, Verb::Publish].into_iter().collect();
        let own = make(&ada, &app, NewToken { verbs, ..asked("a") }).await.expect("the token is made");
        taken_from(&app, &own, "192.0.2.1").await.expect("it works");
        let less = Narrower {
            verbs: Verbs::from_iter([Verb::Read]),
            scope: Some(limited(&["pypi"], &[])),
            lifetime: Some(TimeDelta::days(1)),
            networks: "198.51.100.0/24".parse().expect("a network"),
        };
        narrow(&ada, &app, &own, less).await.expect("it is narrowed");
        assert_eq!(taken_from(&app, &own, "192.0.2.1").await, Err(BadCredential::Elsewhere));
        taken_from(&app, &own, "198.51.100.9").await.expect("from inside");
        let session = ada.session().await;
        let own_token = app.registry.own_token(&session.cleared().expect("no fence"), own.token.id).await;
        let own_token = own_token.expect("it is hers");
        assert!(own_token.token.verbs.is_read_only());
        assert_eq!(own_token.places, ["pypi"]);
        app.advance(TimeDelta::days(1));
        assert_eq!(taken_from(&app, &own, "198.51.100.9").await, Err(BadCredential::Expired));
        assert!(tags(&app).await.contains(&"user:token:narrow".to_owned()));
    }

    async fn a_use_is_remembered_with_its_place(app: TestApp) {
        let ada = person(&app, "ada").await;
        let own = make(&ada, &app, asked("a")).await.expect("the token is made");
        taken_from(&app, &own, "198.51.100.9").await.expect("it works");
        app.registry.flush_usage().await.expect("it is written");
        let session = ada.session().await;
        let token = app.registry.own_token(&session.cleared().expect("no fence"), own.token.id).await;
        let token = token.expect("it is hers").token;
        assert_eq!(token.last_used_at, Some(app.now()));
        assert_eq!(token.last_client.address, Some([198, 51, 100, 9].into()));
        assert_eq!(token.last_client.agent, "test");
    }

    async fn what_ends_soon_or_is_not_used_is_marked(app: TestApp) {
        let ada = person(&app, "ada").await;
        let year = NewToken { lifetime: Some(TimeDelta::days(365)), ..asked("a") };
        let token = make(&ada, &app, year).await.expect("the token is made").token;
        let marked = |days| marks(&token, token.created_at + TimeDelta::days(days));
        assert_eq!(marked(0), []);
        assert_eq!(marked(90), [Mark::Unused]);
        assert_eq!(marked(351), [Mark::EndsSoon, Mark::Unused]);
        assert_eq!(marked(365), []);
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

    async fn no_token_lives_so_long_that_lists_lose_it(app: TestApp) {
        let ada = person(&app, "ada").await;
        let lives = |name, days| NewToken { lifetime: Some(TimeDelta::days(days)), ..asked(name) };
        for days in [36_526, 2_912_000, 90_000_000] {
            assert_eq!(field(make(&ada, &app, lives("a", days)).await), "lifetime", "{days}");
        }
        let issued = make(&ada, &app, lives("a", 36_525)).await.expect("100 years");
        let absurd = Some(Some(TimeDelta::days(2_912_000)));
        assert_eq!(field(rotate(&ada, &app, &issued, Overlap::None, absurd).await), "lifetime");
        let user = account(&app, "ada").await;
        let by_operator = app.registry.issue_token(&app.operator(), &user, lives("b", 2_912_000)).await;
        assert_eq!(field(by_operator), "lifetime");
    }
}
