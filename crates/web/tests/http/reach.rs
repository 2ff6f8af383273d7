//! Behind a reverse proxy: path prefixes and client addresses. And paths that lead nowhere.

use bonded_model::token::{Token, Verb};
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::{Grant, Setup};
use bonded_testkit::fixtures::Wheel;
use bonded_testkit::{Engine, TestApp, with_app};
use bonded_web::Reach;

async fn behind(trusted: &str) -> TestApp {
    let reach = Reach {
        prefix: "/registry".into(),
        by_tls: false,
        trusted_proxies: vec![trusted.parse().expect("a network")],
    };
    TestApp::with(Engine::Sqlite, Setup { reach, ..Setup::default() }).await
}

/// The address that the last event of the audit log names.
async fn recorded_address(app: &TestApp) -> Option<String> {
    let rows = app.registry.audit(&app.operator(), 0, 1_000).await.expect("the audit log");
    rows.last().and_then(|row| row.address.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_prefix_works_everywhere() {
    let app = behind("127.0.0.1/32").await;
    let token = app.publisher("pypi").await;
    app.upload_wheel("registry/pypi", &token, &Wheel::new("parcel", "1.0")).await.expect(200);
    for path in [
        "/registry/pypi/simple/parcel/",
        "/pypi/simple/parcel/",
        "/registry/simple/",
        "/registry/",
        "/registry",
    ] {
        app.get(path).await.expect(200);
    }
    let redirect = app.get("/registry/pypi/simple/Parcel/").await.expect(301);
    assert_eq!(redirect.header("location"), "../parcel/", "relative, so the prefix stays");
    let document = app.get("/registry/pypi/pypi/parcel/json").await.expect(200).json();
    let url = format!("{}/pypi/files/parcel-1.0-py3-none-any.whl", app.base_url());
    assert_eq!(document["urls"][0]["url"], url.as_str());
    app.get("/registryx/pypi/simple/").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_that_came_by_tls_are_told_to_come_by_it_again() {
    for (by_tls, told) in [(true, "max-age=15768000"), (false, "")] {
        let reach = Reach { by_tls, ..Reach::default() };
        let app = TestApp::with(Engine::Sqlite, Setup { reach, ..Setup::default() }).await;
        for path in ["/", "/login", "/pypi/simple/", "/nothing"] {
            assert_eq!(app.get(path).await.header("strict-transport-security"), told, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_stand_before_the_prefix_or_behind_it() {
    let app = behind("127.0.0.1/32").await;
    app.channel("inner", ChannelFormat::Conda, Visibility::Private).await;
    let reader = app.user_as("rita", "inner", ChannelRole::Reader).await;
    let token = app.token(&reader, Grant::verbs(&[Verb::Read])).await;
    for start in ["/t/TOKEN/registry", "/registry/t/TOKEN", "/conda/t/TOKEN/registry", "/t/TOKEN"] {
        let path = format!("{}/inner/noarch/repodata.json", start.replace("TOKEN", &token));
        app.get(&path).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarded_addresses_are_believed_of_trusted_proxies_alone() {
    for (trusted, recorded) in [("127.0.0.1/32", "192.0.2.7"), ("192.0.2.0/24", "127.0.0.1")] {
        let app = behind(trusted).await;
        let token = app.publisher("pypi").await;
        let upload = app.upload_wheel("pypi", &token, &Wheel::new("parcel", "1.0"));
        upload.header("x-forwarded-for", "198.51.100.1, 192.0.2.7").await.expect(200);
        assert_eq!(recorded_address(&app).await.as_deref(), Some(recorded), "{trusted}");
    }
}

/// A token that works from the proxy's own network alone is of no use to who hides behind a header that cannot be read.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_read_is_in_no_network() {
    let app = behind("127.0.0.1/32").await;
    app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
    let rita = app.user_as("rita", "inner", ChannelRole::Reader).await;
    let issued = app.issue(&rita, Grant::verbs(&[Verb::Read])).await;
    let token = Token { networks: "127.0.0.1,192.0.2.0/24".parse().expect("networks"), ..issued.token };
    let write = app.registry.store.write(move |tx| Box::pin(async move { tx.change_token(&token).await }));
    assert!(write.await.expect("it is narrowed"));
    let page = || app.get("/inner/simple/").token(issued.secret.expose());
    page().await.expect(200);
    for (forwarded, status) in [
        ("192.0.2.7", 200),
        ("198.51.100.7", 401),
        ("nonsense", 401),
        ("198.51.100.7, x", 401),
        ("192.0.2.7:80", 200),
    ] {
        assert_eq!(page().header("x-forwarded-for", forwarded).await.status(), status, "{forwarded}");
    }
}

with_app! {
    async fn paths_that_lead_nowhere_are_not_found(app: TestApp) {
        for path in [
            "/main/noarch/..%2f..%2finstance.key",
            "/main/noarch/%2e%2e/%2e%2e/instance.key",
            "/main/..%2f..%2f/repodata.json",
            "/main/noarch/%00",
            "/main/noarch/%ff%fe",
            "/pypi/simple/%ff/",
            "/pypi/simple/..%2f/",
            "/pypi/files/..%2f..%2fbonded.db",
            "/pypi/files/%00.whl",
            "/pypi/pypi/..%2f/json",
            &format!("/pypi/simple/{}/", "a".repeat(5_000)),
            &format!("/pypi/files/{}.whl", "a".repeat(5_000)),
            "/main/noarch/p-1.0-0.conda/",
            "/nothing/at/all/here/there",
            "/account/",
        ] {
            let answer = app.get(path).await;
            assert!([400, 404].contains(&answer.status()), "{path}: {}", answer.status());
            assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
    }

    async fn a_method_that_a_path_does_not_take_is_refused_as_such(app: TestApp) {
        for (method, path) in [
            (http::Method::POST, "/pypi/simple/"),
            (http::Method::GET, "/pypi/legacy/"),
            (http::Method::DELETE, "/main/noarch/repodata.json"),
            (http::Method::PATCH, "/"),
        ] {
            let answer = app.request(method, path).await.expect(405);
            assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
            assert!(!answer.header("allow").is_empty(), "{path}");
        }
    }

    async fn browsers_get_a_page_that_can_do_nothing_but_its_own_script(app: TestApp) {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (path, status) in [("/", 200), ("/nothing", 404), ("/pypi/simple/%3Cscript%3E/", 404)] {
            let answer = app.get(path).header("accept", browser).await.expect(status);
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
            let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
            let nonce = nonce.expect("a nonce");
            let text = answer.text();
            for script in text.split("<script").skip(1) {
                let (tag, _) = script.split_once('>').expect("the end of the tag");
                assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
            }
            assert!(!text.contains("<script>"), "what was asked for must not become part of the page");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("x-frame-options"), "DENY");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
        }
        assert!(app.get("/").await.text().contains("/pypi/simple/"));
    }

    async fn private_channels_are_not_on_the_start_page(app: TestApp) {
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let token = app.publisher("inner").await;
        assert!(!app.get("/").token(&token).await.text().contains("inner"));
    }

    async fn load_balancers_learn_that_all_is_well(app: TestApp) {
        assert_eq!(app.get("/health").await.expect(200).text(), "ok\n");
        assert_eq!(app.get("/ready").await.expect(200).text(), "ready\n");
    }
}
