//! Which page of a channel, a project or a group opens for whom, and that what is private looks like what is not there.
//!
//! What is expected stands in `places/places.table`. The table of all pages (`pages.rs`) has the same routes for a channel
//! that is not there.

mod world;

use std::collections::BTreeSet;

use bonded_model::token::Verb;
use bonded_testkit::app::{Grant, SignedIn};
use bonded_testkit::http::{Answer, Request};
use bonded_testkit::{TestApp, with_app};
use http::Method;

use world::{VISITORS, World};

const TABLE: &str = include_str!("places/places.table");

/// Enough for each form, and nothing that would change anything.
const FORM: &str = "name=no-such-name&kind=user&role=none&who=no%20name&invitation=0190b2c4-0000-7000-8000-000000000000\
                    &version=9.9&reason=&typed=wrong&token=0190b2c4-0000-7000-8000-000000000000&status=none\
                    &create_projects=none&owner=no-such-name&longest_token_life=x&manager=no-such-name&answer=none\
                    &issuer=01900000-0000-7000-8000-000000000001&publisher=0190b2c4-0000-7000-8000-000000000000&reserve=yes\
                    &environment=release";

struct Row {
    method: Method,
    path: String,
    /// `public` or `private`.
    place: String,
    outcomes: Vec<String>,
}

impl Row {
    fn path(&self, channel: &str) -> String {
        // Only conda channels are signed.
        let channel = if self.path.ends_with("/trust") { format!("{channel}-conda") } else { channel.into() };
        let path = self.path.replace("{channel}", &channel).replace("{project}", "acme");
        path.replace("{version}", "1").replace("{name}", "core")
    }
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        let method = words.next().and_then(|word| word.parse().ok()).expect("a method");
        let (path, place) = (words.next().expect("a path"), words.next().expect("a place"));
        let outcomes: Vec<_> = words.collect();
        assert_eq!(outcomes.len(), VISITORS.len(), "{line}");
        Row { method, path, place, outcomes }
    };
    lines.map(row).collect()
}

fn outcome(answer: &Answer) -> String {
    match answer.status() {
        303 if answer.header("location").starts_with("/account/proof?") => "proof".to_owned(),
        303 if answer.header("location").starts_with("/login?") => "login".to_owned(),
        303 => "gone-on".to_owned(),
        status => status.to_string(),
    }
}

fn asked(app: &TestApp, method: &Method, path: &str, browser: &SignedIn) -> Request {
    let request = app.request(method.clone(), path).header("cookie", &browser.cookie());
    if *method == Method::GET {
        return request;
    }
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("csrf={}&{FORM}", browser.csrf()))
}

#[test]
fn every_page_of_a_place_has_rows() {
    let pages: BTreeSet<String> = bonded_web::page_routes()
        .into_iter()
        .filter(|(_, path)| path.contains("{channel}") || path.starts_with("/groups"))
        .filter(|(_, path)| !path.starts_with("/admin"))
        .flat_map(|(method, path)| {
            // A group is in no channel.
            let places: &[&str] = if path.contains("{channel}") { &["public", "private"] } else { &["-"] };
            places.iter().map(move |place| format!("{method} {path} {place}")).collect::<Vec<_>>()
        })
        .collect();
    let rows: BTreeSet<String> =
        rows().iter().map(|row| format!("{} {} {}", row.method, row.path, row.place)).collect();
    let missing: Vec<_> = pages.difference(&rows).collect();
    assert!(missing.is_empty(), "without rows: {missing:#?}");
}

with_app! {
    async fn every_visitor_of_a_place_gets_what_the_table_says(app: TestApp) {
        let world = World::new(&app).await;
        let mut wrong = Vec::new();
        for row in rows() {
            let path = row.path(&row.place);
            let mut outcomes = Vec::new();
            for visitor in VISITORS {
                let answer = asked(&app, &row.method, &path, world.browser(visitor)).await;
                outcomes.push(outcome(&answer));
            }
            if outcomes != row.outcomes {
                let columns: String = outcomes.iter().map(|outcome| format!(" {outcome:<10}")).collect();
                let page = format!("{} {}", row.method, row.path);
                wrong.push(format!("{page:<62} {:<8}{}", row.place, columns.trim_end()));
            }
        }
        assert!(wrong.is_empty(), "these rows are different:\n{}", wrong.join("\n"));
    }

    async fn no_token_opens_a_page_of_a_place(app: TestApp) {
        let world = World::new(&app).await;
        let instance = app.registry.user_named(&app.operator(), "instance").await.expect("the account");
        let writing = app.token(&instance, Grant::verbs(Verb::ALL)).await;
        let reading = app.token(&instance, Grant::verbs(&[Verb::Read])).await;
        for row in rows() {
            let (path, nobody) = (row.path(&row.place), world.browser("nobody"));
            let answer = asked(&app, &row.method, &path, nobody).token(&writing).await;
            assert_eq!(outcome(&answer), row.outcomes[0], "in a header: {} {path}", row.method);
            // Nothing is changed by a token in a path, and one that can do more than read opens nothing there.
            let read = if row.method == Method::GET { row.outcomes[0].as_str() } else { "403" };
            for (token, expected) in [(&writing, "403"), (&reading, read)] {
                let answer = asked(&app, &row.method, &format!("/t/{token}{path}"), nobody).await;
                assert_eq!(outcome(&answer), expected, "in the path: {} {path}", row.method);
            }
        }
    }

    async fn a_private_place_looks_like_one_that_is_not_there(app: TestApp) {
        let world = World::new(&app).await;
        for row in rows().into_iter().filter(|row| row.path.contains("{channel}") && row.place == "private") {
            for visitor in ["nobody", "outsider", "removed", "left", "suspended"] {
                let browser = world.browser(visitor);
                let hidden = asked(&app, &row.method, &row.path("private"), browser).await;
                let unknown = asked(&app, &row.method, &row.path("unknown"), browser).await;
                let place = format!("{} {} for {visitor}", row.method, row.path);
                assert_eq!(hidden.status(), unknown.status(), "{place}");
                assert_eq!(hidden.text().replace("private", "unknown"), unknown.text(), "{place}");
                let headers = |answer: &Answer| {
                    let mut headers = answer.lasting_headers();
                    headers.iter_mut().for_each(|(_, value)| *value = value.replace("private", "unknown"));
                    headers
                };
                assert_eq!(headers(&hidden), headers(&unknown), "{place}");
            }
        }
    }

    async fn lists_and_searches_tell_nothing_of_private_places(app: TestApp) {
        let world = World::new(&app).await;
        for visitor in ["nobody", "outsider"] {
            let browser = world.browser(visitor);
            for path in ["/", "/channels", "/search?q=hush", "/search?q=hush&channel=private", "/search?q=acme"] {
                let answer = asked(&app, &Method::GET, path, browser).await.expect(200);
                let told = answer.text().replace("value=\"hush\"", "");
                assert!(!told.contains("hush") && !told.contains("/private"), "{path} for {visitor}");
            }
        }
        let answer = asked(&app, &Method::GET, "/search?q=hush", world.browser("reader")).await.expect(200);
        assert!(answer.text().contains("/projects/private/hush"));
    }

    async fn a_group_is_nothing_to_those_outside(app: TestApp) {
        let world = World::new(&app).await;
        for (visitor, status) in [("member", 200), ("instance", 200), ("owner", 404), ("outsider", 404), ("left", 404)] {
            let answer = asked(&app, &Method::GET, "/groups/core", world.browser(visitor)).await.expect(status);
            if status == 404 {
                let unknown = asked(&app, &Method::GET, "/groups/none", world.browser(visitor)).await;
                assert_eq!(answer.text(), unknown.text());
            }
        }
    }

    async fn a_project_is_found_by_any_spelling_and_version(app: TestApp) {
        let world = World::new(&app).await;
        let browser = world.browser("nobody");
        for (path, canonical) in [
            ("/projects/public/Acme", "/projects/public/acme"),
            ("/projects/public/acme/releases/1.0", "/projects/public/acme/releases/1"),
        ] {
            let answer = asked(&app, &Method::GET, path, browser).await.expect(303);
            assert_eq!(answer.header("location"), canonical);
        }
        asked(&app, &Method::GET, "/projects/public/acme/releases/2.0", browser).await.expect(404);
        asked(&app, &Method::GET, "/projects/public/none", browser).await.expect(404);
    }

    async fn who_published_is_told_to_those_who_look_after_the_project(app: TestApp) {
        let world = World::new(&app).await;
        for (visitor, told) in [("nobody", false), ("reader", false), ("maintainer", true), ("admin", true)] {
            let browser = world.browser(visitor);
            let answer = asked(&app, &Method::GET, "/projects/public/acme", browser).await.expect(200);
            assert_eq!(answer.text().contains("by owner, with a token"), told, "{visitor}");
        }
    }
}
