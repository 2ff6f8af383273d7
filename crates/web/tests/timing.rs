//! How long an answer takes tells nothing of what is private, as far as the database is asked: for what may not be seen
//! and for what is not there the same statements are run.
//!
//! A program of its own: what the database is asked stands in the log, which all tests of a program share.

use std::time::Duration;

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::{Form, Package, Wheel};
use bonded_testkit::http::Request;
use bonded_testkit::{Engine, TestApp, logs};
use http::Method;

/// Until the database's thread has logged what it did.
const LAG: Duration = Duration::from_millis(30);
/// Other tasks of the server ask the database now and then: that is in some tries, and not in all of them.
const TRIES: usize = 4;

const READS: [&str; 12] = [
    "/CHANNEL/simple/",
    "/CHANNEL/simple/parcel/",
    "/CHANNEL/files/parcel-1.0-py3-none-any.whl",
    "/CHANNEL/pypi/parcel/json",
    "/CHANNEL-conda/noarch/repodata.json",
    "/CHANNEL-conda/noarch/box-1.0-0.conda",
    "/CHANNEL-conda/noarch/box-1.0-0.conda.sigs",
    "/CHANNEL-conda/channeldata.json",
    "/api/bonded/v1/channels/CHANNEL/activity",
    "/api/bonded/v1/channels/CHANNEL/projects/parcel/provenance",
    "/channels/CHANNEL",
    "/projects/CHANNEL/parcel",
];

/// What the database was asked since `begin`, but for the watch over changes.
fn asked_since(begin: usize) -> Vec<String> {
    let text = logs::text()[begin..].to_owned();
    let statements = text.lines().filter_map(|line| {
        let (_, statement) = line.split_once("sqlx::query: ")?;
        Some(statement.split_once(" rows_affected").map_or(statement, |(statement, _)| statement).to_owned())
    });
    let watching = |statement: &String| {
        ["data_version", "changes", "_sqlx_migrations", "SQLx ping"].iter().any(|of| statement.contains(of))
    };
    statements.filter(|statement| !watching(statement)).collect()
}

/// The status of the answer, and what the database was asked for it.
async fn observe(request: impl Fn() -> Request) -> (u16, Vec<String>) {
    // Caches are warm for both.
    let status = request().await.status();
    let mut seen = Vec::new();
    for _ in 0..TRIES {
        tokio::time::sleep(LAG).await;
        let begin = logs::text().len();
        request().await;
        tokio::time::sleep(LAG).await;
        seen.push(asked_since(begin));
    }
    (status, seen.into_iter().min_by_key(Vec::len).unwrap_or_default())
}

async fn populate(app: &TestApp) -> String {
    app.channel("private", ChannelFormat::Python, Visibility::Private).await;
    app.channel("private-conda", ChannelFormat::Conda, Visibility::Private).await;
    let owner = app.user_as("owner", "private", ChannelRole::Publisher).await;
    app.member("private-conda", &owner, ChannelRole::Publisher).await;
    let all = app.token(&owner, Grant::verbs(Verb::ALL)).await;
    for project in ["parcel", "other"] {
        app.upload_wheel("private", &all, &Wheel::new(project, "1.0")).await.expect(200);
    }
    app.upload_conda("private-conda", &all, &Package::noarch("box", "1.0")).await.expect(201);
    let single = app.token(&owner, Grant::verbs(Verb::ALL).project("private", "other")).await;
    app.settle().await;
    single
}

fn upload(app: &TestApp, channel: &str, token: &str, wheel: &Wheel) -> Request {
    app.post(&format!("/{channel}/legacy/")).token(token).form(Form::wheel(wheel).multipart())
}

async fn compare_channels(app: &TestApp, stranger: &str) {
    for path in READS {
        for token in [None, Some(stranger)] {
            let ask = |channel: &'static str| {
                move || {
                    let request = app.request(Method::GET, &path.replace("CHANNEL", channel));
                    match token {
                        Some(token) => request.token(token),
                        None => request,
                    }
                }
            };
            let (private, unknown) = (observe(ask("private")).await, observe(ask("unknown")).await);
            assert_eq!(private, unknown, "{path}, with a token: {}", token.is_some());
        }
    }
    let wheel = Wheel::new("parcel", "2.0");
    let private = observe(|| upload(app, "private", stranger, &wheel)).await;
    let unknown = observe(|| upload(app, "unknown", stranger, &wheel)).await;
    assert_eq!(private, unknown, "an upload");
    let package = Package::noarch("box", "2.0");
    let put = |channel: &str| {
        let request = app.request(Method::PUT, &format!("/{channel}/noarch/{}", package.filename()));
        request.token(stranger).body(package.build())
    };
    let (private, unknown) = (observe(|| put("private-conda")).await, observe(|| put("unknown-conda")).await);
    assert_eq!(private, unknown, "a conda upload");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_costs_as_many_questions_to_the_database_as_what_is_not_there() {
    logs::capture();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::create(engine).await;
        let single = populate(&app).await;
        let stranger = app.user("stranger").await;
        let stranger = app.token(&stranger, Grant::verbs(Verb::ALL)).await;
        compare_channels(&app, &stranger).await;
        // A token for one project learns nothing of the others in its channel.
        let (known, new) = (Wheel::new("parcel", "2.0"), Wheel::new("nothing", "2.0"));
        let private = observe(|| upload(&app, "private", &single, &known)).await;
        let unknown = observe(|| upload(&app, "private", &single, &new)).await;
        assert!(private.0 == 403 && !private.1.is_empty(), "{private:?}");
        assert_eq!(private, unknown, "a project of others");
    }
}
