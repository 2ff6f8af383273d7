//! One request on a connection of its own.

use std::net::SocketAddr;
use std::pin::Pin;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue, Method};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Answer, Multipart};

/// A request that is sent when it is awaited.
#[must_use = "a request is sent when it is awaited"]
pub struct Request {
    address: SocketAddr,
    request: http::Request<Full<Bytes>>,
}

#[expect(clippy::missing_panics_doc, reason = "tests end when what they send cannot be sent")]
impl Request {
    pub(super) fn new(address: SocketAddr, method: Method, path: &str) -> Self {
        let request = http::Request::builder().method(method).uri(path).header(HOST, address.to_string());
        Self { address, request: request.body(Full::default()).expect("a request") }
    }

    /// Adds a header.
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: &str) -> Self {
        let name = name.try_into().unwrap_or_else(|_| panic!("a header's name"));
        self.request.headers_mut().append(name, HeaderValue::try_from(value).expect("a header's value"));
        self
    }

    /// With a bearer token.
    pub fn token(self, token: &str) -> Self {
        self.header(AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// With a user name and a password.
    pub fn basic(self, user: &str, password: &str) -> Self {
        self.header(AUTHORIZATION, &format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        *self.request.body_mut() = Full::new(body.into());
        self
    }

    /// With a form as body.
    pub fn form(self, form: Multipart) -> Self {
        self.header(CONTENT_TYPE, form.content_type()).body(form.into_bytes())
    }

    async fn send(self) -> Answer {
        let (method, path) = (self.request.method().clone(), self.request.uri().to_string());
        let stream = TcpStream::connect(self.address).await.expect("the app accepts connections");
        let (mut sender, connection) =
            http1::Builder::new().handshake(TokioIo::new(stream)).await.expect("a connection");
        let connection = tokio::spawn(connection);
        let response = sender.send_request(self.request).await;
        let (parts, body) = response.unwrap_or_else(|error| panic!("{method} {path}: {error}")).into_parts();
        let body =
            body.collect().await.unwrap_or_else(|error| panic!("the body of {method} {path}: {error}"));
        drop(sender);
        connection.abort();
        Answer::new(format!("{method} {path}"), parts, body.to_bytes())
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
