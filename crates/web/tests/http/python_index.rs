//! What indexes and downloads promise to caches, to clients that resume, and to clients that verify.

use bonded_model::{ChannelFormat, Sha256, Visibility};
use bonded_testkit::fixtures::{Form, Wheel};
use bonded_testkit::{TestApp, with_app};

const JSON: &str = "application/vnd.pypi.simple.v1+json";
const HTML: &str = "application/vnd.pypi.simple.v1+html";
const PAGE: &str = "/pypi/simple/parcel/";
const FILE: &str = "/pypi/files/parcel-1.0-py3-none-any.whl";

async fn with_parcel(app: &TestApp) -> String {
    let token = app.publisher("pypi").await;
    app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
    token
}

with_app! {
    async fn each_client_gets_the_form_that_it_names(app: TestApp) {
        with_parcel(&app).await;
        for (accept, form) in [
            ("", "text/html; charset=utf-8"),
            ("*/*", "text/html; charset=utf-8"),
            (JSON, JSON),
            (HTML, "application/vnd.pypi.simple.v1+html; charset=utf-8"),
            (
                "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01",
                JSON,
            ),
        ] {
            for path in ["/pypi/simple/", PAGE] {
                let answer = app.get(path).header("accept", accept).await.expect(200);
                assert_eq!(answer.header("content-type"), form, "{accept}");
                assert_eq!(answer.header("vary"), "Accept, Accept-Encoding");
            }
        }
    }

    async fn names_that_are_not_normalized_lead_to_the_normalized_one(app: TestApp) {
        let token = app.publisher("pypi").await;
        app.upload_wheel("pypi", &token, &Wheel::new("some_parcel", "1.0")).await.expect(200);
        app.get("/pypi/simple/some-parcel/").await.expect(200);
        for name in ["Some_Parcel", "some.parcel", "SOME--PARCEL"] {
            let answer = app.get(&format!("/pypi/simple/{name}/")).await.expect(301);
            assert_eq!(answer.header("location"), "../some-parcel/");
            let answer = app.get(&format!("/pypi/pypi/{name}/json")).await.expect(301);
            assert_eq!(answer.header("location"), "../some-parcel/json");
        }
    }

    async fn a_page_that_did_not_change_is_not_sent_again(app: TestApp) {
        let token = with_parcel(&app).await;
        for accept in [JSON, "text/html"] {
            let first = app.get(PAGE).header("accept", accept).await.expect(200);
            let etag = first.header("etag").to_owned();
            assert!(etag.starts_with('"') && etag.ends_with('"'), "a strong tag: {etag}");
            let again = || app.get(PAGE).header("accept", accept).header("if-none-match", &etag);
            let answer = again().await.expect(304);
            assert!(answer.body.is_empty());
            assert_eq!(answer.header("etag"), etag);
        }
        let etag = app.get(PAGE).await.header("etag").to_owned();
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "2.0")).await.expect(200);
        app.get(PAGE).header("if-none-match", &etag).await.expect(200);
    }

    async fn public_pages_are_compressed_under_a_tag_of_their_own(app: TestApp) {
        let token = with_parcel(&app).await;
        for version in 2..12 {
            app.upload_wheel("pypi", &token, &Wheel::new("parcel", &format!("{version}.0"))).await.expect(200);
        }
        let plain = app.get(PAGE).await.expect(200);
        let packed = app.get(PAGE).header("accept-encoding", "gzip").await.expect(200);
        assert_eq!((plain.header("content-encoding"), packed.header("content-encoding")), ("", "gzip"));
        assert_ne!(plain.header("etag"), packed.header("etag"));
        assert_eq!(packed.gunzip(), plain.body);
    }

    async fn pages_of_private_channels_are_never_compressed_or_shared(app: TestApp) {
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let token = app.publisher("inner").await;
        for version in 1..12 {
            app.upload_wheel("inner", &token, &Wheel::new("parcel", &format!("{version}.0"))).await.expect(200);
        }
        for path in ["/inner/simple/parcel/", "/inner/files/parcel-1.0-py3-none-any.whl", "/inner/pypi/parcel/json"] {
            let answer = app.get(path).token(&token).header("accept-encoding", "gzip").await.expect(200);
            assert!(answer.body.len() > 400);
            assert_eq!(answer.header("content-encoding"), "");
            assert!(answer.header("cache-control").starts_with("private"), "{path}");
            assert!(answer.header("vary").contains("Authorization"), "{path}");
        }
    }

    async fn head_says_what_get_would_say_without_the_bytes(app: TestApp) {
        with_parcel(&app).await;
        for path in ["/pypi/simple/", PAGE, FILE, "/pypi/pypi/parcel/json", &format!("{FILE}.metadata")] {
            let (head, get) = (app.head(path).await.expect(200), app.get(path).await.expect(200));
            assert!(head.body.is_empty());
            assert_eq!(head.lasting_headers(), get.lasting_headers(), "{path}");
            assert_eq!(get.header("content-length"), get.body.len().to_string());
        }
    }

    async fn interrupted_downloads_go_on_where_they_ended(app: TestApp) {
        with_parcel(&app).await;
        let whole = app.get(FILE).await.expect(200);
        assert_eq!(whole.header("accept-ranges"), "bytes");
        let (etag, length) = (whole.header("etag").to_owned(), whole.body.len());
        let part = app.get(FILE).header("range", "bytes=10-19").header("if-range", &etag).await.expect(206);
        assert_eq!(part.body, whole.body[10..20]);
        assert_eq!(part.header("content-range"), format!("bytes 10-19/{length}"));
        let rest = app.get(FILE).header("range", "bytes=10-").await.expect(206);
        assert_eq!(rest.body, whole.body[10..]);
        let beyond = app.get(FILE).header("range", &format!("bytes={length}-")).await.expect(416);
        assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
        app.get(FILE).header("range", "bytes=0-1").header("if-range", "\"other\"").await.expect(200);
        app.get(FILE).header("if-none-match", &etag).await.expect(304);
    }

    async fn the_metadata_file_has_the_digest_that_the_page_announces(app: TestApp) {
        let token = app.publisher("pypi").await;
        let wheel = Wheel::new("parcel", "1.0").header("Requires-Dist: other>=2");
        app.upload_wheel("pypi", &token, &wheel).await.expect(200);
        let metadata = app.get(&format!("{FILE}.metadata")).await.expect(200);
        assert_eq!(metadata.text(), wheel.metadata());
        let page = app.get(PAGE).header("accept", JSON).await.json();
        let sha256 = Sha256::of(&metadata.body).to_string();
        for key in ["core-metadata", "data-dist-info-metadata"] {
            assert_eq!(page["files"][0][key]["sha256"], sha256.as_str());
        }
        let html = app.get(PAGE).await;
        assert!(html.text().contains(&format!("data-core-metadata=\"sha256={sha256}\"")));
    }

    async fn files_never_change_and_caches_may_know_it(app: TestApp) {
        with_parcel(&app).await;
        assert!(app.get(FILE).await.header("cache-control").contains("immutable"));
        assert!(app.get(PAGE).await.header("cache-control").contains("must-revalidate"));
    }

    async fn a_project_of_another_channel_is_not_found_in_this_one(app: TestApp) {
        app.channel("other", ChannelFormat::Python, Visibility::Public).await;
        with_parcel(&app).await;
        app.get("/other/simple/parcel/").await.expect(404);
        app.get("/other/files/parcel-1.0-py3-none-any.whl").await.expect(404);
        let other = app.publisher("other").await;
        let form = Form::wheel(&Wheel::new("parcel", "1.0").code("y = 2\n"));
        app.upload("other", &other, &form).await.expect(200);
        assert_ne!(app.get("/other/files/parcel-1.0-py3-none-any.whl").await.body, app.get(FILE).await.body);
    }
}
