//! Requests that come to a halt between their headers and their body, while rights go.

use bonded_model::token::{ApiToken, Verb};
use bonded_model::user::ChannelRole;
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::{Form, Package, Wheel};
use bonded_testkit::http::Multipart;
use bonded_testkit::{TestApp, with_app};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const TOKENS: &str = "/api/bonded/v1/tokens";
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Sends the headers, waits until the server asks for the body, which it does once it knows whose it is, and sends the body
/// after `meanwhile`. The status of the answer.
async fn stalled(app: &TestApp, path: &str, token: &str, form: Multipart, meanwhile: impl Future) -> u16 {
    let kind = form.content_type();
    sent_late(app, path, token, (kind, form.into_bytes()), meanwhile).await
}

async fn sent_late(
    app: &TestApp,
    path: &str,
    token: &str,
    (kind, body): (&str, Vec<u8>),
    meanwhile: impl Future,
) -> u16 {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        app.address(),
        body.len(),
    );
    let mut stream = TcpStream::connect(app.address()).await.expect("the app accepts connections");
    stream.write_all(head.as_bytes()).await.expect("the headers are sent");
    let mut asked = [0; CONTINUE.len()];
    stream.read_exact(&mut asked).await.expect("the server asks for the body");
    assert_eq!(asked, CONTINUE);
    meanwhile.await;
    stream.write_all(&body).await.expect("the body is sent");
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.expect("an answer");
    String::from_utf8_lossy(&status[9..]).parse().expect("a status")
}

fn wheel() -> Multipart {
    Form::wheel(&Wheel::new("parcel", "1.0")).multipart()
}

fn package() -> Multipart {
    let package = Package::noarch("parcel", "1.0");
    Multipart::new().file("file", &package.filename(), &package.build())
}

/// Whether the status of both formats' uploads is a success, when `meanwhile` is done to the person and their token.
async fn tried(app: &TestApp, meanwhile: impl AsyncFn(&TestApp, Tried)) -> [bool; 2] {
    let mut done = [false; 2];
    for (at, (channel, path, form)) in
        [("pypi", "/pypi/legacy/", wheel()), ("main", "/api/v1/upload/main", package())]
            .into_iter()
            .enumerate()
    {
        let user = app.user_as(&format!("ada{at}"), channel, ChannelRole::Publisher).await;
        let issued = app.issue(&user, Grant::verbs(&[Verb::Publish])).await;
        let secret = issued.secret.expose().to_owned();
        let tried = Tried { user, token: issued.token.id, channel };
        let status = stalled(app, path, &secret, form, meanwhile(app, tried)).await;
        done[at] = (200..300).contains(&status);
    }
    done
}

struct Tried {
    user: bonded_model::user::User,
    token: bonded_model::ids::TokenId,
    channel: &'static str,
}

with_app! {
    async fn an_upload_that_only_waits_is_taken(app: TestApp) {
        assert_eq!(tried(&app, async |_, _| ()).await, [true; 2]);
    }

    async fn a_token_that_is_revoked_before_its_file_comes_publishes_nothing(app: TestApp) {
        let revoked = async |app: &TestApp, tried: Tried| {
            app.registry.revoke_token(&app.operator(), tried.token).await.expect("it is revoked");
        };
        assert_eq!(tried(&app, revoked).await, [false; 2]);
        assert_eq!(app.counts().await.files, 0);
    }

    // The request was opened before "Replace the secret now"; its body comes afterwards, and asks for a secret.
    async fn a_secret_that_was_replaced_takes_nothing_back(app: TestApp) {
        let ada = app.user("ada").await;
        let grant = || Grant::verbs(&[Verb::Read, Verb::Manage]);
        let other = app.issue(&ada, Grant::verbs(&[Verb::Read])).await;
        for path in ["", "/self/rotate", "/other/rotate"] {
            let issued = app.issue(&ada, grant()).await;
            let path = path.replace("self", &issued.token.id.to_string());
            let path = format!("{TOKENS}{}", path.replace("other", &other.token.id.to_string()));
            let body = if path == TOKENS { r#"{"name":"mine","verbs":["read"]}"# } else { "{}" };
            let replaced = async {
                let (now, random) = (app.now(), &app.registry.random);
                let (token, hash) = (issued.token.clone(), ApiToken::generate(random).hash());
                let write = app.registry.store.write(move |tx| {
                    Box::pin(async move { tx.rotate_token(&token, &hash, now, now).await })
                });
                assert!(write.await.expect("it is replaced"));
            };
            let body = ("application/json", body.as_bytes().to_vec());
            let status = sent_late(&app, &path, issued.secret.expose(), body, replaced).await;
            assert_eq!(status, 401, "{path}");
        }
        app.get("/pypi/simple/").token(other.secret.expose()).await.expect(200);
    }

    async fn a_role_that_is_lost_before_the_file_comes_publishes_nothing(app: TestApp) {
        let removed = async |app: &TestApp, tried: Tried| {
            let channel = app.registry.channel_named(&app.operator(), tried.channel).await.expect("it is there");
            app.registry.remove_member(&app.operator(), &channel, &tried.user).await.expect("it was a member");
        };
        assert_eq!(tried(&app, removed).await, [false; 2]);
        assert_eq!(app.counts().await.files, 0);
    }
}
