//! Which credentials can publish, and cutting them off.

use bonded_model::channel::ProjectCreation;
use bonded_model::token::{TokenScope, Verb};
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_registry::Error;
use bonded_registry::access::{Denial, Presented};
use bonded_registry::projects::{PublishingToken, Reach};
use bonded_registry::tokens::{Mark, Minted};
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::Wheel;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

use crate::world::*;

const PUBLISHES: &[Verb] = &[Verb::Read, Verb::Publish];

async fn listed(
    app: &TestApp,
    person: &Person,
    project: Option<&str>,
) -> Result<Vec<PublishingToken>, Error> {
    let session = person.session(app).await;
    app.registry.publishing_tokens(&session.cleared()?, "pypi", project).await
}

async fn set_cut(
    app: &TestApp,
    person: &Person,
    project: Option<&str>,
    token: &PublishingToken,
    cut: bool,
) -> Result<(), Error> {
    let (session, registry) = (person.session(app).await, &app.registry);
    let fresh = session.fresh()?;
    match cut {
        true => registry.cut_off(&fresh, &person.visit, "pypi", project, token.id).await,
        false => registry.restore(&fresh, &person.visit, "pypi", project, token.id).await,
    }
}

fn owners(tokens: &[PublishingToken]) -> Vec<&str> {
    tokens.iter().map(|token| token.owner.as_str()).collect()
}

async fn upload(app: &TestApp, token: &str, project: &str, version: &str) -> u16 {
    app.upload_wheel("pypi", token, &Wheel::new(project, version)).await.status()
}

with_app! {
    async fn every_token_that_can_publish_now_is_listed_and_no_other(app: TestApp) {
        let world = World::python(&app).await;
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let ada = &world.ada.user;
        app.member("inner", ada, ChannelRole::Publisher).await;
        app.token(ada, Grant::verbs(&[Verb::Read])).await;
        app.token(ada, Grant::verbs(PUBLISHES).channel("inner")).await;
        app.token(ada, Grant::verbs(PUBLISHES).lives(TimeDelta::seconds(1))).await;
        app.advance(TimeDelta::seconds(2));
        app.token(ada, Grant::verbs(PUBLISHES).channel("pypi").channel("inner")).await;
        app.advance(TimeDelta::seconds(1));
        app.token(ada, Grant::verbs(PUBLISHES).project("pypi", "parcel")).await;
        let tokens = listed(&app, &world.ada, Some("parcel")).await.expect("she owns it");
        assert_eq!(owners(&tokens), ["ada", "ada", "ada", "carl", "mo"]);
        let reaches: Vec<_> = tokens.iter().map(|token| token.reach).collect();
        assert_eq!(reaches[..3], [Reach::Everything, Reach::Channel, Reach::Projects]);
        assert!(tokens.iter().all(|token| token.own == (token.owner.as_str() == "ada") && token.cut.is_none()));
        let of_channel = listed(&app, &world.carl, None).await.expect("he administers it");
        assert_eq!(owners(&of_channel), ["ada", "ada", "ada", "carl", "eve", "mo"]);
        assert!(!format!("{tokens:?}").contains("inner"), "other places are not named");
    }

    async fn a_token_that_only_yanks_or_deletes_is_listed_and_can_be_cut_off(app: TestApp) {
        let world = World::python(&app).await;
        for (person, project, path) in [
            (&world.ada, Some("parcel"), "/api/bonded/v1/channels/pypi/projects/parcel/releases/1.0"),
            (&world.carl, None, "/api/bonded/v1/channels/pypi/projects/parcel/releases/2.0"),
        ] {
            let issued = app.issue(&person.user, Grant::verbs(&[Verb::Delete])).await;
            let useless = app.issue(&world.mo.user, Grant::verbs(&[Verb::Delete])).await.token.id;
            let yanks = app.issue(&world.mo.user, Grant::verbs(&[Verb::Yank])).await.token.id;
            let tokens = listed(&app, person, project).await.expect("it is theirs");
            let ids: Vec<_> = tokens.iter().map(|token| token.id).collect();
            assert!(ids.contains(&yanks) && !ids.contains(&useless), "maintainers delete nothing");
            let token = tokens.iter().find(|token| token.id == issued.token.id).expect("it is listed");
            set_cut(&app, person, project, token, true).await.expect("it is theirs");
            app.delete(path).token(issued.secret.expose()).await.expect(403);
            app.advance(TimeDelta::seconds(1));
        }
    }

    async fn a_channel_lists_what_its_maintainers_can_publish_and_nothing_of_other_channels(app: TestApp) {
        let world = World::python(&app).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let pypi = registry.operator_manages_channel(&app.operator(), "pypi").await.expect("he may");
        registry.set_project_creation(&pypi, &origin, ProjectCreation::Admins).await.expect("it is set");
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        app.member("inner", &world.eve.user, ChannelRole::Publisher).await;
        assert_eq!(app.upload_wheel("inner", &world.eve.token, &Wheel::new("crate", "1.0")).await.status(), 200);
        let whole = app.issue(&world.mo.user, Grant::verbs(PUBLISHES).channel("pypi")).await.token.id;
        let tokens = listed(&app, &world.carl, None).await.expect("he administers it");
        assert_eq!(owners(&tokens), ["ada", "carl", "mo", "mo"], "eve has a project in another channel only");
        assert!(tokens.iter().any(|token| token.id == whole));
    }

    async fn only_those_who_look_after_a_place_see_its_tokens(app: TestApp) {
        let world = World::python(&app).await;
        for (person, project) in
            [(&world.mo, Some("parcel")), (&world.eve, Some("parcel")), (&world.ada, None), (&world.mo, None)]
        {
            refused!(listed(&app, person, project).await, Error::Denied(Denial::Forbidden(_)));
        }
        refused!(listed(&app, &world.ada, Some("no-such")).await, Error::NotFound(_));
    }

    async fn a_token_that_is_cut_off_from_a_project_works_elsewhere_and_comes_back(app: TestApp) {
        let world = World::python(&app).await;
        assert_eq!(upload(&app, &world.mo.token, "parcel", "3.0").await, 200);
        drop(mails(&app).await);
        let tokens = listed(&app, &world.ada, Some("parcel")).await.expect("she owns it");
        let mos = tokens.iter().find(|token| token.owner.as_str() == "mo").expect("his token");
        set_cut(&app, &world.ada, Some("parcel"), mos, true).await.expect("she owns it");
        let subject = "An API token of yours was cut off".to_owned();
        assert_eq!(mails(&app).await, [(subject, "mo@example.org".to_owned())]);
        assert_eq!(upload(&app, &world.mo.token, "parcel", "4.0").await, 403);
        assert_eq!(upload(&app, &world.mo.token, "crate", "1.0").await, 200);
        let other = app.token(&world.mo.user, Grant::verbs(PUBLISHES)).await;
        assert_eq!(upload(&app, &other, "parcel", "4.0").await, 200, "another token of his is another matter");
        let tokens = listed(&app, &world.ada, Some("parcel")).await.expect("she owns it");
        let mos = tokens.iter().find(|token| token.id == mos.id).expect("it is still listed");
        let cut = mos.cut.clone().expect("it is cut off");
        assert_eq!((cut.by.expect("somebody did it").as_str(), cut.whole_channel), ("ada", false));
        set_cut(&app, &world.carl, Some("parcel"), mos, false).await.expect("he administers it");
        assert_eq!(upload(&app, &world.mo.token, "parcel", "5.0").await, 200);
        let tags = tags(&app).await;
        for tag in ["channel:token:cut", "channel:token:restore"] {
            assert_eq!(tags.iter().filter(|found| *found == tag).count(), 1, "{tag}");
        }
    }

    async fn a_token_that_is_cut_off_from_a_channel_does_nothing_there(app: TestApp) {
        let world = World::python(&app).await;
        let tokens = listed(&app, &world.carl, None).await.expect("he administers it");
        let adas = tokens.iter().find(|token| token.owner.as_str() == "ada").expect("her token");
        set_cut(&app, &world.carl, None, adas, true).await.expect("he administers it");
        assert_eq!(upload(&app, &world.ada.token, "parcel", "3.0").await, 403);
        assert_eq!(upload(&app, &world.ada.token, "new", "1.0").await, 403);
        let yank = app.post("/api/bonded/v1/channels/pypi/projects/parcel/releases/1.0/yank");
        yank.token(&world.ada.token).await.expect(403);
        app.delete("/api/bonded/v1/channels/pypi/projects/parcel").token(&world.ada.token).await.expect(403);
        let on_project = listed(&app, &world.ada, Some("parcel")).await.expect("she owns it");
        let adas = on_project.iter().find(|token| token.id == adas.id).expect("it is listed");
        assert!(adas.cut.as_ref().is_some_and(|cut| cut.whole_channel));
        set_cut(&app, &world.ada, Some("parcel"), adas, false).await.expect("nothing of hers to take back");
        assert_eq!(upload(&app, &world.ada.token, "parcel", "3.0").await, 403, "the channel's cut is the channel's");
    }

    async fn strangers_cut_nothing_off_and_tokens_of_other_places_are_out_of_reach(app: TestApp) {
        let world = World::python(&app).await;
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let tokens = listed(&app, &world.ada, Some("parcel")).await.expect("she owns it");
        for person in [&world.mo, &world.eve] {
            let refused = set_cut(&app, person, Some("parcel"), &tokens[0], true).await;
            refused!(refused, Error::Denied(Denial::Forbidden(_)));
        }
        let elsewhere = app.issue(&world.eve.user, Grant::verbs(PUBLISHES)).await.token.id;
        let foreign = PublishingToken { id: elsewhere, ..tokens[0].clone() };
        refused!(set_cut(&app, &world.ada, Some("parcel"), &foreign, true).await, Error::NotFound(_));
        app.advance(TimeDelta::minutes(16));
        refused!(set_cut(&app, &world.ada, Some("parcel"), &tokens[0], true).await, Error::ProofNeeded);
    }

    async fn what_was_cut_off_does_not_come_back_by_minting_another_one(app: TestApp) {
        let world = World::python(&app).await;
        let manager = app.issue(&world.mo.user, Grant::verbs(Verb::ALL).lives(TimeDelta::days(30))).await;
        let tokens = listed(&app, &world.ada, Some("parcel")).await.expect("she owns it");
        let his = tokens.iter().find(|token| token.id == manager.token.id).expect("it is listed");
        set_cut(&app, &world.ada, Some("parcel"), his, true).await.expect("she owns it");
        let origin = world.mo.visit.origin;
        let presented = Presented::Token(manager.secret.clone());
        let actor = app.registry.authenticate(&presented, &origin, "test").await.expect("it works");
        let permit = app.registry.manage_tokens(&actor).await.expect("it manages");
        let verbs = PUBLISHES.iter().copied().collect();
        let minted = Minted { name: "job".into(), verbs, scope: None, lifetime: None, networks: None };
        let minted = app.registry.mint_token(&permit, (&origin, "test"), minted).await.expect("it is minted");
        assert_eq!(minted.token.scope, TokenScope::Owner);
        assert_eq!(upload(&app, minted.secret.expose(), "parcel", "3.0").await, 403);
        assert_eq!(upload(&app, minted.secret.expose(), "crate", "1.0").await, 200);
    }

    async fn a_token_that_publishes_to_one_project_only_could_be_narrower(app: TestApp) {
        let world = World::python(&app).await;
        let narrow = app.issue(&world.ada.user, Grant::verbs(PUBLISHES).project("pypi", "parcel")).await;
        assert_eq!(upload(&app, narrow.secret.expose(), "parcel", "3.0").await, 200);
        let own = async || {
            let session = world.ada.session(&app).await;
            app.registry.own_tokens(&session.cleared().expect("no fence")).await.expect("an answer")
        };
        let tokens = own().await;
        let wide = tokens.iter().find(|own| own.token.scope == TokenScope::Owner).expect("her first token");
        assert_eq!(wide.only_project.as_deref(), Some("pypi/parcel"));
        assert_eq!(wide.marks(app.now()), [Mark::WiderThanUsed]);
        let narrow = tokens.iter().find(|own| own.token.id == narrow.token.id).expect("the other one");
        assert_eq!(narrow.only_project, None);
        assert_eq!(upload(&app, &world.ada.token, "crate", "1.0").await, 200);
        assert!(own().await.iter().all(|own| own.only_project.is_none()), "two projects need it as it is");
    }
}
