//! What happens to a request before it is routed: it gets an id and an address, loses the path prefix of a reverse
//! proxy, and any token in its path moves out of the URL, so that nothing behind this point can log or echo it.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bonded_model::actor::Origin;
use bonded_model::ids::RequestId;
use bonded_model::{Clock, Random};
use bonded_registry::{Error, Registry};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::header::{HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method};
use tower::{Service, ServiceExt};

use crate::browser::agent;
use crate::credentials::PathCaller;
use crate::path_token::{self, PathToken, RefusedPath};
use crate::problem::Problem;
use crate::{metrics, page, proxy, trust};

/// Under which conda-token expects the channels of a host.
const REPO: &str = "/repo";
/// The methods that a log and metrics may name.
static METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::CONNECT,
    Method::TRACE,
];
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How the server is reached from outside.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The path under which a reverse proxy shows us: empty, or beginning with `/` and not ending with it.
    pub prefix: String,
    /// Whether people reach us by TLS, here or at a reverse proxy.
    pub by_tls: bool,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
}

/// The service that every connection talks to.
#[derive(Clone)]
pub struct Front {
    router: Router,
    reach: Arc<Reach>,
    clock: Clock,
    random: Random,
    registry: Option<Registry>,
}

impl Front {
    /// Puts the front before the routes.
    pub fn new(router: Router, reach: Reach, clock: Clock, random: Random) -> Self {
        Self { router, reach: Arc::new(reach), clock, random, registry: None }
    }

    /// Has tokens in paths read before any route, and those noted that may not stand there.
    #[must_use]
    pub fn reading_path_tokens(self, registry: Registry) -> Self {
        Self { registry: Some(registry), ..self }
    }

    /// The service for one connection from `peer`.
    pub fn for_peer(&self, peer: SocketAddr) -> Connection {
        Connection { front: self.clone(), peer: peer.ip().to_canonical() }
    }
}

/// The front as one connection sees it.
#[derive(Clone)]
pub struct Connection {
    front: Front,
    peer: IpAddr,
}

impl<B> Service<http::Request<B>> for Connection
where
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = std::convert::Infallible;
    type Future = BoxFuture<'static, Result<Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let request = request.map(Body::new);
        let (front, peer) = (self.front.clone(), self.peer);
        Box::pin(async move { Ok(front.answer(request, peer).await) })
    }
}

impl Front {
    async fn answer(self, mut request: Request, peer: IpAddr) -> Response {
        let begun = Instant::now();
        let origin = Origin {
            request: RequestId::generate(self.clock.now(), &self.random),
            address: proxy::client_address(peer, request.headers(), &self.reach.trusted_proxies),
        };
        let (method, wants_page) = (request.method().clone(), page::is_wanted(request.headers()));
        let routed = take_credentials(&mut request, &self.reach.prefix);
        let path = request.uri().path().to_owned();
        request.extensions_mut().insert(origin);
        let mut response = match AssertUnwindSafe(self.route(request, routed, &origin)).catch_unwind().await {
            Ok(answered) => answered.unwrap_or_else(IntoResponse::into_response),
            Err(_) => Problem::from(Error::internal("a handler panicked")).into_response(),
        };
        if wants_page {
            response = page::instead_of_problem(response, &self.reach.prefix, &self.random);
        }
        finish(&mut response, &origin, &self.reach);
        metrics::count(known(&method), &response, begun);
        log(&method, &path, &response, &origin, begun);
        response
    }

    /// The route's answer. No route is asked where the path is refused, or holds a token that can do more than read.
    async fn route(
        &self,
        mut request: Request,
        taken: Result<(), Box<RefusedPath>>,
        origin: &Origin,
    ) -> Result<Response, Problem> {
        let refused = match taken {
            Ok(()) => None,
            Err(path) => Some(self.refuse(*path, origin, &agent(request.headers())).await),
        };
        if let Some(registry) = &self.registry
            && let Some(caller) =
                PathCaller::read(registry, (request.extensions(), request.headers()), origin).await?
        {
            request.extensions_mut().insert(caller);
        }
        if let Some(problem) = refused {
            return Err(problem);
        }
        self.router.clone().oneshot(request).await.map_err(|never| match never {})
    }

    /// The answer to a request that is refused for its path, once its token is noted.
    async fn refuse(&self, refused: RefusedPath, origin: &Origin, agent: &str) -> Problem {
        if let (Some(registry), Some(token)) = (&self.registry, refused.token) {
            registry.note_refused_path(token, refused.elsewhere, origin, agent).await;
        }
        refused.problem
    }
}

/// Takes prefix and token out of the path. Both orders occur: conda puts the token before the prefix, people who write
/// `/t/TOKEN/` into a channel URL put it behind.
pub(crate) fn take_credentials(request: &mut Request, prefix: &str) -> Result<(), Box<RefusedPath>> {
    let token = path_token::take(request)?;
    proxy::strip_prefix(request, prefix);
    let token = match token {
        Some(token) => Some(token),
        None => path_token::take(request)?,
    };
    if let Some(token) = token {
        request.extensions_mut().insert::<PathToken>(token);
    }
    alias(request);
    path_token::refuse_elsewhere(request.uri().path())
}

/// Other names of paths: channels stand under `/repo/` too, where conda-token looks for them, and trust documents under
/// every channel.
fn alias(request: &mut Request) {
    let path = request.uri().path();
    let path = path.strip_prefix(REPO).filter(|rest| rest.starts_with('/')).unwrap_or(path);
    let path = trust::entrance(path).unwrap_or_else(|| path.to_owned());
    if path == request.uri().path() {
        return;
    }
    let path = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    path_token::replace_path(request, &path);
}

/// Headers that every answer carries.
fn finish(response: &mut Response, origin: &Origin, reach: &Reach) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(origin.request.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if reach.by_tls {
        // For half a year browsers come by TLS only.
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=15768000"));
    }
}

/// The method, unless a client made it up.
fn known(method: &Method) -> &'static str {
    METHODS.iter().find(|known| *known == method).map_or("[another]", Method::as_str)
}

/// One line per request. Reads that went well are for debugging only: there are thousands in a second. The path has
/// lost its token by now, what looks like one in another place is hidden, and the query is never written.
fn log(method: &Method, path: &str, response: &Response, origin: &Origin, begun: Instant) {
    let (status, is_read) = (response.status(), method.is_safe());
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let address = origin.address.map(tracing::field::display);
    let method = known(method);
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request_id = %origin.request, method, path = %bonded_model::token::redacted(path), status = status.as_u16(), micros, address, "request"
            )
        };
    }
    if status.is_server_error() {
        line!(error);
    } else if is_read && !status.is_client_error() {
        line!(debug);
    } else {
        line!(info);
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_tells_the_client_nothing_of_why() {
        let token = bonded_model::token::ApiToken::generate(&Random::seeded(1));
        let secret = token.expose().to_owned();
        let handler = async move || -> Response { panic!("cannot read {secret}") };
        let front = Front::new(
            Router::new().route("/x", get(handler)),
            Reach::default(),
            Clock::System,
            Random::System,
        );
        let peer = SocketAddr::from(([192, 0, 2, 1], 1));
        for accept in ["*/*", "text/html"] {
            let request = Request::builder().uri("/x").header("accept", accept).body(Body::empty()).unwrap();
            let answer = front.for_peer(peer).oneshot(request).await.unwrap();
            assert_eq!(answer.status(), 500);
            assert!(answer.headers().contains_key(REQUEST_ID));
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            assert!(!String::from_utf8_lossy(&body).contains(&token.expose()[7..20]));
        }
    }
}
