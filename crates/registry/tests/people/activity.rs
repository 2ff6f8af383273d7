//! What happened, as people are told it.

use bonded_model::audit::{EventKind, Window};
use bonded_model::token::{Networks, Verb, Verbs};
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, ChannelFormat, Visibility};
use bonded_registry::Error;
use bonded_registry::access::{Denial, Inspect, Presented};
use bonded_registry::activity::{Activities, Activity, Wanted};
use bonded_registry::tokens::{Narrower, NewToken, Overlap, Rotation, ScopeByName};
use bonded_testkit::TestApp;
use bonded_testkit::app::Grant;
use chrono::TimeDelta;

use crate::with_open_app;
use crate::world::*;

/// More events than any of these tests makes.
const ALL: usize = 500;

async fn own(app: &TestApp, browser: &Browser<'_>, wanted: &Wanted) -> Activities {
    let session = browser.session().await;
    app.registry.own_events(&session, wanted, ALL).await.expect("an answer")
}

async fn everything(app: &TestApp, root: &Browser<'_>, wanted: &Wanted) -> Activities {
    app.registry.events(&root.looks().await, wanted, ALL).await.expect("an answer")
}

fn about(person: &str) -> Wanted {
    Wanted { person: person.to_owned(), ..Wanted::default() }
}

fn texts(found: &Activities) -> Vec<&str> {
    found.events.iter().map(|event| event.text.as_str()).collect()
}

fn positions(found: &Activities) -> Vec<i64> {
    found.events.iter().map(|event| event.seq).collect()
}

async fn inspect(app: &TestApp, actor: &Actor, channel: &str) -> Result<Activities, Error> {
    let channel = app.registry.access.channel(actor, channel, ChannelFormat::Python).await?;
    let permit = app.registry.access.permit(actor, Inspect { channel })?;
    app.registry.channel_events(&permit, &Wanted { channel: "pypi".into(), ..Wanted::default() }, ALL).await
}

with_open_app! {
    async fn people_see_their_own_events_and_nobody_elses(app: TestApp) {
        let (ada, eve) = (person(&app, "ada").await, person(&app, "eve").await);
        let new = NewToken {
            name: "laptop".into(),
            verbs: Verbs::from_iter([Verb::Read]),
            scope: ScopeByName::Everything,
            lifetime: Some(TimeDelta::days(30)),
            networks: Networks::default(),
        };
        let session = ada.session().await;
        app.registry.create_token(&session.fresh().expect("fresh"), &ada.visit, new).await.expect("a token");
        let found = own(&app, &ada, &Wanted::default()).await;
        let newest = &found.events[0];
        assert!(newest.text.starts_with("Your token 'laptop' was made. It may read, until "), "{}", newest.text);
        assert_eq!((newest.by.as_str(), newest.with.as_deref()), ("you", Some("a signed-in browser")));
        assert_eq!(newest.address.as_deref(), Some("192.0.2.1"));
        assert_eq!(newest.details["name"], "laptop");
        let oldest = found.events.last().expect("the beginning");
        assert_eq!(oldest.text, "The account ada was made by signing up.");
        let descending = positions(&found).windows(2).all(|pair| pair[0] > pair[1]);
        assert!(descending && found.older.is_none() && found.newer.is_none());
        // Asking for somebody else does not help.
        let hers = own(&app, &eve, &about("ada")).await;
        let known = positions(&found);
        assert!(!hers.events.is_empty() && hers.events.iter().all(|event| !known.contains(&event.seq)));
    }

    async fn what_becomes_of_a_token_is_told(app: TestApp) {
        let ada = person(&app, "ada").await;
        let (session, name) = (ada.session().await, "laptop".to_owned());
        let fresh = session.fresh().expect("fresh");
        let networks = Networks::default();
        let verbs = Verbs::from_iter([Verb::Read, Verb::Publish]);
        let scope = ScopeByName::Everything;
        let new = NewToken { name, verbs, scope, lifetime: Some(TimeDelta::days(30)), networks };
        let issued = app.registry.create_token(&fresh, &ada.visit, new).await.expect("a token");
        let (id, rotation) = (issued.token.id, Rotation { overlap: Overlap::Day, lifetime: None });
        app.registry.rotate_own_token(&fresh, &ada.visit, id, rotation).await.expect("a new secret");
        let networks = "192.0.2.0/24".parse().expect("a network");
        let verbs = Verbs::from_iter([Verb::Read]);
        let narrower = Narrower { verbs, scope: None, lifetime: None, networks };
        app.registry.narrow_own_token(&fresh, &ada.visit, id, narrower).await.expect("it may do less");
        let found = own(&app, &ada, &Wanted { kind: Some(EventKind::Token), ..Wanted::default() }).await;
        let [narrowed, rotated, made] = found.events.as_slice() else { panic!("{found:?}") };
        assert!(narrowed.text.starts_with("Your token 'laptop' was narrowed. It may read, until "));
        assert!(narrowed.text.ends_with(", from 192.0.2.0/24."), "{}", narrowed.text);
        assert!(rotated.text.starts_with("Your token 'laptop' got a new secret. It works until "));
        assert!(rotated.text.ends_with(" UTC."), "{}", rotated.text);
        assert!(made.text.starts_with("Your token 'laptop' was made. It may read, publish, until "));
    }

    async fn what_others_do_to_an_account_is_its_owners_to_know_but_not_from_where(app: TestApp) {
        let (root, ada) = (administrator(&app, "root").await.at("203.0.113.9"), person(&app, "ada").await);
        let user = account(&app, "ada").await;
        app.member("pypi", &user, ChannelRole::Publisher).await;
        app.registry.request_recovery(&root.administers().await, &root.visit.origin, user.id).await.expect("asked");
        let found = own(&app, &ada, &Wanted::default()).await;
        let told = |event: &Activity| (event.text.clone(), event.by.clone(), event.address.clone());
        let asked = "A recovery of your account was asked for: somebody is locked out.";
        assert_eq!(told(&found.events[0]), (asked.to_owned(), "root".to_owned(), None));
        assert_eq!((found.events[0].with.as_deref(), found.events[0].token), (None, None));
        let added = "You became a publisher of the channel pypi.";
        assert_eq!(told(&found.events[1]), (added.to_owned(), "the operator".to_owned(), None));
        let seen = everything(&app, &root, &about("ada")).await;
        assert_eq!(seen.events[0].address.as_deref(), Some("203.0.113.9"));
        assert_eq!(seen.events[0].text, "A recovery of ada's account was asked for: somebody is locked out.");
        assert_eq!(positions(&seen), positions(&found));
    }

    async fn somebody_elses_wrong_password_and_token_show_up_with_their_place(app: TestApp) {
        let ada = person(&app, "ada").await;
        let user = account(&app, "ada").await;
        let issued = app.issue(&user, Grant::verbs(&[Verb::Publish])).await;
        let thief = Browser::new(&app).at("198.51.100.66");
        let presented = Presented::TokenInUrl(issued.secret);
        refused!(app.registry.authenticate(&presented, &thief.visit.origin, "test").await, Error::TokenInUrl(_));
        let found = own(&app, &ada, &Wanted { kind: Some(EventKind::Refusal), ..Wanted::default() }).await;
        assert_eq!(found.events.len(), 1);
        let event = &found.events[0];
        assert_eq!(event.text, "It was refused to use a token in a URL: the token can do more than read.");
        assert_eq!(event.with.as_deref(), Some(format!("the token '{}'", issued.token.name).as_str()));
        assert_eq!(event.address.as_deref(), Some("198.51.100.66"));
        app.registry.forgot_password(&thief.visit, "ada").await.expect("always");
        let found = own(&app, &ada, &Wanted::default()).await;
        assert_eq!(found.events[0].text, "A link to set your password anew was asked for.");
        assert_eq!(found.events[0].address.as_deref(), Some("198.51.100.66"));
    }

    async fn administrators_filter_by_person_place_and_kind(app: TestApp) {
        let root = administrator(&app, "root").await;
        let inner = app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let ada = app.user_as("ada", "inner", ChannelRole::Reader).await;
        app.member("pypi", &ada, ChannelRole::Admin).await;
        app.registry.remove_member(&app.operator(), &inner, &ada).await.expect("it was a member");
        let in_channel = Wanted { channel: "inner".into(), ..Wanted::default() };
        let expected = [
            "ada lost the role in the channel inner.",
            "ada became a reader of the channel inner.",
            "The private python channel inner was made.",
        ];
        assert_eq!(texts(&everything(&app, &root, &in_channel).await), expected);
        let members = Wanted { kind: Some(EventKind::Channel), ..about("ADA") };
        let expected = [expected[0], "ada became an administrator of the channel pypi.", expected[1]];
        assert_eq!(texts(&everything(&app, &root, &members).await), expected);
        assert_eq!(texts(&everything(&app, &root, &Wanted { person: ada.id.to_string(), ..members }).await), expected);
        let nothing = [
            about("nobody"),
            about("no\0body"),
            Wanted { channel: "nowhere".into(), ..Wanted::default() },
            Wanted { channel: "in\0ner".into(), ..Wanted::default() },
            Wanted { project: "acme".into(), ..Wanted::default() },
            Wanted { project: "a\0cme".into(), channel: "main".into(), ..Wanted::default() },
            Wanted { project: "acme".into(), ..in_channel },
        ];
        for wanted in nothing {
            assert!(everything(&app, &root, &wanted).await.events.is_empty(), "{wanted:?}");
        }
    }

    async fn pages_follow_each_other_in_both_directions(app: TestApp) {
        let root = administrator(&app, "root").await;
        let permit = root.looks().await;
        let page = async |window| {
            let wanted = Wanted { window, ..Wanted::default() };
            app.registry.events(&permit, &wanted, 2).await.expect("an answer")
        };
        let all = positions(&everything(&app, &root, &Wanted::default()).await);
        let (mut window, mut seen, mut pages) = (Window::Newest, Vec::new(), Vec::new());
        loop {
            let found = page(window).await;
            assert_eq!(found.newer.is_some(), window != Window::Newest);
            seen.extend(positions(&found));
            pages.push(positions(&found));
            let Some(older) = found.older else { break };
            window = older;
        }
        assert!(seen == all && pages.len() > 2);
        let back = page(Window::After(pages[2][0])).await;
        assert_eq!((positions(&back), back.newer.is_some(), back.older.is_some()), (pages[1].clone(), true, true));
        let first = page(Window::After(pages[1][0])).await;
        assert_eq!((positions(&first), first.newer.is_some()), (pages[0].clone(), false));
        assert!(page(Window::After(all[0])).await.events.is_empty());
    }

    async fn only_administrators_of_a_channel_see_what_happened_in_it_and_not_from_where(app: TestApp) {
        administrator(&app, "root").await;
        let ada = person(&app, "ada").await;
        person(&app, "eve").await;
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let (adas, eves) = (account(&app, "ada").await, account(&app, "eve").await);
        let actor = async |browser: &Browser<'_>| browser.session().await.actor();
        refused!(inspect(&app, &actor(&ada).await, "inner").await, Error::Denied(Denial::Hidden));
        app.member("inner", &adas, ChannelRole::Publisher).await;
        refused!(inspect(&app, &actor(&ada).await, "inner").await, Error::Denied(Denial::Forbidden(_)));
        app.member("inner", &adas, ChannelRole::Admin).await;
        app.member("inner", &eves, ChannelRole::Reader).await;
        let found = inspect(&app, &actor(&ada).await, "inner").await.expect("she administers it");
        assert_eq!(found.events.len(), 4);
        assert_eq!(found.events[0].text, "eve became a reader of the channel inner.");
        assert!(found.events.iter().all(|event| event.channel.as_deref() == Some("inner")));
        assert!(found.events.iter().all(|event| event.address.is_none()));
        let by_token = async |verbs: &[Verb]| {
            let issued = app.issue(&adas, Grant::verbs(verbs)).await;
            let origin = app.registry.local_origin();
            app.registry.authenticate(&Presented::Token(issued.secret), &origin, "test").await.expect("it works")
        };
        let token = by_token(&[Verb::Read, Verb::Publish, Verb::Yank, Verb::Delete]).await;
        refused!(inspect(&app, &token, "inner").await, Error::Denied(Denial::Forbidden(_)));
        let managing = by_token(&[Verb::Read, Verb::Manage]).await;
        let found = inspect(&app, &managing, "inner").await.expect("it manages for an administrator of the channel");
        assert!(found.events.iter().all(|event| event.address.is_none()));
        refused!(inspect(&app, &Actor::Anonymous, "inner").await, Error::Denied(Denial::Unauthenticated(_)));
        refused!(inspect(&app, &Actor::Anonymous, "pypi").await, Error::Denied(Denial::Unauthenticated(_)));
        inspect(&app, &Actor::Operator, "inner").await.expect("the operator may");
    }

    async fn every_event_of_a_busy_instance_is_told_in_words_and_the_log_stays_whole(app: TestApp) {
        let root = administrator(&app, "root").await;
        let ada = person(&app, "ada").await;
        let user = account(&app, "ada").await;
        app.registry.sign_out(&ada.visit).await.expect("it is done");
        app.registry.suspend(&root.administers().await, &root.visit.origin, user.id).await.expect("it is done");
        app.issue(&user, Grant::verbs(&[Verb::Read])).await;
        let found = everything(&app, &root, &Wanted::default()).await;
        for event in &found.events {
            let words = event.text.contains(' ') && event.text.ends_with('.') && !event.text.contains("gone");
            assert!(words && !event.by.is_empty(), "{event:?}");
            assert_eq!(event.details["event"], event.event);
        }
        let verified = app.registry.verify_audit(&app.operator(), None).await.expect("the log");
        assert_eq!((verified.broken_at, verified.events), (None, found.events.len() as i64));
    }
}
