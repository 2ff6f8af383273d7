//! A server that gives what it has, and remembers what it was asked.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) referer: Option<String>,
}

#[derive(Default)]
struct State {
    files: HashMap<String, Vec<u8>>,
    statuses: HashMap<String, StatusCode>,
    redirects: HashMap<String, String>,
    /// The only credential that is let in, if not everybody is.
    token: Option<String>,
    seen: Vec<Seen>,
}

#[derive(Clone, Default)]
pub(crate) struct Site {
    state: Arc<Mutex<State>>,
    pub(crate) address: String,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self { address: listener.local_addr().unwrap().to_string(), ..Self::default() };
        let served = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let site = served.clone();
                let service = service_fn(move |request| {
                    let answer = site.answer(&request);
                    async move { Ok::<_, Infallible>(answer) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        site
    }

    pub(crate) fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.state.lock().unwrap().files.insert(path.to_owned(), bytes.into());
    }

    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        self.state.lock().unwrap().files[path].clone()
    }

    pub(crate) fn remove(&self, path: &str) {
        self.state.lock().unwrap().files.remove(path);
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.state.lock().unwrap().files.keys().cloned().collect()
    }

    pub(crate) fn fail(&self, path: &str, status: StatusCode) {
        self.state.lock().unwrap().statuses.insert(path.to_owned(), status);
    }

    pub(crate) fn redirect(&self, path: &str, to: &str) {
        self.state.lock().unwrap().redirects.insert(path.to_owned(), to.to_owned());
    }

    /// Lets nobody in but who has this token, or this login in base64.
    pub(crate) fn ask_for(&self, token: &str) {
        self.state.lock().unwrap().token = Some(token.to_owned());
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (authorization, referer) = (header("authorization"), header("referer"));
        let whole = request.uri().path().to_owned();
        let mut state = self.state.lock().unwrap();
        state.seen.push(Seen { path: whole.clone(), authorization: authorization.clone(), referer });
        let (in_path, path) = match whole.strip_prefix("/t/").and_then(|rest| rest.split_once('/')) {
            Some((token, rest)) => (Some(token.to_owned()), format!("/{rest}")),
            None => (None, whole),
        };
        let given = authorization.and_then(|value| Some(value.split_once(' ')?.1.to_owned())).or(in_path);
        let is_public = path.ends_with(".root.json") || path.ends_with("key_mgr.json");
        let status = match (&state.token, &given) {
            (Some(token), Some(given)) if token != given => StatusCode::UNAUTHORIZED,
            (Some(_), None) if !is_public => StatusCode::UNAUTHORIZED,
            _ => state.statuses.get(&path).copied().unwrap_or(StatusCode::OK),
        };
        if let (StatusCode::OK, Some(to)) = (status, state.redirects.get(&path)) {
            let answer = Response::builder().status(StatusCode::FOUND).header("location", to);
            return answer.body(Full::default()).unwrap();
        }
        let body = if status == StatusCode::OK { state.files.get(&path).cloned() } else { Some(Vec::new()) };
        let status = if body.is_none() { StatusCode::NOT_FOUND } else { status };
        let body = if request.method() == http::Method::HEAD { Vec::new() } else { body.unwrap_or_default() };
        Response::builder().status(status).body(Full::new(Bytes::from(body))).unwrap()
    }
}
