//! Archived, deprecated and quarantined projects (PEP 792).

use bonded_model::ProjectStatus;
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::{TestApp, with_app};
use serde_json::json;

use crate::world::*;

const JSON: &str = "application/vnd.pypi.simple.v1+json";

async fn set(
    app: &TestApp,
    person: &Person,
    channel: &str,
    status: ProjectStatus,
    reason: &str,
) -> Result<(), Error> {
    let session = person.session(app).await;
    let registry = &app.registry;
    registry.set_status_in_person(&session.fresh()?, &person.visit, channel, "Parcel", status, reason).await
}

with_app! {
    async fn an_archived_project_takes_no_files_and_serves_those_that_it_has(app: TestApp) {
        let world = World::python(&app).await;
        drop(mails(&app).await);
        set(&app, &world.ada, "pypi", ProjectStatus::Archived, "it is \"done\"").await.expect("she owns it");
        for token in [&world.ada.token, &world.mo.token, &world.carl.token] {
            let refused = app.upload_wheel("pypi", token, &Wheel::new("parcel", "3.0")).await.expect(403);
            assert!(refused.text().contains("is archived"), "{}", refused.text());
        }
        let page = app.get("/pypi/simple/parcel/").header("accept", JSON).await.expect(200).json();
        assert_eq!(page["project-status"], json!({"status": "archived", "reason": "it is \"done\""}));
        assert_eq!(page["files"].as_array().map(Vec::len), Some(2));
        app.get("/pypi/files/parcel-1.0-py3-none-any.whl").await.expect(200);
        assert_eq!(mails(&app).await, [("parcel was archived".to_owned(), "ada@example.org".to_owned())]);
        assert!(tags(&app).await.contains(&"project:status:set".to_owned()));
        set(&app, &world.ada, "pypi", ProjectStatus::Active, "").await.expect("she owns it");
        app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", "3.0")).await.expect(200);
    }

    async fn a_deprecated_project_works_and_says_so(app: TestApp) {
        let world = World::python(&app).await;
        set(&app, &world.ada, "pypi", ProjectStatus::Deprecated, "use crate").await.expect("she owns it");
        app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", "3.0")).await.expect(200);
        let page = app.get("/pypi/simple/parcel/").await.expect(200);
        assert!(page.text().contains(r#"name="pypi:project-status" content="deprecated""#), "{}", page.text());
        assert!(page.text().contains(r#"name="pypi:project-status-reason" content="use crate""#));
    }

    async fn quarantine_withholds_every_file_of_a_python_project(app: TestApp) {
        let world = World::python(&app).await;
        let paths = ["/pypi/files/parcel-1.0-py3-none-any.whl", "/pypi/files/parcel-1.0-py3-none-any.whl.metadata"];
        for path in paths {
            app.get(path).await.expect(200);
        }
        app.get("/pypi/pypi/parcel/json").await.expect(200);
        set(&app, &world.carl, "pypi", ProjectStatus::Quarantined, "malware").await.expect("he administers");
        for path in paths.into_iter().chain(["/pypi/pypi/parcel/json", "/pypi/pypi/parcel/1.0/json"]) {
            app.get(path).await.expect(404);
            app.get(path).token(&world.ada.token).await.expect(404);
        }
        let page = app.get("/pypi/simple/parcel/").header("accept", JSON).await.expect(200).json();
        assert_eq!((&page["files"], &page["versions"]), (&json!([]), &json!([])));
        let refused = app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", "3.0")).await.expect(403);
        assert!(refused.text().contains("is in quarantine"), "{}", refused.text());
        set(&app, &world.carl, "pypi", ProjectStatus::Active, "").await.expect("he administers");
        for path in paths {
            app.get(path).await.expect(200);
        }
        app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", "3.0")).await.expect(200);
    }

    async fn quarantine_takes_the_records_of_a_conda_project_away_and_gives_them_back(app: TestApp) {
        let world = World::conda(&app).await;
        app.upload_conda("main", &world.ada.token, &Package::noarch("other", "1.0")).await.expect(201);
        app.settle().await;
        let noarch = app.subdir("main", "noarch");
        let before = noarch.repodata().await;
        app.delete("/api/v1/delete/main/noarch/parcel-1.0-0.conda").token(&world.ada.token).await.expect(204);
        set(&app, &world.carl, "main", ProjectStatus::Quarantined, "malware").await.expect("he administers");
        let others = ["other-1.0-0.conda".to_owned()].into();
        assert_eq!(noarch.names_in_shards().await, others, "at once");
        for name in ["parcel-1.0-0.conda", "parcel-2.0-0.conda"] {
            noarch.get(name).await.expect(404);
            noarch.get(name).token(&world.ada.token).await.expect(404);
        }
        app.settle().await;
        assert_eq!((noarch.names_in_json().await, noarch.names_in_zst().await), (others.clone(), others));
        assert_eq!(noarch.repodata().await["removed"], json!([]), "nobody can have what was removed either");
        assert_eq!(app.get("/main/channeldata.json").await.json()["packages"].as_object().map(|all| all.len()), Some(1));
        app.upload_conda("main", &world.ada.token, &Package::noarch("parcel", "3.0")).await.expect(403);
        set(&app, &world.carl, "main", ProjectStatus::Active, "").await.expect("he administers");
        app.settle().await;
        let after = noarch.repodata().await;
        assert_eq!(after["packages.conda"]["parcel-2.0-0.conda"], before["packages.conda"]["parcel-2.0-0.conda"]);
        assert_eq!(after["removed"], json!(["parcel-1.0-0.conda"]));
        noarch.get("parcel-1.0-0.conda").await.expect(200);
        assert_eq!(noarch.names_in_shards().await.len(), 2);
    }

    async fn owners_cannot_end_a_quarantine_and_others_can_say_nothing(app: TestApp) {
        let world = World::python(&app).await;
        let forbidden = |result| refused!(result, Error::Denied(Denial::Forbidden(_)));
        forbidden(set(&app, &world.ada, "pypi", ProjectStatus::Quarantined, "").await);
        for person in [&world.mo, &world.eve] {
            for status in ProjectStatus::ALL {
                forbidden(set(&app, person, "pypi", *status, "").await);
            }
        }
        set(&app, &world.carl, "pypi", ProjectStatus::Quarantined, "").await.expect("he administers");
        for status in ProjectStatus::ALL {
            forbidden(set(&app, &world.ada, "pypi", *status, "").await);
        }
        let refused = set(&app, &world.ada, "no-such", ProjectStatus::Archived, "").await;
        refused!(refused, Error::Denied(Denial::Hidden));
        let long = "x".repeat(1_001);
        refused!(set(&app, &world.carl, "pypi", ProjectStatus::Active, &long).await, Error::Field { field: "reason", .. });
    }

    async fn an_owner_who_destroys_what_is_in_quarantine(app: TestApp) {
        let world = World::python(&app).await;
        set(&app, &world.carl, "pypi", ProjectStatus::Quarantined, "malware").await.expect("he administers");
        let registry = &app.registry;
        for person in [&world.ada, &world.mo] {
            let (actor, origin) = (person.session(&app).await.actor(), person.visit.origin);
            let yank = refused!(registry.permit_yank(&actor, &origin, "pypi", "parcel").await, Error::Denied(Denial::Forbidden(_)));
            assert!(yank.contains("is in quarantine"), "{yank}");
            refused!(registry.permit_delete(&actor, &origin, "pypi", "parcel").await, Error::Denied(Denial::Forbidden(_)));
        }
        app.delete("/api/bonded/v1/channels/pypi/projects/parcel/files/parcel-1.0-py3-none-any.whl")
            .token(&world.ada.token)
            .await
            .expect(403);
        let (carl, origin) = (world.carl.session(&app).await.actor(), world.carl.visit.origin);
        let permit = registry.permit_yank(&carl, &origin, "pypi", "parcel").await.expect("he administers");
        registry.set_yank(permit, origin, "1.0", Some(String::new())).await.expect("he may");
        let permit = registry.permit_delete(&bonded_model::Actor::Operator, &origin, "pypi", "parcel").await.expect("the operator");
        let target = bonded_registry::projects::Target::Release("2.0".into());
        registry.delete(permit, origin, target).await.expect("the operator may");
    }

    async fn an_owner_who_lost_the_role_meanwhile_comes_too_late(app: TestApp) {
        let world = World::python(&app).await;
        let actor = world.ada.session(&app).await.actor();
        let channel = app.registry.channel_named(&app.operator(), "pypi").await.expect("the channel");
        app.registry.remove_member(&app.operator(), &channel, &world.ada.user).await.expect("he may");
        let (registry, origin) = (&app.registry, world.ada.visit.origin);
        let status = ProjectStatus::Archived;
        let refused = registry.set_status(&actor, &origin, "pypi", "parcel", status, "").await;
        refused!(refused, Error::Denied(Denial::Forbidden(_)));
        let permit = registry.permit_delete(&actor, &origin, "pypi", "parcel").await.expect("by what was known");
        let refused = registry.delete(permit, origin, bonded_registry::projects::Target::Project).await;
        refused!(refused, Error::Denied(Denial::Forbidden(_)));
        let permit = registry.permit_yank(&actor, &origin, "pypi", "parcel").await.expect("by what was known");
        refused!(registry.set_yank(permit, origin, "1.0", Some(String::new())).await, Error::Denied(Denial::Forbidden(_)));
    }
}
