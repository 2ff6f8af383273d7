//! An issuer of identity tokens that behaves like GitHub's, on a loopback socket.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bonded_model::Timestamp;
use bonded_model::publishing::{Algorithm, Issuer, Provider};
use bonded_oidc::testing::{TestKey, github, jwks};
use bonded_registry::publishers::NewIssuer;
use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::TestApp;

pub use bonded_oidc::PublisherConfig;
pub use bonded_oidc::testing::{activestate, buildkite, circleci, forgejo, gitlab, google, with};

/// How an issuer answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behaviour {
    /// As it should.
    Good,
    /// With 500.
    Down,
    /// With its discovery document, and with 500 where the keys are.
    KeysDown,
    /// A little later.
    Slow,
    /// With a key set that has no keys.
    NoKeys,
    /// With a discovery document that does not say where the keys are.
    NoJwksUri,
    /// With the discovery document of another issuer.
    AnotherIssuer,
}

/// A running issuer. It stops with the test.
pub struct TestIssuer {
    url: String,
    state: Arc<State>,
}

struct State {
    url: String,
    key: Mutex<TestKey>,
    behaviour: Mutex<Behaviour>,
    asked: AtomicUsize,
    looked_up: AtomicUsize,
    tokens: AtomicUsize,
}

#[expect(clippy::missing_panics_doc, reason = "tests end when their issuer cannot be started")]
impl TestIssuer {
    /// Starts one, with one RSA key.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound address"));
        let state = Arc::new(State {
            url: url.clone(),
            key: Mutex::new(TestKey::rsa("first")),
            behaviour: Mutex::new(Behaviour::Good),
            asked: AtomicUsize::new(0),
            looked_up: AtomicUsize::new(0),
            tokens: AtomicUsize::new(0),
        });
        tokio::spawn(run(listener, Arc::clone(&state)));
        Self { url, state }
    }

    /// The claim `iss` of its tokens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often its keys were asked for.
    pub fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }

    /// How often it was asked for an account. It knows `acme` alone.
    pub fn looked_up(&self) -> usize {
        self.state.looked_up.load(Ordering::SeqCst)
    }

    /// Answers so from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *locked(&self.state.behaviour) = behaviour;
    }

    /// Signs with another key from now on, and has no other.
    pub fn rotate(&self) {
        *locked(&self.state.key) = TestKey::other_rsa("second");
    }

    /// The claims of a job of GitHub Actions, each time with another `jti`.
    pub fn claims(&self, audience: &str, now: Timestamp) -> Value {
        let number = self.state.tokens.fetch_add(1, Ordering::SeqCst);
        with(github(&self.url, audience, now), json!({ "jti": format!("token-{number}") }))
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        locked(&self.state.key).sign(claims)
    }

    /// A token with any header, signed by its key.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        locked(&self.state.key).sign_as(header, claims)
    }
}

impl TestApp {
    /// Believes an issuer from now on.
    ///
    /// # Panics
    /// When it cannot be added.
    pub async fn trust(&self, issuer: &TestIssuer, provider: Provider) -> Issuer {
        let permit = self.registry.operator_administers(&self.operator()).expect("the operator may");
        let new = NewIssuer {
            url: issuer.url().to_owned(),
            provider,
            name: "test".to_owned(),
            algorithm: Algorithm::Rs256,
            private_network: true,
            server: None,
        };
        let added = self.registry.add_issuer(&permit, &self.registry.local_origin(), new).await;
        added.expect("the issuer is added")
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| answer(Arc::clone(&state), request));
        tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            drop(builder.serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn answer(
    state: Arc<State>,
    request: http::Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let behaviour = *locked(&state.behaviour);
    if behaviour == Behaviour::Slow {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let keys = format!("{}/jwks", state.url);
    let (status, body) = match (request.uri().path(), behaviour) {
        (_, Behaviour::Down) => (500, "down".to_owned()),
        ("/jwks", _) => {
            state.asked.fetch_add(1, Ordering::SeqCst);
            match behaviour {
                Behaviour::KeysDown => (500, "down".to_owned()),
                Behaviour::NoKeys => (200, json!({ "keys": [] }).to_string()),
                _ => (200, jwks(&[&locked(&state.key)])),
            }
        }
        ("/.well-known/openid-configuration", Behaviour::NoJwksUri) => {
            (200, json!({ "issuer": state.url }).to_string())
        }
        ("/.well-known/openid-configuration", Behaviour::AnotherIssuer) => {
            (200, json!({ "issuer": "https://another.example", "jwks_uri": keys }).to_string())
        }
        ("/.well-known/openid-configuration", _) => {
            (200, json!({ "issuer": state.url, "jwks_uri": keys }).to_string())
        }
        (path, _) if path.starts_with("/api/v3/users/") => {
            state.looked_up.fetch_add(1, Ordering::SeqCst);
            match path.strip_prefix("/api/v3/users/") {
                Some("acme") => (200, json!({ "login": "acme", "id": 65 }).to_string()),
                _ => (404, "nobody".to_owned()),
            }
        }
        _ => (404, "nothing".to_owned()),
    };
    let response = Response::builder().status(status).header("content-type", "application/json");
    Ok(response.body(Full::new(body.into())).unwrap_or_default())
}
