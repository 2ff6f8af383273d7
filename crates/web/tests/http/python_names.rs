//! Names that are taken, yanked or burnt.

use bonded_model::Actor;
use bonded_registry::access::{Delete, Yank};
use bonded_registry::projects::Target;
use bonded_testkit::fixtures::{Form, Wheel};
use bonded_testkit::{TestApp, with_app};

const JSON: &str = "application/vnd.pypi.simple.v1+json";

async fn delete(app: &TestApp, filename: &str) {
    let channel = app.registry.channel_named(&app.operator(), "pypi").await.expect("the channel");
    let file = app.registry.file_named(&channel, filename).await.expect("the file");
    let project = app.registry.project_rules(file.project).await.expect("the project");
    let action = Delete { channel: channel.into(), project };
    let permit = app.registry.access.permit(&Actor::Operator, action).expect("the operator may");
    app.registry
        .delete(permit, app.registry.local_origin(), Target::File(file.name))
        .await
        .expect("the file is deleted");
}

async fn set_yank(app: &TestApp, version: &str, reason: Option<&str>) {
    let channel = app.registry.channel_named(&app.operator(), "pypi").await.expect("the channel");
    let project = app.registry.project_named(&channel, "parcel").await.expect("the project").rules();
    let action = Yank { channel: channel.into(), project };
    let permit = app.registry.access.permit(&Actor::Operator, action).expect("the operator may");
    let origin = app.registry.local_origin();
    app.registry
        .set_yank(permit, origin, version, reason.map(str::to_owned))
        .await
        .expect("the release is there");
}

with_app! {
    async fn a_project_whose_files_were_all_deleted_is_listed_again_with_its_next_file(app: TestApp) {
        let token = app.publisher("pypi").await;
        let listed = async || app.get("/simple/").header("accept", JSON).await.expect(200).text().contains("acme");
        app.upload_wheel("pypi", &token, &Wheel::new("acme", "1.0")).await.expect(200);
        assert!(listed().await);
        delete(&app, "acme-1.0-py3-none-any.whl").await;
        assert!(!listed().await);
        app.upload_wheel("pypi", &token, &Wheel::new("acme", "1.1")).await.expect(200);
        assert!(listed().await);
    }

    async fn the_same_bytes_again_are_fine_and_change_nothing(app: TestApp) {
        let token = app.publisher("pypi").await;
        let wheel = Wheel::new("parcel", "1.0");
        app.upload_wheel("pypi", &token, &wheel).await.expect(200);
        let (counts, page) = (app.counts().await, app.get("/pypi/simple/parcel/").await.body);
        app.upload_wheel("pypi", &token, &wheel).await.expect(200);
        assert_eq!((app.counts().await, app.get("/pypi/simple/parcel/").await.body), (counts, page));
    }

    async fn other_bytes_under_a_taken_name_are_refused_in_words_that_twine_knows(app: TestApp) {
        let token = app.publisher("pypi").await;
        let wheel = Wheel::new("parcel", "1.0");
        app.upload_wheel("pypi", &token, &wheel).await.expect(200);
        let counts = app.counts().await;
        let answer = app.upload_wheel("pypi", &token, &wheel.clone().code("evil = 1\n")).await.expect(400);
        assert!(answer.reason().starts_with("File already exists"), "{}", answer.reason());
        assert!(answer.json()["detail"].as_str().is_some_and(|text| text.starts_with("File already exists")));
        assert_eq!(app.counts().await, counts);
        let file = app.get("/pypi/files/parcel-1.0-py3-none-any.whl").await;
        assert_eq!(file.body, wheel.build());
    }

    async fn the_same_version_in_another_spelling_is_the_same_release(app: TestApp) {
        let token = app.publisher("pypi").await;
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0.0")).await.expect(200);
        assert_eq!(app.counts().await.releases, 1);
    }

    async fn a_deleted_name_never_comes_back(app: TestApp) {
        let token = app.publisher("pypi").await;
        let wheel = Wheel::new("parcel", "1.0");
        app.upload_wheel("pypi", &token, &wheel).await.expect(200);
        app.get("/pypi/files/parcel-1.0-py3-none-any.whl").await.expect(200);
        app.get("/pypi/simple/").await.expect(200);
        delete(&app, &wheel.filename()).await;
        app.get("/pypi/files/parcel-1.0-py3-none-any.whl").await.expect(404);
        app.get("/pypi/files/parcel-1.0-py3-none-any.whl.metadata").await.expect(404);
        assert!(!app.get("/pypi/simple/parcel/").await.expect(200).text().contains("parcel-1.0"));
        assert!(!app.get("/pypi/simple/").await.text().contains("parcel"));
        for again in [wheel.clone(), wheel.code("evil = 1\n")] {
            let answer = app.upload_wheel("pypi", &token, &again).await.expect(400);
            assert!(answer.reason().contains("previously used"), "{}", answer.reason());
        }
        assert_eq!(app.counts().await.files, 0);
    }

    async fn a_yank_shows_at_once_in_every_form_and_can_be_taken_back(app: TestApp) {
        let token = app.publisher("pypi").await;
        for version in ["1.0", "2.0"] {
            app.upload_wheel("pypi", &token, &Wheel::new("parcel", version)).await.expect(200);
        }
        let page = || app.get("/pypi/simple/parcel/").header("accept", JSON);
        let document = || app.get("/pypi/pypi/parcel/json");
        assert_eq!(page().await.json()["files"][1]["yanked"], false);
        assert_eq!(document().await.json()["info"]["version"], "2.0");
        set_yank(&app, "2.0", Some("it \"leaks\" <memory>")).await;
        assert_eq!(page().await.json()["files"][0]["yanked"], false);
        assert_eq!(page().await.json()["files"][1]["yanked"], "it \"leaks\" <memory>");
        assert_eq!(document().await.json()["info"]["version"], "1.0");
        let html = app.get("/pypi/simple/parcel/").await;
        assert_eq!(html.text().matches("data-yanked=").count(), 1);
        assert!(!html.text().contains("<memory>"));
        app.get("/pypi/files/parcel-2.0-py3-none-any.whl").await.expect(200);
        set_yank(&app, "2.0", None).await;
        assert_eq!(page().await.json()["files"][1]["yanked"], false);
    }

    async fn somebody_elses_project_cannot_be_published_to(app: TestApp) {
        let (owner, thief) = (app.publisher("pypi").await, app.publisher("pypi").await);
        app.upload_wheel("pypi", &owner, &Wheel::new("parcel", "1.0")).await.expect(200);
        for name in ["parcel", "Parcel"] {
            let answer = app.upload_wheel("pypi", &thief, &Wheel::new(name, "2.0")).await.expect(403);
            assert!(answer.reason().contains("isn't allowed to upload to project"), "{}", answer.reason());
        }
        assert_eq!(app.counts().await.files, 1);
        app.upload("pypi", &thief, &Form::wheel(&Wheel::new("parcel2", "1.0"))).await.expect(200);
    }
}
