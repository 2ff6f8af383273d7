//! Uploads that lie, each in one way: the documented status, the reason in body and status line, no row, no blob.

use bonded_blobs::BlobKind;
use bonded_testkit::fixtures::{Form, Sdist, Wheel, zip_of};
use bonded_testkit::http::Answer;
use bonded_testkit::{TestApp, with_app};

/// Sends something that must be refused, and sees to it that nothing is left of it.
async fn refused(app: &TestApp, token: &str, attack: &str, form: &Form) -> Answer {
    let before = (app.counts().await, app.blobs(BlobKind::File).await);
    let answer = app.upload("pypi", token, form).await.expect(400);
    assert_eq!(
        (app.counts().await, app.blobs(BlobKind::File).await),
        before,
        "{attack} leaves something behind"
    );
    let json = answer.json();
    let detail = json["detail"].as_str().unwrap_or_default();
    assert!(!detail.is_empty());
    let ascii: String = detail.chars().map(|c| if c.is_ascii() { c } else { '?' }).take(400).collect();
    assert_eq!(answer.reason(), ascii, "{attack}: the status line says it too");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    answer
}

fn honest() -> Form {
    Form::wheel(&Wheel::new("parcel", "1.0"))
}

fn with_bytes(bytes: &[u8]) -> Form {
    honest().bytes(bytes)
}

fn changed(change: impl FnOnce(&mut Wheel)) -> Form {
    let mut wheel = Wheel::new("parcel", "1.0");
    change(&mut wheel);
    Form::wheel(&wheel)
}

with_app! {
    async fn forms_that_say_too_little_or_something_else(app: TestApp) {
        let token = app.publisher("pypi").await;
        for (attack, form, text) in [
            ("no action", honest().without(":action"), ":action"),
            ("another action", honest().set(":action", "submit"), ":action"),
            ("another protocol", honest().set("protocol_version", "2"), "protocol"),
            ("no name", honest().without("name"), "name"),
            ("an empty name", honest().set("name", ""), "name"),
            ("a name that is none", honest().set("name", "-parcel"), "name"),
            ("a name with a path", honest().set("name", "../parcel"), "name"),
            ("no version", honest().without("version"), "version"),
            ("a version that is none", honest().set("version", "one"), "version"),
            ("another name", honest().set("name", "other"), "other"),
            ("another version", honest().set("version", "2.0"), "2.0"),
            ("no file type", honest().without("filetype"), "filetype"),
            ("another file type", honest().set("filetype", "sdist"), "filetype"),
            ("another Python", honest().set("pyversion", "cp313"), "pyversion"),
            ("other requirements", honest().set("requires_dist", "evil"), "requires_dist"),
            ("another Python needed", honest().set("requires_python", ">=2"), "requires_python"),
        ] {
            let answer = refused(&app, &token, attack, &form).await;
            assert!(answer.text().contains(text), "{attack}: {}", answer.text());
        }
    }

    async fn digests_that_do_not_fit(app: TestApp) {
        let token = app.publisher("pypi").await;
        for name in ["sha256_digest", "blake2_256_digest", "md5_digest"] {
            let answer = refused(&app, &token, name, &honest().set(name, &"0".repeat(64))).await;
            assert!(answer.text().contains("digest"), "{}", answer.text());
        }
        let bare = honest().without("sha256_digest").without("blake2_256_digest");
        refused(&app, &token, "no digest", &bare).await;
    }

    async fn file_names_that_lie(app: TestApp) {
        let token = app.publisher("pypi").await;
        for name in [
            "other-1.0-py3-none-any.whl",
            "parcel-2.0-py3-none-any.whl",
            "parcel-1.0.tar.gz",
            "parcel-1.0.zip",
            "parcel-1.0-py3-none-any.whl.metadata",
            "../parcel-1.0-py3-none-any.whl",
            "a/parcel-1.0-py3-none-any.whl",
            "parcel-1.0.exe",
            "",
        ] {
            refused(&app, &token, name, &honest().named(name)).await;
        }
    }

    async fn archives_that_contradict_their_name(app: TestApp) {
        let token = app.publisher("pypi").await;
        for (attack, form) in [
            ("another name in METADATA", changed(|wheel| wheel.metadata_name = "other".into())),
            ("another version in METADATA", changed(|wheel| wheel.metadata_version = "2.0".into())),
            ("a second dist-info", changed(|wheel| {
                *wheel = wheel.clone().member("other-1.0.dist-info/METADATA", b"");
            })),
            ("zip slip", changed(|wheel| *wheel = wheel.clone().member("../evil.py", b""))),
            ("an absolute path", changed(|wheel| *wheel = wheel.clone().member("/etc/evil", b""))),
            ("no archive at all", with_bytes(b"#!/bin/sh\n")),
            ("an empty file", with_bytes(b"")),
            ("an archive without METADATA", with_bytes(&zip_of(&[("parcel.py", b"")], true))),
            ("half an archive", with_bytes(&Wheel::new("parcel", "1.0").build()[..200])),
            ("bytes before the archive", with_bytes(&[b"x", Wheel::new("parcel", "1.0").build().as_slice()].concat())),
        ] {
            refused(&app, &token, attack, &form).await;
        }
        let outside = Sdist { directory: "other-1.0".into(), ..Sdist::new("parcel", "1.0") };
        refused(&app, &token, "an sdist of another directory", &Form::sdist(&outside)).await;
    }

    async fn a_nul_that_one_of_the_databases_could_not_keep(app: TestApp) {
        let token = app.publisher("pypi").await;
        for header in ["Requires-Python: >=3\0", "Summary: a\0b", "Requires-Dist: a\0b"] {
            refused(&app, &token, header, &changed(|wheel| *wheel = wheel.clone().header(header))).await;
        }
        refused(&app, &token, "in the form", &honest().set("summary", "a\0b")).await;
    }

    async fn a_bomb(app: TestApp) {
        let token = app.publisher("pypi").await;
        let form = changed(|wheel| *wheel = wheel.clone().member("parcel/zeros", &vec![0; 80 << 20]));
        let before = app.counts().await;
        app.upload("pypi", &token, &form).await.expect(413);
        assert_eq!((app.counts().await, app.blobs(BlobKind::File).await), (before, 0));
    }

    async fn forms_with_two_files_or_none_or_attestations(app: TestApp) {
        let token = app.publisher("pypi").await;
        let send = |form| app.post("/pypi/legacy/").basic("__token__", &token).form(form);
        let before = app.counts().await;
        let bytes = Wheel::new("parcel", "1.0").build();
        let twice = honest().multipart().file("content", "parcel-1.0-py3-none-any.whl", &bytes);
        for form in [twice, honest().fields(), honest().fields().field("attestations", "[]")] {
            send(form).await.expect(400);
        }
        let flood = (0..6_000).fold(honest().fields(), |form, n| form.field(&format!("x{n}"), "y"));
        send(flood).await.expect(413);
        send(honest().fields().field("description", &"x".repeat(5 << 20))).await.expect(413);
        assert_eq!((app.counts().await, app.blobs(BlobKind::File).await), (before, 0));
    }

    async fn a_body_that_ends_early(app: TestApp) {
        let token = app.publisher("pypi").await;
        let (form, before) = (honest().multipart(), app.counts().await);
        let (of, whole) = (form.content_type(), form.into_bytes());
        for part in [0, 1, 100, whole.len() / 2, whole.len() - 20] {
            let request = app.post("/pypi/legacy/").basic("__token__", &token).header("content-type", of);
            request.body(whole[..part].to_vec()).await.expect(400);
        }
        let request = app.post("/pypi/legacy/").basic("__token__", &token);
        request.header("content-type", "application/json").body("{}").await.expect(400);
        assert_eq!((app.counts().await, app.blobs(BlobKind::File).await), (before, 0));
    }
}
