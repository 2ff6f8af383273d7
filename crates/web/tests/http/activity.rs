//! The pages that tell what happened, and the same as JSON lines.

use bonded_model::user::ChannelRole;
use bonded_testkit::app::SignedIn;
use bonded_testkit::fixtures::Wheel;
use bonded_testkit::http::Answer;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use serde_json::Value;

async fn get(app: &TestApp, browser: &SignedIn, path: &str) -> Answer {
    app.get(path).header("cookie", &browser.cookie()).header("accept", "text/html").await
}

async fn administrator(app: &TestApp) -> SignedIn {
    let admin = app.admin("root").await;
    app.secure(&admin).await;
    app.signed_in(&admin, TimeDelta::zero()).await
}

fn lines(answer: &Answer) -> Vec<Value> {
    answer.text().lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The target of the link with this relation.
fn link<'a>(page: &'a str, rel: &str) -> &'a str {
    let (before, _) = page.split_once(&format!("\" rel=\"{rel}\"")).expect("a link");
    before.rsplit_once("href=\"").expect("its target").1
}

with_app! {
    async fn a_publication_is_told_to_its_publisher_and_to_administrators(app: TestApp) {
        let root = administrator(&app).await;
        let token = app.publisher("pypi").await;
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
        let other = app.user("other").await;
        let other = app.signed_in(&other, TimeDelta::zero()).await;
        let told = "parcel-1.0-py3-none-any.whl was published in the channel pypi.";
        let found = |channel: &str| format!("/admin/activity?person=&channel={channel}&project=Parcel&kind=package");
        let page = get(&app, &root, &found("pypi")).await.expect(200);
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.text().contains(told) && page.text().contains("with the token &#39;token"), "{}", page.text());
        assert!(!get(&app, &root, &found("main")).await.expect(200).text().contains(told));
        assert!(!get(&app, &other, "/account/activity").await.expect(200).text().contains(told));
        let publisher = app.registry.user_named(&app.operator(), "publisher1").await.expect("the publisher");
        let publisher = app.signed_in(&publisher, TimeDelta::zero()).await;
        assert!(get(&app, &publisher, "/account/activity").await.expect(200).text().contains(told));
    }

    async fn older_and_newer_pages_keep_what_was_asked(app: TestApp) {
        let root = administrator(&app).await;
        let ada = app.user("ada").await;
        for role in [ChannelRole::Reader, ChannelRole::Publisher].into_iter().cycle().take(120) {
            app.member("pypi", &ada, role).await;
        }
        let first = get(&app, &root, "/admin/activity?person=ada&kind=channel").await.expect(200);
        assert_eq!(first.text().matches("ada became").count(), 50);
        assert!(!first.text().contains("rel=\"prev\""));
        let path = link(first.text(), "next").replace("&#38;", "&").replace("&amp;", "&");
        assert!(path.starts_with("/admin/activity?person=ada&kind=channel&before="), "{path}");
        let second = get(&app, &root, &path).await.expect(200);
        let path = link(second.text(), "next").replace("&#38;", "&").replace("&amp;", "&");
        let third = get(&app, &root, &path).await.expect(200);
        assert_eq!(third.text().matches("ada became").count(), 20);
        assert!(!third.text().contains("rel=\"next\""));
        let path = link(third.text(), "prev").replace("&#38;", "&").replace("&amp;", "&");
        let back = get(&app, &root, &path).await.expect(200);
        assert_eq!(back.text().matches("ada became").count(), 50);
        assert!(back.text().contains("rel=\"prev\"") && back.text().contains("rel=\"next\""));
    }

    async fn json_lines_hold_the_same_events(app: TestApp) {
        let root = administrator(&app).await;
        let ada = app.user_as("ada", "pypi", ChannelRole::Reader).await;
        let export = get(&app, &root, "/admin/activity.jsonl?person=ada").await.expect(200);
        assert_eq!(export.header("content-type"), "application/jsonl");
        assert_eq!(export.header("cache-control"), "no-store");
        let events = lines(&export);
        let tags: Vec<_> = events.iter().map(|event| event["event"].as_str()).collect();
        assert_eq!(tags, [Some("channel:member:add"), Some("instance:user:create")]);
        assert_eq!(events[0]["details"]["user"], ada.id.to_string());
        assert_eq!((&events[0]["channel"], &events[0]["by"]), (&"pypi".into(), &"the operator".into()));
        let ada = app.signed_in(&ada, TimeDelta::zero()).await;
        let own = lines(&get(&app, &ada, "/account/activity.jsonl").await.expect(200));
        assert_eq!(own.len(), 2);
        assert_eq!(own[0]["text"], "You became a reader of the channel pypi.");
        assert!(lines(&get(&app, &ada, "/account/activity.jsonl?channel=main").await.expect(200)).is_empty());
    }

    async fn queries_that_make_no_sense_are_refused_or_find_nothing(app: TestApp) {
        let root = administrator(&app).await;
        for query in ["kind=moon", "before=x", "after=99999999999999999999"] {
            get(&app, &root, &format!("/admin/activity?{query}")).await.expect(400);
        }
        for query in ["person=%00", "channel=%00", "channel=main&project=%00", "person=%3Cscript%3E", "before=-1"] {
            let page = get(&app, &root, &format!("/admin/activity?{query}")).await.expect(200);
            assert!(page.text().contains("There is nothing to show."), "{query}");
            assert!(!page.text().contains("<script>"), "{query}");
        }
    }
}
