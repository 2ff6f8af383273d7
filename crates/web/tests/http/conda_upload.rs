//! Uploads of conda packages, by every protocol.

use bonded_blobs::BlobKind;
use bonded_model::{Sha256, Visibility};
use bonded_testkit::fixtures::{Package, zip_of};
use bonded_testkit::http::{Multipart, Request};
use bonded_testkit::{TestApp, with_app};
use serde_json::json;

fn part(package: &Package) -> Multipart {
    let bytes = package.build();
    let headers = [
        ("Content-Disposition", "form-data; name=\"file\""),
        ("X-File-Name", &package.filename()),
        ("X-File-SHA256", &Sha256::of(&bytes).to_string()),
        ("X-File-Size", &bytes.len().to_string()),
    ];
    Multipart::new().part(&headers, &bytes)
}

fn put(app: &TestApp, subdir: &str, token: &str, package: &Package) -> Request {
    app.put(&format!("/main/{subdir}/{}", package.filename())).token(token).body(package.build())
}

fn quetz(app: &TestApp, token: &str, package: &Package, query: &str) -> Request {
    let path = format!("/api/channels/main/upload/{}?{query}", package.filename());
    app.post(&path).header("x-api-key", token).body(package.build())
}

/// Sends something that must be refused, and sees to it that nothing is left of it.
async fn refused(app: &TestApp, attack: &str, status: u16, request: Request) {
    let before = (app.counts().await, app.blobs(BlobKind::File).await);
    let answer = request.await;
    assert_eq!(answer.status(), status, "{attack}: {:?}", answer.body);
    assert!(!answer.json()["detail"].as_str().unwrap_or_default().is_empty(), "{attack}");
    assert_eq!(
        (app.counts().await, app.blobs(BlobKind::File).await),
        before,
        "{attack} leaves something behind"
    );
}

with_app! {
    async fn every_protocol_publishes(app: TestApp) {
        let token = app.publisher("main").await;
        let package = |n: u8| Package::noarch(&format!("p{n}"), "1.0");
        let digest = Sha256::of(&package(2).build());
        app.upload_conda("main", &token, &package(0)).await.expect(201);
        app.post("/api/v1/upload/main").token(&token).form(part(&package(1))).await.expect(201);
        quetz(&app, &token, &package(2), &format!("force=false&sha256={digest}")).await.expect(201);
        put(&app, "noarch", &token, &package(3)).await.expect(201);
        app.upload_conda("main", &token, &package(4).tar_bz2()).await.expect(201);
        let names = app.subdir("main", "noarch").names_in_shards().await;
        let expected = ["p0-1.0-0.conda", "p1-1.0-0.conda", "p2-1.0-0.conda", "p3-1.0-0.conda", "p4-1.0-0.tar.bz2"];
        assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
        for n in 0..4 {
            let path = format!("/main/noarch/p{n}-1.0-0.conda");
            assert_eq!(app.get(&path).await.expect(200).body, package(n).build());
        }
    }

    async fn the_archive_says_to_which_subdir_it_goes(app: TestApp) {
        let token = app.publisher("main").await;
        let package = Package::new("linux-64", "p", "1.0");
        app.upload_conda("main", &token, &package).await.expect(201);
        assert_eq!(app.subdir("main", "linux-64").names_in_shards().await.len(), 1);
        assert!(app.subdir("main", "noarch").shards().await.is_empty());
        refused(&app, "another subdir", 422, put(&app, "noarch", &token, &package)).await;
        refused(&app, "no subdir", 422, put(&app, "Linux", &token, &package)).await;
    }

    async fn the_same_bytes_again_are_fine_and_other_bytes_are_refused(app: TestApp) {
        let token = app.publisher("main").await;
        let package = Package::noarch("p", "1.0");
        let evil = package.clone().file("bin/evil", b"evil");
        app.upload_conda("main", &token, &package).await.expect(201);
        let counts = app.counts().await;
        app.upload_conda("main", &token, &package).await.expect(200);
        put(&app, "noarch", &token, &package).await.expect(200);
        quetz(&app, &token, &package, "").await.expect(200);
        for request in [
            app.upload_conda("main", &token, &evil),
            put(&app, "noarch", &token, &evil),
            quetz(&app, &token, &evil, "force=true"),
        ] {
            refused(&app, "other bytes", 409, request).await;
        }
        assert_eq!(app.counts().await, counts);
        assert_eq!(app.get("/main/noarch/p-1.0-0.conda").await.body, package.build());
    }

    async fn digests_and_sizes_that_do_not_fit(app: TestApp) {
        let token = app.publisher("main").await;
        let package = Package::noarch("p", "1.0");
        let raw = || app.post("/api/v1/upload/main").token(&token).header("x-file-name", "p-1.0-0.conda");
        let zeros = "0".repeat(64);
        for (attack, request) in [
            ("another digest", raw().header("x-file-sha256", &zeros)),
            ("another size", raw().header("x-file-size", "1")),
            ("no size", raw().header("x-file-size", "many")),
        ] {
            refused(&app, attack, 422, request.body(package.build())).await;
        }
        refused(&app, "another digest", 422, quetz(&app, &token, &package, &format!("sha256={zeros}"))).await;
    }

    async fn names_that_lie(app: TestApp) {
        let token = app.publisher("main").await;
        let package = Package::noarch("p", "1.0");
        let bytes = package.build();
        for name in [
            "other-1.0-0.conda",
            "p-2.0-0.conda",
            "p-1.0-1.conda",
            "p-1.0-0.tar.bz2",
            "p-1.0-0.zip",
            "../p-1.0-0.conda",
            "p.conda",
            "repodata.json",
        ] {
            let raw = app.post("/api/v1/upload/main").token(&token).header("x-file-name", name);
            refused(&app, name, 422, raw.body(bytes.clone())).await;
        }
        let nameless = app.post("/api/v1/upload/main").token(&token).body(bytes);
        refused(&app, "no name", 422, nameless).await;
        refused(&app, "no archive", 422, app.put("/main/noarch/repodata.json").token(&token).body("{}")).await;
    }

    async fn archives_that_lie(app: TestApp) {
        let token = app.publisher("main").await;
        let honest = || Package::noarch("p", "1.0");
        for (attack, package) in [
            ("another name inside", honest().says("name", json!("other"))),
            ("another version inside", honest().says("version", json!("2.0"))),
            ("another build inside", honest().says("build", json!("1"))),
            ("a subdir with a path", honest().says("subdir", json!("../noarch"))),
            ("noarch elsewhere", honest().says("subdir", json!("linux-64"))),
            ("dependencies that are none", honest().says("depends", json!(["python [["]))),
            ("built tomorrow", honest().says("timestamp", json!(4_000_000_000_000_u64))),
            ("zip slip", honest().file("../evil", b"")),
            ("an absolute path", honest().file("/etc/evil", b"")),
            ("a record of conda", honest().file("conda-meta/p.json", b"")),
        ] {
            refused(&app, attack, 422, app.upload_conda("main", &token, &package)).await;
            refused(&app, attack, 422, app.upload_conda("main", &token, &package.tar_bz2())).await;
        }
    }

    async fn bytes_that_are_no_package(app: TestApp) {
        let token = app.publisher("main").await;
        let whole = Package::noarch("p", "1.0").build();
        for (attack, bytes) in [
            ("a script", b"#!/bin/sh\n".to_vec()),
            ("nothing", Vec::new()),
            ("half a package", whole[..whole.len() / 2].to_vec()),
            ("a ZIP without a package", zip_of(&[("evil", b"")], false)),
            ("bytes behind the package", [whole.as_slice(), b"x"].concat()),
        ] {
            refused(&app, attack, 422, app.put("/main/noarch/p-1.0-0.conda").token(&token).body(bytes)).await;
        }
        let bomb = Package::noarch("p", "1.0").file("zeros", &vec![0; 300 << 20]);
        refused(&app, "a bomb", 413, app.upload_conda("main", &token, &bomb)).await;
    }

    async fn forms_with_too_many_parts(app: TestApp) {
        let token = app.publisher("main").await;
        let form = |form| app.post("/api/v1/upload/main").token(&token).form(form);
        let package = Package::noarch("p", "1.0");
        refused(&app, "no file", 422, form(Multipart::new())).await;
        refused(&app, "two files", 422, form(part(&package).file("file", "p-1.0-0.conda", b""))).await;
        refused(&app, "an attestation", 422, form(part(&package).field("attestation", "{}"))).await;
        refused(&app, "an unknown part", 422, form(part(&package).field("force", "true"))).await;
    }

    async fn names_that_urls_escape(app: TestApp) {
        let token = app.publisher("main").await;
        let package = Package::noarch("p", "1!2.0+local");
        put(&app, "noarch", &token, &package).await.expect(201);
        for name in ["p-1!2.0+local-0.conda", "p-1%212.0%2Blocal-0.conda"] {
            assert_eq!(app.get(&format!("/main/noarch/{name}")).await.expect(200).body, package.build());
        }
    }

    async fn somebody_elses_package_cannot_be_published_to(app: TestApp) {
        let (owner, thief) = (app.publisher("main").await, app.publisher("main").await);
        app.upload_conda("main", &owner, &Package::noarch("p", "1.0")).await.expect(201);
        app.upload_conda("main", &thief, &Package::noarch("p", "2.0")).await.expect(403);
        app.upload_conda("main", &thief, &Package::new("linux-64", "p", "2.0")).await.expect(403);
        assert_eq!(app.counts().await.files, 1);
    }

    async fn a_private_channel_takes_uploads_of_its_members_alone(app: TestApp) {
        app.channel("inner", bonded_model::ChannelFormat::Conda, Visibility::Private).await;
        let (member, stranger) = (app.publisher("inner").await, app.publisher("main").await);
        let package = Package::noarch("p", "1.0");
        app.upload_conda("inner", &stranger, &package).await.expect(404);
        app.upload_conda("inner", &member, &package).await.expect(201);
    }
}
