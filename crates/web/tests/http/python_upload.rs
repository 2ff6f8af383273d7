//! Uploads of distributions that succeed, and what is to be seen of them.

use bonded_testkit::fixtures::{Form, Sdist, Wheel};
use bonded_testkit::with_app;

const JSON: &str = "application/vnd.pypi.simple.v1+json";

with_app! {
    async fn a_wheel_is_in_both_forms_of_the_page_before_its_upload_answers(app: TestApp) {
        let token = app.publisher("pypi").await;
        let wheel = Wheel::new("parcel", "1.0").header("Requires-Python: >=3.9");
        let answer = app.upload_wheel("pypi", &token, &wheel).await.expect(200);
        assert!(answer.body.is_empty());

        let page = app.get("/pypi/simple/parcel/").header("accept", JSON).await.expect(200).json();
        let file = &page["files"][0];
        let sha256 = bonded_model::Sha256::of(&wheel.build()).to_string();
        assert_eq!(file["filename"], wheel.filename().as_str());
        assert_eq!(file["hashes"]["sha256"], sha256.as_str());
        assert_eq!(file["size"], wheel.build().len());
        assert_eq!(file["requires-python"], ">=3.9");
        assert_eq!(file["upload-time"], "2026-01-02T03:04:05.000000Z");
        assert_eq!(page["versions"], serde_json::json!(["1.0"]));
        assert_eq!(page["meta"]["api-version"], "1.4");

        let html = app.get("/pypi/simple/parcel/").await.expect(200);
        assert!(html.text().contains(&format!("../../files/{}#sha256={sha256}", wheel.filename())), "{}", html.text());
        assert!(html.text().contains("data-requires-python=\"&#62;=3.9\""), "{}", html.text());
        assert_eq!(app.get(&format!("/pypi/files/{}", wheel.filename())).await.expect(200).body, wheel.build());
    }

    async fn the_channel_lists_the_project_from_then_on(app: TestApp) {
        let token = app.publisher("pypi").await;
        let list = || app.get("/pypi/simple/").header("accept", JSON);
        assert_eq!(list().await.expect(200).json()["projects"], serde_json::json!([]));
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        assert_eq!(list().await.json()["projects"][0]["name"], "parcel");
        assert!(app.get("/pypi/simple/").await.text().contains("href=\"parcel/\""));
    }

    async fn a_second_version_joins_the_first(app: TestApp) {
        let token = app.publisher("pypi").await;
        for version in ["1.0", "1.10", "1.9"] {
            app.upload_wheel("pypi", &token, &Wheel::new("parcel", version)).await.expect(200);
            app.get("/pypi/simple/parcel/").header("accept", JSON).await.expect(200);
        }
        let page = app.get("/pypi/simple/parcel/").header("accept", JSON).await.json();
        assert_eq!(page["files"].as_array().map(Vec::len), Some(3));
        assert_eq!(page["files"][1]["filename"], "parcel-1.9-py3-none-any.whl");
        assert_eq!(app.counts().await.releases, 3);
    }

    async fn a_source_distribution_is_published_without_a_metadata_file(app: TestApp) {
        let token = app.publisher("pypi").await;
        let sdist = Sdist::new("parcel", "1.0");
        app.upload("pypi", &token, &Form::sdist(&sdist)).await.expect(200);
        let page = app.get("/pypi/simple/parcel/").header("accept", JSON).await.json();
        assert_eq!(page["files"][0]["filename"], "parcel-1.0.tar.gz");
        assert_eq!(page["files"][0]["core-metadata"], false);
        app.get("/pypi/files/parcel-1.0.tar.gz").await.expect(200);
        app.get("/pypi/files/parcel-1.0.tar.gz.metadata").await.expect(404);
    }

    async fn the_root_stands_for_the_default_channel(app: TestApp) {
        let token = app.publisher("pypi").await;
        let form = Form::wheel(&Wheel::new("parcel", "1.0"));
        app.post("/legacy/").basic("__token__", &token).form(form.multipart()).await.expect(200);
        for path in ["simple/", "simple/parcel/", "files/parcel-1.0-py3-none-any.whl", "pypi/parcel/json"] {
            let (short, long) = (app.get(&format!("/{path}")).await, app.get(&format!("/pypi/{path}")).await);
            assert_eq!((short.status(), &short.body), (200, &long.body), "{path}");
        }
    }

    async fn an_address_without_its_slash_leads_to_the_one_with_it(app: TestApp) {
        let answer = app.post("/pypi/legacy").await.expect(308);
        assert_eq!(answer.header("location"), "./legacy/");
        for (path, to) in [("/pypi/simple", "./simple/"), ("/simple", "./simple/"), ("/simple/x", "./x/")] {
            assert_eq!(app.get(path).await.expect(301).header("location"), to);
        }
    }

    async fn only_metadata_of_the_archive_is_kept(app: TestApp) {
        let token = app.publisher("pypi").await;
        let wheel = Wheel::new("parcel", "1.0").header("Summary: honest");
        app.upload("pypi", &token, &Form::wheel(&wheel).set("comment", "<script>")).await.expect(200);
        let document = app.get("/pypi/pypi/parcel/json").await.expect(200);
        assert_eq!(document.json()["info"]["summary"], "honest");
        assert!(!document.text().contains("<script>"));
    }

    async fn the_document_describes_project_and_release(app: TestApp) {
        let token = app.publisher("pypi").await;
        for version in ["1.0", "2.0"] {
            app.upload_wheel("pypi", &token, &Wheel::new("parcel", version)).await.expect(200);
        }
        let whole = app.get("/pypi/pypi/parcel/json").await.expect(200).json();
        assert_eq!(whole["info"]["version"], "2.0");
        assert_eq!(whole["releases"].as_object().map(serde_json::Map::len), Some(2));
        let one = app.get("/pypi/pypi/parcel/1.0/json").await.expect(200).json();
        assert_eq!(one["info"]["version"], "1.0");
        let url = one["urls"][0]["url"].as_str().unwrap_or_default();
        assert_eq!(url, format!("{}/pypi/files/parcel-1.0-py3-none-any.whl", app.base_url()));
        app.get("/pypi/pypi/parcel/3.0/json").await.expect(404);
        app.get("/pypi/pypi/other/json").await.expect(404);
    }
}
