use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bonded_model::publishing::{Issuer, Provider};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::testing::{TestKey, issuer, jwks};

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// A server on this machine that gives an answer for each path, and counts who connects.
struct Server {
    url: String,
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// `answers` knows the server's own URL.
    async fn start(answers: impl FnOnce(&str) -> Vec<(&'static str, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let answers: Arc<HashMap<_, _>> = Arc::new(answers(&url).into_iter().collect());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let answers = answers.clone();
                tokio::spawn(async move {
                    let mut request = vec![0; 4096];
                    let length = stream.read(&mut request).await.unwrap_or_default();
                    let request = String::from_utf8_lossy(&request[..length]).into_owned();
                    let path = request.split(' ').nth(1).unwrap_or_default();
                    let answer = answers.get(path).cloned().unwrap_or_else(|| status("404 Not Found", "{}"));
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { url, port, connections }
    }

    /// An issuer whose document names `jwks_uri`, and whose keys are at `/jwks`.
    async fn issuer(jwks_uri: Option<&str>) -> Self {
        let jwks_uri = jwks_uri.map(str::to_owned);
        Self::start(|url| {
            let document =
                json!({"issuer": url, "jwks_uri": jwks_uri.unwrap_or_else(|| format!("{url}/jwks"))});
            vec![(DISCOVERY, ok(&document.to_string())), ("/jwks", ok(&jwks(&[&TestKey::rsa("k1")])))]
        })
        .await
    }

    fn private(&self) -> Issuer {
        Issuer { private_network: true, ..issuer(Provider::GitHub, &self.url) }
    }
}

fn ok(body: &str) -> String {
    status("200 OK", body)
}

fn status(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn fetcher() -> Fetcher {
    Fetcher::new(None).unwrap()
}

async fn refused(issuer: &Issuer) -> String {
    match fetcher().keys(issuer).await {
        Ok(_) => panic!("{} was asked", issuer.url),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn the_keys_are_where_the_document_says() {
    let server = Server::issuer(None).await;
    let fetched = fetcher().keys(&server.private()).await.unwrap();
    assert!(fetched.keys.contains("k1"));
    assert_eq!(crate::Keys::parse(&fetched.text).unwrap(), fetched.keys);
}

#[tokio::test]
async fn ssrf_by_the_issuers_url() {
    let server = Server::issuer(None).await;
    for url in [
        server.url.clone(),
        format!("https://127.0.0.1:{}", server.port),
        format!("https://localhost:{}", server.port),
        format!("https://2130706433:{}", server.port),
        format!("https://0x7f.1:{}", server.port),
        format!("https://[::1]:{}", server.port),
        format!("https://[::ffff:127.0.0.1]:{}", server.port),
        "https://169.254.169.254".to_owned(),
        "https://10.0.0.1".to_owned(),
        "https://user:secret@issuer.example".to_owned(),
        "file:///etc/passwd".to_owned(),
        "gopher://issuer.example".to_owned(),
    ] {
        refused(&issuer(Provider::Other, &url)).await;
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 0, "nobody was asked");
}

#[tokio::test]
async fn ssrf_by_the_address_of_the_keys() {
    for uri in [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "http://8.8.8.8/jwks",
        "file:///etc/passwd",
        "/jwks",
    ] {
        let server = Server::issuer(Some(uri)).await;
        assert!(refused(&server.private()).await.contains("is not asked"), "{uri}");
    }
}

#[tokio::test]
async fn a_private_issuer_is_not_asked_at_public_addresses_without_tls() {
    let issuer = Issuer { private_network: true, ..issuer(Provider::Other, "http://93.184.216.34") };
    assert!(refused(&issuer).await.contains("without TLS"));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = Server::issuer(None).await;
    let to = format!("302 Found\r\nLocation: {}{DISCOVERY}", target.url);
    let server = Server::start(|_| vec![(DISCOVERY, status(&to, ""))]).await;
    assert!(refused(&server.private()).await.contains("302"));
    assert_eq!(target.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_document_of_another_issuer() {
    let document =
        json!({"issuer": "https://other.example", "jwks_uri": "https://other.example/jwks"}).to_string();
    let server = Server::start(|_| vec![(DISCOVERY, ok(&document))]).await;
    assert!(refused(&server.private()).await.contains("https://other.example"));
}

#[tokio::test]
async fn issuers_that_answer_with_something_else() {
    for (answer, text) in [
        (status("500 Internal Server Error", "{}"), "500"),
        (ok("<html>"), "no discovery document"),
        (ok("{}"), "no discovery document"),
        (ok(&"x".repeat(1024 * 1024 + 1)), "more than 1 MiB"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\u{ff}".replace('\u{ff}', "\u{80}"), "discovery"),
    ] {
        let server = Server::start(|_| vec![(DISCOVERY, answer)]).await;
        let error = refused(&server.private()).await;
        assert!(error.contains(text), "{error}");
    }
    for body in [r#"{"keys": []}"#, "{}", ""] {
        let server = Server::start(|url| {
            let document = json!({"issuer": url, "jwks_uri": format!("{url}/keys")}).to_string();
            vec![(DISCOVERY, ok(&document)), ("/keys", ok(body))]
        });
        refused(&server.await.private()).await;
    }
}

#[tokio::test]
async fn an_issuer_that_never_answers_is_given_up_after_five_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let started = Instant::now();
    refused(&Issuer { private_network: true, ..issuer(Provider::Other, &url) }).await;
    assert!(started.elapsed() >= Duration::from_secs(4) && started.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn owners_are_looked_up_where_the_issuer_has_its_accounts() {
    let account = json!({"login": "Acme", "id": 65, "type": "Organization"}).to_string();
    let server = Server::start(|_| {
        vec![
            ("/api/v3/users/acme", ok(&account)),
            ("/api/v3/users/renamed", ok(&account)),
            ("/api/v3/users/often", status("403 Forbidden", "{}")),
            ("/api/v3/users/odd", ok("[]")),
        ]
    })
    .await;
    let issuer = Issuer { url: format!("{}/_services/token", server.url), ..server.private() };
    let (fetcher, issuer) = (fetcher(), &issuer);
    let owner = fetcher.owner(issuer, "acme").await.unwrap();
    assert_eq!(owner, Owner { id: "65".into(), name: "Acme".into() });
    assert!(matches!(fetcher.owner(issuer, "nobody").await, Err(OwnerError::Unknown(_))));
    assert!(matches!(fetcher.owner(issuer, "renamed").await, Err(OwnerError::Unknown(_))));
    assert!(matches!(fetcher.owner(issuer, "often").await, Err(OwnerError::RateLimited)));
    assert!(matches!(fetcher.owner(issuer, "odd").await, Err(OwnerError::Answer)));
    for name in ["", "../users/acme", "acme?x", "a/b", "a%2fb"] {
        assert!(matches!(fetcher.owner(issuer, name).await, Err(OwnerError::Name(_))), "{name}");
    }
    let gone = Issuer { url: "http://127.0.0.1:1".into(), ..issuer.clone() };
    assert!(matches!(fetcher.owner(&gone, "acme").await, Err(OwnerError::Unreachable(_))));
}

#[test]
fn urls_that_no_issuer_has() {
    assert!(check_issuer("https://token.actions.githubusercontent.com", false).is_ok());
    assert!(check_issuer("https://git.example:8443/gitlab", false).is_ok());
    assert!(check_issuer("http://gitlab.internal", true).is_ok());
    for url in [
        "",
        "issuer.example",
        "http://issuer.example",
        "https://issuer.example?x=1",
        "https://issuer.example#x",
        "https://10.0.0.1",
        " https://issuer.example",
        "https://issuer.example/a b",
    ] {
        assert!(check_issuer(url, false).is_err(), "{url}");
    }
    assert!(check_issuer("http://8.8.8.8", true).is_err());
    assert!(check_issuer("https://169.254.169.254", true).is_err());
}
