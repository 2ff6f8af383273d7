//! Secrets stay out of the logs, wherever somebody puts them.

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::{logs, with_app};

with_app! {
    async fn a_token_is_in_no_line_however_it_came(app: TestApp) {
        logs::capture();
        app.channel("inner", ChannelFormat::Conda, Visibility::Private).await;
        let user = app.user_as("ada", "inner", ChannelRole::Publisher).await;
        let publishing = app.token(&user, Grant::verbs(&[Verb::Read, Verb::Publish])).await;
        let issued = app.issue(&user, Grant::verbs(&[Verb::Read])).await;
        let reading = issued.secret.expose();
        app.upload_conda("inner", &publishing, &Package::noarch("p", "1.0")).await.expect(201);
        app.upload_wheel("pypi", &publishing, &Wheel::new("parcel", "1.0")).await.expect(403);
        app.settle().await;
        let page = app.get(&format!("/t/{reading}/inner/noarch/repodata.json")).await.expect(200);
        let request = page.header("x-request-id").to_owned();
        for token in [reading, &publishing] {
            for path in [
                "/t/TOKEN/inner/noarch/repodata.json",
                "/t/TOKEN/inner/noarch/missing",
                "/t/TOKEN",
                "/t/TOKEN/",
                "/t//TOKEN/inner/noarch/repodata.json",
                "/inner/t/TOKEN/noarch/repodata.json",
                "//t/TOKEN/inner/noarch/repodata.json",
                "/TOKEN/inner",
                "/conda/t/TOKEN/nothing",
                "/inner/noarch/repodata.json?token=TOKEN",
                "/inner/noarch/TOKEN.conda",
            ] {
                let path = path.replace("TOKEN", token);
                for method in [http::Method::GET, http::Method::POST, http::Method::PUT] {
                    app.request(method, &path).basic("__token__", token).await;
                }
            }
            app.get("/inner/noarch/repodata.json").header("x-api-key", token).await.expect(200);
        }
        app.registry.revoke_token(&app.operator(), issued.token.id).await.expect("it is revoked");
        app.get(&format!("/t/{reading}/inner/noarch/repodata.json")).await.expect(401);

        let text = logs::text();
        assert!(text.contains(&request), "the requests were logged");
        for token in [reading, &publishing] {
            let secret = &token["bonded-".len()..][..20];
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None);
        }
    }
}
