//! Trust documents: public, the same wherever they are asked for, whoever asks; and channels under `/repo`.

use bonded_model::token::Verb;
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::Grant;
use bonded_testkit::with_app;

/// A token that nobody has.
const WRONG: &str = "bonded-wrong";

with_app! {
    async fn a_trust_document_does_not_tell_which_channels_there_are(app: TestApp) {
        app.channel("hidden", ChannelFormat::Conda, Visibility::Private).await;
        for document in ["1.root.json", "key_mgr.json", "7.root.json"] {
            let plain = app.get(&format!("/{document}")).await;
            for place in ["main", "hidden", "unknown", "pypi", "repo/hidden", "repo/unknown"] {
                let answer = app.get(&format!("/{place}/{document}")).await;
                assert_eq!(answer.status(), plain.status(), "{place}/{document}");
                assert_eq!(answer.body, plain.body, "{place}/{document}");
                assert_eq!(answer.lasting_headers(), plain.lasting_headers(), "{place}/{document}");
            }
            for path in [format!("/t/{WRONG}/{document}"), format!("/conda/t/{WRONG}/hidden/{document}")] {
                assert_eq!(app.get(&path).await.status(), plain.status(), "{path}");
            }
            assert_eq!(app.get(&format!("/{document}")).token(WRONG).await.status(), plain.status());
        }
    }

    async fn a_trust_document_is_kept_for_seconds_and_asked_for_by_its_tag(app: TestApp) {
        let plain = app.get("/key_mgr.json").await.expect(200);
        assert_eq!(plain.header("cache-control"), "public, max-age=5");
        assert_eq!(plain.header("content-type"), "application/json");
        let tag = plain.header("etag").to_owned();
        assert!(tag.starts_with('"'), "a strong tag: {tag}");
        let known = app.get("/key_mgr.json").header("if-none-match", &tag).await.expect(304);
        assert!(known.body.is_empty());
        let head = app.head("/key_mgr.json").await.expect(200);
        assert_eq!(head.header("content-length"), plain.body.len().to_string());
        app.post("/key_mgr.json").await.expect(405);
    }

    async fn names_that_only_begin_right_are_no_roots(app: TestApp) {
        for path in ["/1.root.json.bak", "/01.root.json", "/0.root.json", "/main/1.root.jsonx", "/1.root.json/x"] {
            app.get(path).await.expect(404);
        }
    }

    async fn a_channel_stands_under_repo_too_for_those_who_may_see_it(app: TestApp) {
        app.channel("team", ChannelFormat::Conda, Visibility::Private).await;
        let ada = app.admin("ada").await;
        let token = app.token(&ada, Grant::verbs(&[Verb::Read])).await;
        let path = "repo/team/noarch/repodata.json";
        let plain = app.get("/team/noarch/repodata.json").token(&token).await.expect(200);
        let found = app.get(&format!("/t/{token}/{path}")).await.expect(200);
        assert_eq!(found.body, plain.body);
        app.head(&format!("/t/{token}/{path}")).await.expect(200);
        app.get(&format!("/{path}")).token(&token).await.expect(200);
        let (hidden, unknown) = (app.get(&format!("/{path}")).await, app.get("/repo/x/noarch/repodata.json").await);
        assert_eq!((hidden.status(), hidden.body), (unknown.status(), unknown.body));
        app.get(&format!("/t/{WRONG}/{path}")).await.expect(401);
    }
}
