//! What pages of projects and channels show, and to whom.

use bonded_model::project::Yank;
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, ChannelFormat, ProjectStatus, Visibility};
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_registry::projects::May;
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::{TestApp, with_app};

use crate::world::*;

/// A private channel with a project that nobody else may know of.
async fn secret(app: &TestApp) -> Person {
    app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
    let insider = Person::new(app, "ines", "inner", Some(ChannelRole::Publisher)).await;
    app.upload_wheel("inner", &insider.token, &Wheel::new("parcel_secret", "1.0")).await.expect(200);
    insider
}

with_app! {
    async fn a_project_page_shows_releases_newest_first_with_what_the_viewer_may_do(app: TestApp) {
        let world = World::python(&app).await;
        app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", "10.0")).await.expect(200);
        app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", "11.0rc1")).await.expect(200);
        let session = world.mo.session(&app).await;
        let yank = Some("bad".to_owned());
        let fresh = session.fresh().expect("a fresh proof");
        let (visit, place) = (&world.mo.visit, ("pypi", "parcel"));
        let yanked = app.registry.set_yank_in_person(&fresh, visit, place, "10.0", yank.into(), "10.0").await;
        yanked.expect("he maintains it");
        let page = app.registry.project_page(&Actor::Anonymous, "pypi", "Parcel", None).await.expect("it is public");
        let versions: Vec<_> = page.releases.iter().map(|release| release.version.as_str()).collect();
        assert_eq!(versions, ["11rc1", "10", "2", "1"]);
        assert_eq!(page.shown.map(|shown| versions[shown]), Some("2"));
        assert!(page.releases[0].prerelease && !page.releases[1].prerelease);
        assert_eq!(page.releases[1].yanked, Some(Yank { at: app.now(), reason: "bad".into() }));
        let file = &page.releases[2].files[0];
        assert_eq!(file.path.as_deref(), Some("files/parcel-2.0-py3-none-any.whl"));
        assert_eq!((page.may, &file.published), (May::default(), &None));
        let may = async |person: &Person| {
            let actor = person.session(&app).await.actor();
            app.registry.project_page(&actor, "pypi", "parcel", None).await.expect("it is public")
        };
        let nothing = May::default();
        let ada = may(&world.ada).await;
        assert_eq!(ada.may, May { yank: true, delete: true, manage: true, quarantine: false });
        let published = ada.releases[0].files[0].published.clone().expect("she may know");
        assert_eq!((published.by.expect("an account").as_str(), published.with_token), ("ada", true));
        assert_eq!(may(&world.mo).await.may, May { yank: true, ..nothing });
        assert_eq!(may(&world.carl).await.may, May { yank: true, delete: true, manage: true, quarantine: true });
        let eve = may(&world.eve).await;
        assert_eq!((eve.may, &eve.releases[0].files[0].published), (nothing, &None));
        let old = app.registry.project_page(&Actor::Anonymous, "pypi", "parcel", Some("1.0.0")).await;
        assert_eq!(old.expect("there is such a version").shown, Some(3));
        let missing = app.registry.project_page(&Actor::Anonymous, "pypi", "parcel", Some("9")).await;
        refused!(missing, Error::NotFound(_));
    }

    async fn a_quarantined_project_shows_its_files_only_to_those_who_look_after_it(app: TestApp) {
        let world = World::conda(&app).await;
        let session = world.carl.session(&app).await;
        let (fresh, status) = (session.fresh().expect("a fresh proof"), ProjectStatus::Quarantined);
        let set = app.registry.set_status_in_person(&fresh, &world.carl.visit, "main", "parcel", status, "x").await;
        set.expect("he administers");
        for (person, releases) in [(&world.ada, 2), (&world.mo, 2), (&world.carl, 2), (&world.eve, 0)] {
            let actor = person.session(&app).await.actor();
            let page = app.registry.project_page(&actor, "main", "parcel", None).await.expect("it is public");
            assert_eq!((page.releases.len(), page.withheld), (releases, true), "{}", person.user.name);
            assert!(page.releases.iter().flat_map(|release| &release.files).all(|file| file.path.is_none()));
        }
        let listed = app.registry.channel_page(&Actor::Anonymous, "main", "", "").await.expect("it is public");
        assert_eq!((listed.projects[0].status, &listed.projects[0].latest), (status, &None));
    }

    async fn a_private_channel_and_an_unknown_one_cannot_be_told_apart(app: TestApp) {
        let insider = secret(&app).await;
        let stranger = Person::new(&app, "stan", "pypi", None).await.session(&app).await.actor();
        for actor in [Actor::Anonymous, stranger] {
            let expected = Denial::hidden(&actor);
            for channel in ["inner", "no-such"] {
                let page = app.registry.project_page(&actor, channel, "parcel-secret", None).await.map(drop);
                let list = app.registry.channel_page(&actor, channel, "", "").await.map(drop);
                for refused in [page, list] {
                    assert!(matches!(refused, Err(Error::Denied(denial)) if denial == expected));
                }
                let found = app.registry.search(&actor, "parcel", Some(channel)).await.expect("an answer");
                assert!(found.is_empty());
            }
            assert!(app.registry.search(&actor, "secret", None).await.expect("an answer").is_empty());
            let visible = app.registry.visible_channels(&actor).await.expect("an answer");
            assert!(visible.iter().all(|visible| visible.channel.name.as_str() != "inner"));
        }
        let actor = insider.session(&app).await.actor();
        let found = app.registry.search(&actor, "cel-SEC", None).await.expect("an answer");
        assert_eq!(found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["parcel-secret"]);
        app.registry.project_page(&actor, "inner", "parcel_secret", None).await.expect("she may");
    }

    async fn a_channel_page_is_turned_and_filtered(app: TestApp) {
        let world = World::conda(&app).await;
        for n in 0..52 {
            let package = Package::noarch(&format!("lib{n:02}"), "1.0");
            app.upload_conda("main", &world.ada.token, &package).await.expect(201);
        }
        let page = async |prefix: &str, after: &str| {
            app.registry.channel_page(&Actor::Anonymous, "main", prefix, after).await.expect("it is public")
        };
        let first = page("lib", "").await;
        assert_eq!((first.projects.len(), first.next.as_deref()), (50, Some("lib49")));
        let second = page("lib", "lib49").await;
        let names: Vec<_> = second.projects.iter().map(|project| project.name.as_str()).collect();
        assert_eq!((names, second.next), (vec!["lib50", "lib51"], None));
        let parcel = page("Par", "").await.projects;
        assert_eq!((parcel.len(), parcel[0].latest.as_deref()), (1, Some("2.0")));
        assert!(page("%", "").await.projects.is_empty() && page("zzz", "").await.projects.is_empty());
        let found = app.registry.search(&Actor::Anonymous, "b_", None).await.expect("an answer");
        assert!(found.is_empty(), "a wildcard is a character like others");
    }

    async fn projects_without_files_are_shown_to_members_alone(app: TestApp) {
        let world = World::python(&app).await;
        let session = world.carl.session(&app).await;
        let permit = app.registry.manage_channel(&session.fresh().expect("a fresh proof"), "pypi").await;
        let origin = world.carl.visit.origin;
        app.registry
            .create_project(&permit.expect("he administers"), &origin, "Plans", "ada")
            .await
            .expect("the project is made");
        let member = world.eve.session(&app).await.actor();
        for (actor, expected) in [(Actor::Anonymous, 1), (member, 2)] {
            let page = app.registry.channel_page(&actor, "pypi", "", "").await.expect("it is public");
            assert_eq!(page.projects.len(), expected);
        }
    }
}
