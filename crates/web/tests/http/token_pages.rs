//! The pages on which people look after their tokens.

use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::SignedIn;
use bonded_testkit::http::Answer;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

/// Somebody with a second factor and a role in a private channel, signed in.
async fn member(app: &TestApp) -> SignedIn {
    app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
    let ada = app.user_as("ada", "inner", ChannelRole::Publisher).await;
    app.secure(&ada).await;
    app.signed_in(&ada, TimeDelta::zero()).await
}

pub(crate) async fn post(app: &TestApp, browser: &SignedIn, path: &str, form: &str) -> Answer {
    app.request(http::Method::POST, path)
        .header("cookie", &browser.cookie())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .body(format!("csrf={}&{form}", browser.csrf()))
        .await
}

pub(crate) async fn get(app: &TestApp, browser: &SignedIn, path: &str) -> Answer {
    app.get(path).header("cookie", &browser.cookie()).header("accept", "text/html").await
}

/// The token that a page shows.
pub(crate) fn token_in(page: &str) -> String {
    let (_, rest) = page.split_once("<code>bonded-").expect("a token");
    let (token, _) = rest.split_once('<').expect("its end");
    format!("bonded-{token}")
}

with_app! {
    async fn a_token_is_shown_once_and_works(app: TestApp) {
        let browser = member(&app).await;
        let form = "name=ci&may-read=yes&may-publish=yes&scope=limited&channel:inner=yes&lifetime=30";
        let shown = post(&app, &browser, "/account/tokens", form).await.expect(200);
        assert_eq!(shown.header("cache-control"), "no-store");
        let token = token_in(shown.text());
        assert!(shown.text().contains(&format!("{}/inner/legacy/", app.base_url())));
        assert!(!shown.text().contains(&format!("{}/pypi/", app.base_url())), "only what it reaches");
        app.get("/inner/simple/").token(&token).await.expect(200);
        let list = get(&app, &browser, "/account/tokens").await.expect(200);
        assert!(list.text().contains("read, publish") && list.text().contains("<dd>inner</dd>"));
        assert!(!list.text().contains(&token[..20]), "it is shown once");
    }

    async fn a_token_is_revoked_from_the_list(app: TestApp) {
        let browser = member(&app).await;
        let form = "name=ci&may-read=yes&scope=everything&lifetime=30";
        let token = token_in(post(&app, &browser, "/account/tokens", form).await.expect(200).text());
        let path = path_of_the_token(&app, &browser).await;
        let answer = post(&app, &browser, &format!("{path}/revoke"), "").await.expect(303);
        assert_eq!(answer.header("location"), "/account/tokens?done=token-revoked");
        app.get("/inner/simple/").token(&token).await.expect(401);
    }

    async fn a_form_that_ticks_nothing_never_means_everything(app: TestApp) {
        let browser = member(&app).await;
        for form in [
            "name=a&may-read=yes&scope=everything&channel:inner=yes&lifetime=30",
            "name=a&may-read=yes&scope=everything&lifetime=30&networks=office",
            "name=a&may-read=yes&scope=limited&lifetime=30",
            "name=a&may-read=yes&lifetime=30",
            "name=a&may-read=yes&scope=limited&channel:=yes&lifetime=30",
            "name=a&may-read=yes&scope=limited&project:inner=yes&lifetime=30",
            "name=a&may-read=yes&scope=everything",
            "name=a&may-read=yes&scope=everything&lifetime=never",
            "name=a&may-read=yes&scope=everything&lifetime=99999999999999999",
            "name=a&may-fly=yes&scope=everything&lifetime=30",
        ] {
            let answer = post(&app, &browser, "/account/tokens", form).await.expect(422);
            assert!(answer.text().contains("class=\"error\""), "{form}");
        }
        assert_eq!(app.counts().await.tokens, 0);
    }

    async fn what_was_typed_is_there_again(app: TestApp) {
        let browser = member(&app).await;
        let form = "name=%22%3E%3Cb%3E&may-yank=yes&scope=limited&lifetime=7";
        let answer = post(&app, &browser, "/account/tokens", form).await.expect(422);
        let page = answer.text();
        assert!(!page.contains("<b>"));
        assert!(page.contains("name=\"may-yank\" value=\"yes\" checked"));
        assert!(!page.contains("name=\"may-read\" value=\"yes\" checked"));
        assert!(page.contains("value=\"7\" selected") && page.contains("value=\"limited\" checked"));
    }

    async fn a_token_is_renewed_and_narrowed_on_its_page(app: TestApp) {
        let browser = member(&app).await;
        let form = "name=ci&may-read=yes&may-publish=yes&scope=everything&lifetime=30";
        let made = post(&app, &browser, "/account/tokens", form).await.expect(200);
        let old = token_in(made.text());
        let path = path_of_the_token(&app, &browser).await;
        get(&app, &browser, &path).await.expect(200);
        let renewed = post(&app, &browser, &format!("{path}/rotate"), "overlap=none&lifetime=keep").await;
        let new = token_in(renewed.expect(200).text());
        let refused = app.get("/inner/simple/").token(&old).await.expect(401);
        assert!(refused.text().contains("new secret"));
        app.get("/inner/simple/").token(&new).await.expect(200);
        let form = "may-read=yes&lifetime=keep&networks=198.51.100.0/24";
        let narrowed = post(&app, &browser, &path, form).await.expect(303);
        assert_eq!(narrowed.header("location"), "/account/tokens?done=token-narrowed");
        let refused = app.get("/inner/simple/").token(&new).await.expect(401);
        assert!(refused.text().contains("does not work from this address"));
        let list = get(&app, &browser, "/account/tokens").await.expect(200);
        assert!(list.text().contains("<dd>read</dd>") && list.text().contains("198.51.100.0/24"));
    }

    async fn a_token_that_came_in_a_url_is_replaced_by_one_button(app: TestApp) {
        let browser = member(&app).await;
        let form = "name=ci&may-read=yes&may-publish=yes&scope=everything&lifetime=30";
        let old = token_in(post(&app, &browser, "/account/tokens", form).await.expect(200).text());
        let path = path_of_the_token(&app, &browser).await;
        assert!(!get(&app, &browser, &path).await.expect(200).text().contains("has leaked"));
        let refused = app.get(&format!("/t/{old}/inner/simple/")).await.expect(403);
        assert!(refused.text().contains("give it a new secret"), "{}", refused.text());
        let list = get(&app, &browser, "/account/tokens").await.expect(200);
        assert!(list.text().contains("leaked: renew it") && list.text().contains("Replace the secret"));
        let page = get(&app, &browser, &path).await.expect(200);
        let (_, notice) = page.text().split_once("has leaked").expect("a notice");
        let (form, _) = notice.split_once("Replace the secret now").expect("a button");
        assert!(form.contains(&format!("action=\"{path}/rotate\"")), "{form}");
        for field in ["name=\"overlap\" value=\"none\"", "name=\"lifetime\" value=\"keep\"", "name=\"csrf\""] {
            assert!(form.contains(field), "{form}");
        }
        let renewed = post(&app, &browser, &format!("{path}/rotate"), "overlap=none&lifetime=keep").await;
        let new = token_in(renewed.expect(200).text());
        app.get("/inner/simple/").token(&old).await.expect(401);
        app.get("/inner/simple/").token(&new).await.expect(200);
        assert!(!get(&app, &browser, &path).await.expect(200).text().contains("has leaked"));
    }

    async fn a_channel_token_reads_its_channel_by_url_and_nothing_else(app: TestApp) {
        let browser = member(&app).await;
        let ada = app.registry.user_named(&app.operator(), "ada").await.expect("the account");
        for channel in ["team", "other"] {
            app.channel(channel, ChannelFormat::Conda, Visibility::Private).await;
            app.member(channel, &ada, ChannelRole::Admin).await;
        }
        let form = "name=lab&channel=team&lifetime=30";
        let made = post(&app, &browser, "/account/tokens/channel", form).await.expect(200);
        let token = token_in(made.text());
        assert!(made.text().contains(&format!("{}/t/{token}/team", app.base_url())));
        app.get(&format!("/t/{token}/team/noarch/repodata.json")).await.expect(200);
        app.get(&format!("/t/{token}/other/noarch/repodata.json")).await.expect(404);
        let list = get(&app, &browser, "/account/tokens").await.expect(200);
        assert!(list.text().contains("<dd>read</dd>") && !list.text().contains("leaked"));
        for form in ["name=a&channel=inner&lifetime=30", "name=a&channel=secret&lifetime=30", "name=a&lifetime=30"] {
            post(&app, &browser, "/account/tokens/channel", form).await.expect(422);
        }
    }

    async fn nothing_can_be_added_to_a_token(app: TestApp) {
        let browser = member(&app).await;
        let form = "name=ci&may-read=yes&scope=limited&channel:inner=yes&lifetime=30";
        post(&app, &browser, "/account/tokens", form).await.expect(200);
        let path = path_of_the_token(&app, &browser).await;
        for form in [
            "may-read=yes&may-delete=yes&channel:inner=yes&lifetime=keep",
            "may-read=yes&channel:inner=yes&channel:pypi=yes&lifetime=keep",
            "may-read=yes&lifetime=keep",
            "channel:inner=yes&lifetime=keep",
            "may-read=yes&channel:inner=yes&lifetime=90",
            "may-read=yes&channel:inner=yes",
        ] {
            post(&app, &browser, &path, form).await.expect(422);
        }
        post(&app, &browser, &format!("{path}/rotate"), "overlap=always&lifetime=keep").await.expect(422);
    }
}

/// The path of the only token's page.
pub(crate) async fn path_of_the_token(app: &TestApp, browser: &SignedIn) -> String {
    let list = get(app, browser, "/account/tokens").await.expect(200);
    let (_, rest) = list.text().split_once("action=\"/account/tokens/").expect("a button");
    let (id, _) = rest.split_once("/revoke").expect("that revokes");
    format!("/account/tokens/{id}")
}
