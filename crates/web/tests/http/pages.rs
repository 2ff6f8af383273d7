//! Which page opens for whom: every page, asked for by every kind of visitor.
//!
//! What is expected stands in `pages/pages.table`. A page without a row fails the test, and so does a row without a
//! page.

use std::collections::BTreeSet;

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_testkit::app::{Grant, SignedIn};
use bonded_testkit::http::{Answer, Request};
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;
use http::Method;

const TABLE: &str = include_str!("pages/pages.table");

/// The kinds of visitors, in the order of the table's columns.
const VISITORS: [&str; 7] = ["nobody", "unverified", "fenced", "member", "stale", "admin", "stale-admin"];

/// Enough for each form, and nothing that would change anything.
const FORM: &str = "name=no-such-name&email=nobody&password=wrong&display_name=Ada&code=000000&credential=%7B%7D\
                    &next=%2Faccount&key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&account=no-such-name\
                    &current_password=wrong&new_password=wrong&second_factor=publishers&channel=none&enabled=yes\
                    &issuer=01900000-0000-7000-8000-000000000001&publisher=0190b2c4-0000-7000-8000-000000000000\
                    &environment=release&url=nowhere&provider=github&algorithm=RS256";

#[derive(Clone)]
struct Row {
    method: Method,
    path: String,
    outcomes: Vec<String>,
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        let method = words.next().and_then(|word| word.parse().ok()).expect("a method");
        let path = words.next().expect("a path");
        let outcomes: Vec<_> = words.collect();
        assert_eq!(outcomes.len(), VISITORS.len(), "{line}");
        Row { method, path, outcomes }
    };
    lines.map(row).collect()
}

/// The status, or where the visitor is sent.
fn outcome(answer: &Answer) -> String {
    match answer.status() {
        303 => {
            let path = answer.header("location");
            path.split('?').next().unwrap_or_default().to_owned()
        }
        status => status.to_string(),
    }
}

/// A visitor of this kind in a browser of its own, so that no request ends another one's session.
async fn visitor(app: &TestApp, kind: &str) -> SignedIn {
    let user = app.registry.user_named(&app.operator(), kind).await;
    let ago = if kind.starts_with("stale") { TimeDelta::minutes(16) } else { TimeDelta::zero() };
    match user {
        Ok(user) => app.signed_in(&user, ago).await,
        Err(_) => SignedIn::nobody(app),
    }
}

async fn populate(app: &TestApp) {
    let unverified = app.user("unverified").await;
    app.unverify(&unverified).await;
    app.user_as("fenced", "pypi", ChannelRole::Publisher).await;
    app.user("member").await;
    app.user("stale").await;
    for admin in ["admin", "stale-admin"] {
        let admin = app.admin(admin).await;
        app.secure(&admin).await;
    }
    // Whom administrators look after in the meantime.
    app.user("other").await;
}

fn request(app: &TestApp, row: &Row, browser: &SignedIn) -> Request {
    let path = row.path.replace("{id}", "0190b2c4-0000-7000-8000-000000000000").replace("{name}", "other");
    let path = path.replace("{version}", "1.0").replace("{project}", "no-such-project");
    let path = path.replace("{channel}", "no-such-channel").replace("{file}", "none.css");
    let request = app.request(row.method.clone(), &path).header("cookie", &browser.cookie());
    request.header("accept", "text/html,application/xhtml+xml")
}

fn posted(request: Request, csrf: &str) -> Request {
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-csrf-token", csrf)
        .body(format!("csrf={csrf}&{FORM}"))
}

/// The answer, to a form with the right token where the page takes one.
async fn sent(request: Request, row: &Row, browser: &SignedIn) -> Answer {
    match row.method {
        Method::POST => posted(request, &browser.csrf()).await,
        _ => request.await,
    }
}

async fn token_of_the_administrator(app: &TestApp, verbs: &[Verb]) -> String {
    let admin = app.registry.user_named(&app.operator(), "admin").await.expect("the account");
    app.token(&admin, Grant::verbs(verbs)).await
}

#[test]
fn every_page_has_a_row_and_every_row_a_page() {
    let named = |(method, path): (Method, &str)| format!("{method} {path}");
    let pages: BTreeSet<_> = bonded_web::page_routes().into_iter().map(named).collect();
    let rows: BTreeSet<_> = rows().iter().map(|row| named((row.method.clone(), &row.path))).collect();
    let missing: Vec<_> = pages.difference(&rows).collect();
    let unknown: Vec<_> = rows.difference(&pages).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "without rows: {missing:#?}; without a page: {unknown:#?}"
    );
}

with_app! {
    async fn every_visitor_gets_what_the_table_says(app: TestApp) {
        populate(&app).await;
        let mut wrong = Vec::new();
        for row in rows() {
            // Limits are not what is asked here. Recoveries, which have rows below /admin, take a day.
            if !row.path.starts_with("/admin") {
                app.advance(TimeDelta::hours(25));
            }
            let mut outcomes = Vec::new();
            for kind in VISITORS {
                let browser = visitor(&app, kind).await;
                let request = request(&app, &row, &browser);
                outcomes.push(outcome(&sent(request, &row, &browser).await));
            }
            if outcomes != row.outcomes {
                let columns: String = outcomes.iter().map(|outcome| format!(" {outcome:<24}")).collect();
                wrong.push(format!("{:<4} {:<40}{}", row.method, row.path, columns.trim_end()));
            }
        }
        assert!(wrong.is_empty(), "these rows are different:\n{}", wrong.join("\n"));
    }

    async fn forged_forms_are_refused_everywhere(app: TestApp) {
        populate(&app).await;
        for row in rows().into_iter().filter(|row| row.method == Method::POST) {
            let (browser, other) = (visitor(&app, "admin").await, visitor(&app, "admin").await);
            let missing = request(&app, &row, &browser)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(FORM);
            missing.await.expect(403);
            posted(request(&app, &row, &browser), &other.csrf()).await.expect(403);
            let cross_site = request(&app, &row, &browser).header("sec-fetch-site", "cross-site");
            posted(cross_site, &browser.csrf()).await.expect(403);
            let same_site = request(&app, &row, &browser).header("sec-fetch-site", "same-site");
            posted(same_site, &browser.csrf()).await.expect(403);
            let foreign = request(&app, &row, &browser).header("origin", "https://evil.example");
            posted(foreign, &browser.csrf()).await.expect(403);
            let opaque = request(&app, &row, &browser).header("origin", "null");
            posted(opaque, &browser.csrf()).await.expect(403);
        }
    }

    async fn a_token_in_a_header_opens_no_page(app: TestApp) {
        populate(&app).await;
        let token = token_of_the_administrator(&app, Verb::ALL).await;
        for row in rows() {
            app.advance(TimeDelta::hours(25));
            let browser = SignedIn::nobody(&app);
            for request in [request(&app, &row, &browser).token(&token), request(&app, &row, &browser).header("x-api-key", &token)] {
                let answer = sent(request, &row, &browser).await;
                assert_eq!(outcome(&answer), row.outcomes[0], "{} {}", row.method, row.path);
            }
        }
    }

    async fn a_token_in_the_path_opens_no_page_and_is_refused_where_it_can_do_more_than_read(app: TestApp) {
        populate(&app).await;
        let writing = token_of_the_administrator(&app, Verb::ALL).await;
        let reading = token_of_the_administrator(&app, &[Verb::Read]).await;
        for row in rows() {
            app.advance(TimeDelta::hours(25));
            let browser = SignedIn::nobody(&app);
            for (token, expected) in [(&writing, "403"), (&reading, row.outcomes[0].as_str())] {
                // Nothing is changed by a token in a path.
                let expected = if row.method == Method::GET { expected } else { "403" };
                let below = Row { path: format!("/t/{token}{}", row.path), ..row.clone() };
                let answer = sent(request(&app, &below, &browser), &row, &browser).await;
                assert_eq!(outcome(&answer), expected, "{} {}", row.method, row.path);
                assert!(!answer.text().contains(&token[7..]), "{} {}", row.method, row.path);
            }
        }
    }

    async fn a_token_in_a_query_is_not_repeated_to_who_must_sign_in_first(app: TestApp) {
        let token = app.publisher("pypi").await;
        let escaped: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for query in [format!("token={token}"), format!("a=b&c=https://x:{token}@host"), escaped] {
            let answer = app.get(&format!("/account/tokens?{query}")).await.expect(303);
            assert_eq!(answer.header("location"), "/login?next=%2Faccount", "{query}");
        }
        let answer = app.get("/account/tokens?done=token-revoked").await.expect(303);
        assert_eq!(answer.header("location"), "/login?next=%2Faccount%2Ftokens%3Fdone%3Dtoken%2Drevoked");
    }

    async fn pages_of_people_are_kept_by_nobody(app: TestApp) {
        populate(&app).await;
        let browser = visitor(&app, "member").await;
        for path in ["/account", "/account/security", "/account/emails", "/login", "/account/new"] {
            let answer = app.get(path).header("cookie", &browser.cookie()).await;
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
}
