//! Tokens in paths: where one that only reads may stand, and what becomes of all others.

use bonded_model::ids::TokenId;
use bonded_model::token::Verb;
use bonded_testkit::app::Grant;
use bonded_testkit::{TestApp, with_app};
use http::Method;

use crate::tokens::{PAGE, READ, reader};

/// Whether the token was marked as leaked on its owner's list.
async fn is_marked(app: &TestApp, token: TokenId) -> bool {
    let mut reader = app.registry.store.read().await.expect("the database answers");
    let row = reader.token(token).await.expect("an answer").expect("it is there");
    row.leaked_at.is_some()
}

/// Every byte in percent signs.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

with_app! {
    async fn a_token_in_the_path_only_reads(app: TestApp) {
        let user = reader(&app).await;
        let reading = app.token(&user, Grant::verbs(READ)).await;
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            for path in ["/inner/legacy/", "/main/noarch/p-1.0-0.conda", "/api/v1/upload/main"] {
                app.request(method.clone(), &format!("/t/{reading}{path}")).await.expect(403);
            }
        }
        for verbs in [&[Verb::Read, Verb::Publish][..], &[Verb::Publish], &[Verb::Read, Verb::Manage]] {
            let token = app.token(&user, Grant::verbs(verbs)).await;
            let before = app.counts().await.audit_rows;
            let answer = app.get(&format!("/t/{token}{PAGE}")).await.expect(403);
            assert!(answer.text().contains("revoke"), "{}", answer.text());
            assert_eq!(app.counts().await.audit_rows, before + 1, "a leaked token is put on record");
        }
    }

    async fn a_token_in_a_path_that_is_refused_is_noted_like_any_that_leaked(app: TestApp) {
        let user = reader(&app).await;
        let (publish, read) = (&[Verb::Publish][..], READ);
        for (attack, verbs, method, path, status, noted) in [
            ("posted", publish, Method::POST, "/t/TOKEN/inner/legacy/", 403, true),
            ("put behind conda's", publish, Method::PUT, "/conda/t/TOKEN/main/noarch/p-1.0-0.conda", 403, true),
            ("behind two slashes", publish, Method::GET, "//t/TOKEN/inner/simple/", 400, true),
            ("as a name", publish, Method::DELETE, "/inner/TOKEN/", 400, true),
            ("as a name, read-only", read, Method::GET, "/inner/TOKEN/", 400, true),
            ("posted, read-only", read, Method::POST, "/t/TOKEN/inner/legacy/", 403, false),
        ] {
            let issued = app.issue(&user, Grant::verbs(verbs)).await;
            let before = app.counts().await.audit_rows;
            let path = path.replace("TOKEN", issued.secret.expose());
            app.request(method, &path).await.expect(status);
            let mut reader = app.registry.store.read().await.expect("the database answers");
            let row = reader.token(issued.token.id).await.expect("an answer").expect("it is there");
            assert_eq!(row.leaked_at.is_some(), noted, "{attack}");
            assert_eq!(app.counts().await.audit_rows - before, u64::from(noted), "{attack}");
        }
    }

    async fn no_path_takes_a_token_that_can_do_more_than_read(app: TestApp) {
        let user = reader(&app).await;
        for path in [
            "",
            "/",
            "/health",
            "/ready",
            "/simple",
            "/simple/parcel",
            "/inner/simple",
            "/channels",
            "/channels/inner",
            "/login",
            "/account",
            "/_/trust/key_mgr.json",
            "/main/key_mgr.json",
            "/main/noarch/repodata.json",
            "/_/oidc/audience",
            "/.well-known/security.txt",
            "/no/such/path/anywhere",
            "/repo/main",
        ] {
            for (method, before) in [(Method::GET, "/t/"), (Method::HEAD, "/t/"), (Method::GET, "/conda/t/")] {
                let issued = app.issue(&user, Grant::verbs(&[Verb::Read, Verb::Publish])).await;
                let rows = app.counts().await.audit_rows;
                let url = format!("{before}{}{path}", issued.secret.expose());
                let answer = app.request(method.clone(), &url).await.expect(403);
                assert!(method == Method::HEAD || answer.text().contains("consider it leaked"), "{path}");
                assert!(is_marked(&app, issued.token.id).await, "{method} {before} {path}");
                assert_eq!(app.counts().await.audit_rows, rows + 1, "{method} {before} {path}");
            }
        }
    }

    async fn a_token_that_only_reads_stands_in_the_path_of_every_page(app: TestApp) {
        let issued = app.issue(&reader(&app).await, Grant::verbs(READ)).await;
        for (path, status) in [
            ("/health", 200),
            ("/", 200),
            ("/simple", 301),
            ("/channels", 200),
            // What is private is for people, in a browser.
            ("/channels/inner", 303),
            ("/no/such/path/anywhere", 404),
        ] {
            app.get(&format!("/t/{}{path}", issued.secret.expose())).await.expect(status);
        }
        assert!(!is_marked(&app, issued.token.id).await);
    }

    async fn a_token_that_is_hidden_behind_t_is_refused_and_noted(app: TestApp) {
        let user = reader(&app).await;
        for (attack, hide) in [
            ("one letter in percent signs", (|token| format!("/t/%62{}{PAGE}", &token[1..])) as fn(&str) -> String),
            ("all of it in percent signs", |token| format!("/t/{}{PAGE}", escaped(token))),
            ("as conda moves it", |token| format!("/conda/t/{}{PAGE}", escaped(token))),
            ("with a channel at its side", |token| format!("/t/{token}%2Finner/simple/")),
            ("with text before it", |token| format!("/t/x{token}{PAGE}")),
            ("with text behind it", |token| format!("/t/{token}.x{PAGE}")),
            ("behind another token", |token| format!("/t/hunter2/t/{token}{PAGE}")),
        ] {
            for verbs in [READ, &[Verb::Publish]] {
                let issued = app.issue(&user, Grant::verbs(verbs)).await;
                let answer = app.get(&hide(issued.secret.expose())).await.expect(400);
                assert!(!answer.text().contains(&issued.secret.expose()[7..]), "{attack}");
                assert!(is_marked(&app, issued.token.id).await, "{attack}");
            }
        }
        let issued = app.issue(&user, Grant::verbs(READ)).await;
        app.post(&format!("/t/{}/inner/legacy/", escaped(issued.secret.expose()))).await.expect(400);
        assert!(is_marked(&app, issued.token.id).await);
    }

    async fn both_of_two_tokens_in_a_path_are_noted(app: TestApp) {
        let user = reader(&app).await;
        let (one, other) = (
            app.issue(&user, Grant::verbs(&[Verb::Publish])).await,
            app.issue(&user, Grant::verbs(&[Verb::Publish])).await,
        );
        app.get(&format!("/t/{}/t/{}{PAGE}", one.secret.expose(), other.secret.expose())).await.expect(403);
        assert!(is_marked(&app, one.token.id).await && is_marked(&app, other.token.id).await);
    }
}
