//! Where releases come from: what is told of it, and whom it alarms.

use bonded_registry::provenance::{Alarm, Origins};
use bonded_testkit::fixtures::{Form, Package, Sdist, Wheel};
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

use crate::world::{World, mails};

const PROVENANCE: &str = "/api/bonded/v1/channels/pypi/projects/parcel/provenance";

/// The states of the releases, the newest first.
async fn states(app: &TestApp, path: &str) -> Vec<String> {
    let told = app.get(path).await.expect(200).json();
    let releases = told["releases"].as_array().expect("releases");
    releases.iter().map(|release| release["state"].as_str().expect("a state").to_owned()).collect()
}

/// A moment later: which of two releases came first must not be chance.
async fn publish(app: &TestApp, token: &str, wheel: &Wheel) {
    app.advance(TimeDelta::seconds(1));
    app.upload_wheel("pypi", token, wheel).await.expect(200);
}

fn told(subject: &str) -> Vec<(String, String)> {
    vec![(subject.to_owned(), "ada@example.org".to_owned())]
}

with_app! {
    async fn a_release_that_a_stolen_token_published_alarms_once(app: TestApp) {
        let world = World::python(&app).await;
        let job = app.job("acme/parcel", "pypi", "parcel").await;
        publish(&app, &job.token, &Wheel::new("parcel", "3.0")).await;
        drop(mails(&app).await);
        publish(&app, &world.ada.token, &Wheel::new("parcel", "4.0")).await;
        assert_eq!(mails(&app).await, told("parcel 4 lost its verified source"));
        let sdist = Form::sdist(&Sdist::new("parcel", "4.0"));
        app.upload("pypi", &world.ada.token, &sdist).await.expect(200);
        assert!(mails(&app).await.is_empty(), "once for each release");
        assert_eq!(states(&app, PROVENANCE).await, ["lost", "full", "none", "none"]);
        let page = app.get("/projects/pypi/parcel").await.expect(200);
        assert!(page.text().contains("This version lost its verified source."));
        // The next one of the publisher is as it was before.
        publish(&app, &job.token, &Wheel::new("parcel", "5.0")).await;
        assert!(mails(&app).await.is_empty());
        assert_eq!(states(&app, PROVENANCE).await, ["full", "lost", "full", "none", "none"]);
    }

    async fn a_file_that_a_stolen_token_adds_to_a_verified_release_alarms(app: TestApp) {
        let world = World::python(&app).await;
        let job = app.job("acme/parcel", "pypi", "parcel").await;
        for version in ["3.0", "4.0"] {
            publish(&app, &job.token, &Wheel::new("parcel", version)).await;
        }
        drop(mails(&app).await);
        let sdist = Form::sdist(&Sdist::new("parcel", "4.0"));
        app.upload("pypi", &world.ada.token, &sdist).await.expect(200);
        assert_eq!(mails(&app).await, told("parcel 4 lost its verified source"));
        let page = app.registry.project_page(&bonded_model::Actor::Anonymous, "pypi", "parcel", None).await;
        let newest = page.expect("it is public").releases.remove(0).provenance;
        assert_eq!(newest.origins, Origins::Partial);
        assert!(matches!(newest.alarm, Some(Alarm::Lost { earlier, .. }) if earlier == "3"));
    }

    async fn a_file_that_a_stolen_token_adds_to_the_first_verified_release_alarms(app: TestApp) {
        let world = World::python(&app).await;
        let job = app.job("acme/parcel", "pypi", "parcel").await;
        app.advance(TimeDelta::seconds(1));
        let sdist = Form::sdist(&Sdist::new("parcel", "3.0"));
        app.upload("pypi", &job.token, &sdist).await.expect(200);
        assert!(mails(&app).await.iter().all(|(subject, _)| !subject.contains("source")));
        // Installers take the wheel before the sdist.
        publish(&app, &world.ada.token, &Wheel::new("parcel", "3.0")).await;
        assert_eq!(mails(&app).await, told("parcel 3 lost its verified source"));
        assert_eq!(states(&app, PROVENANCE).await[0], "lost");
        let document = app.get(PROVENANCE).await.expect(200).json();
        assert_eq!(document["releases"][0]["compared_with"]["version"], "3");
        let page = app.get("/projects/pypi/parcel").await.expect(200);
        assert!(page.text().contains("Its first files were built and published from"));
    }

    async fn a_file_from_a_fork_that_comes_to_a_verified_release_alarms(app: TestApp) {
        World::python(&app).await;
        let ours = app.job("acme/parcel", "pypi", "parcel").await;
        let theirs = app.job("mallory/parcel", "pypi", "parcel").await;
        publish(&app, &ours.token, &Wheel::new("parcel", "3.0")).await;
        drop(mails(&app).await);
        let sdist = Form::sdist(&Sdist::new("parcel", "3.0"));
        app.upload("pypi", &theirs.token, &sdist).await.expect(200);
        assert_eq!(mails(&app).await, told("parcel 3 comes from another source"));
        assert_eq!(states(&app, PROVENANCE).await[0], "changed");
    }

    async fn a_release_from_a_fork_alarms_and_names_both_sources(app: TestApp) {
        World::python(&app).await;
        let ours = app.job("acme/parcel", "pypi", "parcel").await;
        let theirs = app.job("mallory/parcel", "pypi", "parcel").await;
        publish(&app, &ours.token, &Wheel::new("parcel", "3.0")).await;
        drop(mails(&app).await);
        publish(&app, &theirs.token, &Wheel::new("parcel", "4.0")).await;
        assert_eq!(mails(&app).await, told("parcel 4 comes from another source"));
        assert_eq!(states(&app, PROVENANCE).await, ["changed", "full", "none", "none"]);
        let document = app.get(PROVENANCE).await.expect(200).json();
        let newest = &document["releases"][0];
        assert_eq!(newest["compared_with"]["source"], "https://github.com/acme/parcel");
        assert_eq!(newest["files"][0]["verified_source"]["repository"], "mallory/parcel");
        assert_eq!(document["releases"][3]["files"][0]["verified_source"], serde_json::Value::Null);
    }

    async fn a_file_that_came_late_to_an_old_release_does_not_hide_a_release_from_a_fork(app: TestApp) {
        World::python(&app).await;
        let ours = app.job("acme/parcel", "pypi", "parcel").await;
        let theirs = app.job("mallory/parcel", "pypi", "parcel").await;
        for version in ["3.0", "4.0"] {
            publish(&app, &ours.token, &Wheel::new("parcel", version)).await;
        }
        drop(mails(&app).await);
        app.advance(TimeDelta::seconds(1));
        app.upload("pypi", &theirs.token, &Form::sdist(&Sdist::new("parcel", "3.0"))).await.expect(200);
        assert_eq!(mails(&app).await, told("parcel 3 comes from another source"));
        publish(&app, &theirs.token, &Wheel::new("parcel", "5.0")).await;
        assert_eq!(mails(&app).await, told("parcel 5 comes from another source"));
        assert_eq!(states(&app, PROVENANCE).await[..3], ["changed", "full", "changed"]);
        let document = app.get(PROVENANCE).await.expect(200).json();
        assert_eq!(document["releases"][0]["compared_with"]["version"], "4");
    }

    async fn only_addresses_in_the_verified_source_repository_are_marked(app: TestApp) {
        let world = World::python(&app).await;
        let job = app.job("acme/parcel", "pypi", "parcel").await;
        let urls = ["https://github.com/acme/parcel/issues", "https://github.com/acme/parcel22"];
        let wheel = |version: &str| {
            let wheel = Wheel::new("parcel", version);
            urls.iter().fold(wheel, |wheel, url| wheel.header(&format!("Project-URL: Link, {url}")))
        };
        publish(&app, &job.token, &wheel("3.0")).await;
        let page = app.registry.project_page(&bonded_model::Actor::Anonymous, "pypi", "parcel", None).await;
        let page = page.expect("it is public");
        assert_eq!(page.about.links.len(), 2);
        assert_eq!(page.verified_links, [0]);
        let told = app.get(PROVENANCE).await.expect(200).json();
        assert_eq!(told["verified_urls"], serde_json::json!([urls[0]]));
        // What somebody says who is not verified verifies nothing.
        publish(&app, &world.ada.token, &wheel("4.0")).await;
        let page = app.registry.project_page(&bonded_model::Actor::Anonymous, "pypi", "parcel", None).await;
        let page = page.expect("it is public");
        assert_eq!((page.about.links.len(), page.verified_links.len()), (2, 0));
        assert_eq!(app.get(PROVENANCE).await.expect(200).json()["verified_urls"], serde_json::json!([]));
    }

    async fn addresses_that_only_look_like_the_verified_repository_are_marked_nowhere(app: TestApp) {
        World::python(&app).await;
        let job = app.job("owner/project", "pypi", "parcel").await;
        let ours = "https://github.com/owner/project/issues";
        for (version, list) in [("3.0", include_str!("urls/alike.txt")), ("4.0", include_str!("urls/ambiguous.txt"))] {
            let wheel = Wheel::new("parcel", version).header(&format!("Project-URL: Ours, {ours}"));
            let add = |wheel: Wheel, url: &str| wheel.header(&format!("Project-URL: Link, {url}"));
            publish(&app, &job.token, &list.lines().fold(wheel, add)).await;
            let told = app.get(PROVENANCE).await.expect(200).json();
            assert_eq!(told["verified_urls"], serde_json::json!([ours]), "{version}");
            let page = app.get("/projects/pypi/parcel").await.expect(200);
            let facts: Vec<_> = page.text().split("<dd>").collect();
            let is_link = |fact: &&&str| fact.contains("rel=\"nofollow noopener noreferrer ugc\"");
            let links: Vec<_> = facts.iter().filter(is_link).collect();
            assert!(links.len() > 20, "{version}");
            let marked: Vec<_> = links.iter().filter(|link| link.contains(">verified</span>")).collect();
            assert!(marked.len() == 1 && marked[0].contains(ours), "{version}: {marked:#?}");
        }
    }

    async fn packages_of_conda_are_compared_too(app: TestApp) {
        let world = World::conda(&app).await;
        let job = app.job("acme/parcel", "main", "parcel").await;
        app.advance(TimeDelta::seconds(1));
        app.upload_conda("main", &job.token, &Package::noarch("parcel", "3.0")).await.expect(201);
        drop(mails(&app).await);
        app.advance(TimeDelta::seconds(1));
        app.upload_conda("main", &world.ada.token, &Package::noarch("parcel", "4.0")).await.expect(201);
        assert_eq!(mails(&app).await, told("parcel 4.0 lost its verified source"));
        let path = PROVENANCE.replace("pypi", "main");
        assert_eq!(states(&app, &path).await[..2], ["lost", "full"]);
    }
}
