//! Where a token reaches, chosen on the pages of tokens: whole channels, and single projects in them.

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::{Grant, SignedIn};
use bonded_testkit::fixtures::Wheel;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

use crate::token_pages::{get, path_of_the_token, post, token_in};

const MAKE: &str = "/account/tokens";
const FORM: &str = "name=ci&may-read=yes&may-publish=yes&lifetime=30";

/// A channel with the projects `one` and `two` of grace, and somebody with this role in it, signed in.
async fn world(app: &TestApp, role: ChannelRole) -> SignedIn {
    app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
    let grace = app.user_as("grace", "inner", ChannelRole::Publisher).await;
    let token = app.token(&grace, Grant::verbs(Verb::ALL)).await;
    for project in ["one", "two"] {
        app.upload_wheel("inner", &token, &Wheel::new(project, "1.0")).await.expect(200);
    }
    let ada = app.user_as("ada", "inner", role).await;
    app.secure(&ada).await;
    app.signed_in(&ada, TimeDelta::zero()).await
}

fn boxed(page: &str, field: &str) -> Option<bool> {
    let (_, rest) = page.split_once(&format!("name=\"{field}\" value=\"yes\""))?;
    Some(rest.starts_with(" checked"))
}

async fn uploads(app: &TestApp, token: &str, project: &str, version: &str) -> u16 {
    app.upload_wheel("inner", token, &Wheel::new(project, version)).await.status()
}

with_app! {
    async fn a_token_for_a_channel_is_narrowed_to_a_project_of_its_owner_in_it(app: TestApp) {
        let browser = world(&app, ChannelRole::Publisher).await;
        let form = format!("{FORM}&scope=limited&channel:inner=yes");
        let token = token_in(post(&app, &browser, MAKE, &form).await.expect(200).text());
        let path = path_of_the_token(&app, &browser).await;
        assert_eq!(boxed(get(&app, &browser, &path).await.text(), "project:inner/own"), None);
        assert_eq!(uploads(&app, &token, "own", "1.0").await, 200);
        let page = get(&app, &browser, &path).await.expect(200);
        assert!(page.text().contains("it could be narrowed to that"), "{}", page.text());
        assert_eq!(boxed(page.text(), "channel:inner"), Some(true));
        assert_eq!(boxed(page.text(), "project:inner/own"), Some(false));
        assert!(!page.text().contains("name=\"project\""), "for those who administer");
        let narrowed = post(&app, &browser, &path, "may-publish=yes&project:inner/own=yes&lifetime=keep").await;
        assert_eq!(narrowed.expect(303).header("location"), "/account/tokens?done=token-narrowed");
        assert_eq!(uploads(&app, &token, "own", "2.0").await, 200);
        assert_eq!(uploads(&app, &token, "new", "1.0").await, 403);
        let list = get(&app, &browser, MAKE).await.expect(200);
        assert!(list.text().contains("<dd>inner/own</dd>"), "{}", list.text());
        let wider = post(&app, &browser, &path, "may-publish=yes&channel:inner=yes&lifetime=keep").await.expect(422);
        assert!(wider.text().contains("reaches further"));
    }

    async fn who_administers_the_channel_names_a_project_of_others(app: TestApp) {
        let browser = world(&app, ChannelRole::Admin).await;
        let form = format!("{FORM}&scope=limited&project=%20inner/One%20");
        let token = token_in(post(&app, &browser, MAKE, &form).await.expect(200).text());
        assert_eq!((uploads(&app, &token, "one", "2.0").await, uploads(&app, &token, "two", "2.0").await), (200, 403));
        let path = path_of_the_token(&app, &browser).await;
        let page = get(&app, &browser, &path).await.expect(200);
        assert_eq!(boxed(page.text(), "project:inner/one"), Some(true));
        assert!(!page.text().contains("name=\"project\""), "in a single project there are no others");
    }

    async fn who_administers_the_channel_narrows_a_token_to_a_project_of_others(app: TestApp) {
        let browser = world(&app, ChannelRole::Admin).await;
        let form = format!("{FORM}&scope=limited&channel:inner=yes");
        let token = token_in(post(&app, &browser, MAKE, &form).await.expect(200).text());
        let path = path_of_the_token(&app, &browser).await;
        assert!(get(&app, &browser, &path).await.expect(200).text().contains("name=\"project\""));
        post(&app, &browser, &path, "may-publish=yes&project=inner/two&lifetime=keep").await.expect(303);
        assert_eq!((uploads(&app, &token, "one", "2.0").await, uploads(&app, &token, "two", "2.0").await), (403, 200));
    }

    async fn a_token_is_narrowed_to_the_only_project_that_it_published_to(app: TestApp) {
        let browser = world(&app, ChannelRole::Admin).await;
        let form = format!("{FORM}&scope=everything");
        let token = token_in(post(&app, &browser, MAKE, &form).await.expect(200).text());
        assert_eq!(uploads(&app, &token, "one", "2.0").await, 200);
        let path = path_of_the_token(&app, &browser).await;
        // She has no role in it.
        assert_eq!(boxed(get(&app, &browser, &path).await.text(), "project:inner/one"), Some(false));
    }

    async fn a_project_that_is_typed_wrong_is_explained_and_nothing_is_lost(app: TestApp) {
        let browser = world(&app, ChannelRole::Admin).await;
        for (typed, told) in [
            ("one", "Write the channel and the project"),
            ("inner/", "Write the channel and the project"),
            ("inner/none", "There is no project &#39;none&#39; in &#39;inner&#39;"),
            ("secret/one", "There is no channel &#39;secret&#39;"),
            ("%22%3E%3Cb%3E/x", "There is no channel"),
        ] {
            let form = format!("{FORM}&scope=limited&networks=192.0.2.1&project={typed}");
            let page = post(&app, &browser, MAKE, &form).await.expect(422);
            let text = page.text().replace("&#x27;", "&#39;");
            assert!(text.contains(told) && !text.contains("<b>"), "{typed}: {text}");
            assert!(text.contains("value=\"ci\"") && text.contains("value=\"192.0.2.1\""), "{typed}");
            assert_eq!(boxed(&text, "may-publish"), Some(true), "{typed}");
            assert!(typed.starts_with('%') || text.contains(&format!("value=\"{typed}\"")), "{typed}");
        }
        let everywhere = post(&app, &browser, MAKE, &format!("{FORM}&scope=everything&project=inner/one")).await;
        assert!(everywhere.expect(422).text().contains("choose one of the two"));
        assert_eq!(app.counts().await.tokens, 1, "grace's");
    }

    async fn a_project_beside_its_whole_channel_would_limit_nothing_and_is_refused(app: TestApp) {
        let browser = world(&app, ChannelRole::Admin).await;
        for form in ["channel:inner=yes&project:inner/one=yes", "channel:inner=yes&project=inner/one"] {
            let page = post(&app, &browser, MAKE, &format!("{FORM}&scope=limited&{form}")).await.expect(422);
            assert!(page.text().contains("choose one of the two"), "{form}");
        }
        let form = format!("{FORM}&scope=limited&channel:inner=yes");
        post(&app, &browser, MAKE, &form).await.expect(200);
        let path = path_of_the_token(&app, &browser).await;
        let form = "may-publish=yes&lifetime=keep&channel:inner=yes&project=inner/one";
        let page = post(&app, &browser, &path, form).await.expect(422);
        assert!(page.text().contains("choose one of the two") && page.text().contains("value=\"inner/one\""));
    }
}
