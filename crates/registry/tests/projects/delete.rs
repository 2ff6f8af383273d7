//! Deleted files, releases and projects.

use bonded_model::Switches;
use bonded_model::token::{TokenCut, Verb};
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_registry::projects::Target;
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use serde_json::json;

use crate::world::*;

async fn delete(
    app: &TestApp,
    person: &Person,
    channel: &str,
    target: Target,
    typed: &str,
) -> Result<(), Error> {
    let session = person.session(app).await;
    let registry = &app.registry;
    registry.delete_in_person(&session.fresh()?, &person.visit, channel, "parcel", target, typed).await
}

fn release(version: &str) -> Target {
    Target::Release(version.to_owned())
}

with_app! {
    async fn a_deleted_release_is_gone_and_its_file_names_are_burnt(app: TestApp) {
        let world = World::python(&app).await;
        drop(mails(&app).await);
        delete(&app, &world.ada, "pypi", release("1.0"), "1.0").await.expect("she owns it");
        app.get("/pypi/files/parcel-1.0-py3-none-any.whl").await.expect(404);
        app.get("/pypi/files/parcel-2.0-py3-none-any.whl").await.expect(200);
        app.get("/pypi/pypi/parcel/1.0/json").await.expect(404);
        let again = app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", "1.0")).await;
        assert!(matches!(again.status(), 400 | 409), "{}", again.text());
        assert_eq!(mails(&app).await, [("parcel 1.0 was deleted".to_owned(), "ada@example.org".to_owned())]);
        assert!(tags(&app).await.contains(&"project:release:delete".to_owned()));
        refused!(delete(&app, &world.ada, "pypi", release("1.0"), "1.0").await, Error::NotFound(_));
    }

    async fn a_deleted_conda_release_can_still_be_had_by_lock_files(app: TestApp) {
        let world = World::conda(&app).await;
        delete(&app, &world.ada, "main", release("1.0"), "1.0").await.expect("she owns it");
        app.settle().await;
        let noarch = app.subdir("main", "noarch");
        let repodata = noarch.repodata().await;
        assert_eq!(repodata["removed"], json!(["parcel-1.0-0.conda"]));
        assert_eq!(noarch.names_in_shards().await, ["parcel-2.0-0.conda".to_owned()].into());
        let package = Package::noarch("parcel", "1.0");
        assert_eq!(noarch.get("parcel-1.0-0.conda").await.expect(200).body, package.build());
        app.upload_conda("main", &world.ada.token, &package).await.expect(409);
    }

    async fn a_deleted_project_keeps_its_name_and_its_file_names(app: TestApp) {
        let world = World::python(&app).await;
        drop(mails(&app).await);
        delete(&app, &world.ada, "pypi", Target::Project, "Parcel").await.expect_err("another spelling");
        delete(&app, &world.ada, "pypi", Target::Project, "parcel").await.expect("she owns it");
        assert_eq!(mails(&app).await, [("parcel was deleted".to_owned(), "ada@example.org".to_owned())]);
        for path in ["/pypi/simple/parcel/", "/pypi/pypi/parcel/json", "/pypi/files/parcel-1.0-py3-none-any.whl"] {
            app.get(path).await.expect(404);
        }
        assert!(!app.get("/pypi/simple/").await.text().contains("parcel"));
        for token in [&world.ada.token, &world.mo.token, &world.eve.token] {
            let refused = app.upload_wheel("pypi", token, &Wheel::new("parcel", "3.0")).await.expect(403);
            assert!(refused.text().contains("was deleted"), "{}", refused.text());
        }
        refused!(delete(&app, &world.carl, "pypi", Target::Project, "parcel").await, Error::NotFound(_));
        app.upload_wheel("pypi", &world.carl.token, &Wheel::new("parcel", "3.0")).await.expect(200);
        app.upload_wheel("pypi", &world.ada.token, &Wheel::new("parcel", "4.0")).await.expect(403);
        let again = app.upload_wheel("pypi", &world.carl.token, &Wheel::new("parcel", "1.0")).await;
        assert!(matches!(again.status(), 400 | 409), "{}", again.text());
        assert_eq!(app.get("/pypi/simple/parcel/").await.expect(200).text().matches("<a ").count(), 1);
    }

    // A token for a project outlives it by its project's id, which comes back with the name.
    async fn a_token_for_a_deleted_project_neither_begins_it_anew_nor_works_in_the_new_one(app: TestApp) {
        let world = World::python(&app).await;
        let grant = || Grant::verbs(&[Verb::Publish]);
        let single = app.token(&world.carl.user, grant().project("pypi", "parcel")).await;
        let whole = app.token(&world.carl.user, grant().channel("pypi")).await;
        app.upload_wheel("pypi", &single, &Wheel::new("parcel", "2.5")).await.expect(200);
        delete(&app, &world.ada, "pypi", Target::Project, "parcel").await.expect("she owns it");
        let refused = app.upload_wheel("pypi", &single, &Wheel::new("parcel", "3.0")).await.expect(403);
        assert!(refused.text().contains("not valid for project"), "{}", refused.text());
        app.upload_wheel("pypi", &whole, &Wheel::new("parcel", "3.0")).await.expect(200);
        app.upload_wheel("pypi", &single, &Wheel::new("parcel", "4.0")).await.expect(403);
    }

    async fn a_project_that_begins_anew_has_nothing_that_was_asked_or_cut_off_before(app: TestApp) {
        let world = World::python(&app).await;
        let whole = app.issue(&world.carl.user, Grant::verbs(&[Verb::Publish]).channel("pypi")).await;
        let channel = app.registry.channel_named(&app.operator(), "pypi").await.expect("the channel");
        let project = app.registry.project_named(&channel, "parcel").await.expect("the project").id;
        let (cut, at) = (whole.token.id, app.now());
        let write = app.registry.store.write(move |tx| {
            Box::pin(async move {
                let cut = TokenCut { token: cut, channel: channel.id, project: Some(project), at, by: None };
                assert!(tx.cut_token(&cut).await?);
                let strict = Switches { trusted_publishers_only: true, ..Switches::default() };
                tx.set_project_switches(project, strict).await?;
                tx.announce(bonded_store::Change::Access);
                Ok::<_, bonded_store::StoreError>(())
            })
        });
        write.await.expect("it is written");
        let token = whole.secret.expose();
        app.upload_wheel("pypi", token, &Wheel::new("parcel", "3.0")).await.expect(403);
        delete(&app, &world.ada, "pypi", Target::Project, "parcel").await.expect("she owns it");
        app.upload_wheel("pypi", token, &Wheel::new("parcel", "3.0")).await.expect(200);
        app.upload_wheel("pypi", token, &Wheel::new("parcel", "4.0")).await.expect(200);
    }

    async fn a_project_that_was_deleted_in_quarantine_does_not_come_back(app: TestApp) {
        let world = World::conda(&app).await;
        let session = world.carl.session(&app).await;
        let fresh = session.fresh().expect("a fresh proof");
        let status = bonded_model::ProjectStatus::Quarantined;
        let set = app.registry.set_status_in_person(&fresh, &world.carl.visit, "main", "parcel", status, "").await;
        set.expect("he administers");
        delete(&app, &world.carl, "main", Target::Project, "parcel").await.expect("he administers");
        app.upload_conda("main", &world.carl.token, &Package::noarch("parcel", "3.0")).await.expect(409);
        app.subdir("main", "noarch").get("parcel-1.0-0.conda").await.expect(404);
    }

    async fn maintainers_and_strangers_delete_nothing(app: TestApp) {
        let world = World::python(&app).await;
        let file = "parcel-1.0-py3-none-any.whl";
        for person in [&world.mo, &world.eve] {
            for (target, typed) in
                [(Target::File(file.into()), file), (release("1.0"), "1.0"), (Target::Project, "parcel")]
            {
                refused!(delete(&app, person, "pypi", target, typed).await, Error::Denied(Denial::Forbidden(_)));
            }
        }
        delete(&app, &world.carl, "pypi", Target::File(file.into()), file).await.expect("he administers");
    }

    async fn nothing_goes_unless_its_name_was_typed_and_the_proof_is_fresh(app: TestApp) {
        let world = World::python(&app).await;
        let file = "parcel-1.0-py3-none-any.whl";
        for typed in ["", "parcel", "1.0", "parcel-2.0-py3-none-any.whl"] {
            let refused = delete(&app, &world.ada, "pypi", Target::File(file.into()), typed).await;
            refused!(refused, Error::Field { field: "confirm", .. });
        }
        app.advance(TimeDelta::minutes(16));
        refused!(delete(&app, &world.ada, "pypi", Target::File(file.into()), file).await, Error::ProofNeeded);
        app.get(&format!("/pypi/files/{file}")).await.expect(200);
    }

    async fn the_file_of_another_project_is_not_deleted_with_this_ones_permit(app: TestApp) {
        let world = World::python(&app).await;
        app.upload_wheel("pypi", &world.eve.token, &Wheel::new("other", "1.0")).await.expect(200);
        let file = "other-1.0-py3-none-any.whl";
        refused!(delete(&app, &world.ada, "pypi", Target::File(file.into()), file).await, Error::NotFound(_));
        app.get(&format!("/pypi/files/{file}")).await.expect(200);
    }

    async fn a_release_that_begins_anew_says_what_its_new_file_says(app: TestApp) {
        let world = World::conda(&app).await;
        let session = world.ada.session(&app).await;
        let fresh = session.fresh().expect("a fresh proof");
        let yank = Some("broken".to_owned());
        app.registry
            .set_yank_in_person(&fresh, &world.ada.visit, ("main", "parcel"), "1.0", yank.into(), "1.0")
            .await
            .expect("she owns it");
        delete(&app, &world.ada, "main", release("1.0"), "1.0").await.expect("she owns it");
        let tar = Package::noarch("parcel", "1.0").tar_bz2();
        app.upload_conda("main", &world.ada.token, &tar).await.expect(201);
        app.settle().await;
        let record = &app.subdir("main", "noarch").repodata().await["packages"]["parcel-1.0-0.tar.bz2"];
        assert_eq!(record["revoked"], json!(null), "{record}");
    }
}
