//! Asking servers, within limits, and never with more than they need to know.

use std::time::Duration;

use rattler_networking::LazyClient;
use reqwest::header::CACHE_CONTROL;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use url::Url;

use crate::channel::ChannelRef;
use crate::credentials::Credentials;
use crate::environment::Environment;

/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(20);

/// Two ways to ask: with the credentials of the channel's server, and without any. A third one goes nowhere else than it
/// was told.
#[derive(Clone)]
pub struct Web {
    bare: Client,
    known: ClientWithMiddleware,
    straight: Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

impl Web {
    /// With the credentials that rattler and pixi would find, and those that stand in the channels' URLs.
    ///
    /// # Errors
    /// When the credentials cannot be read.
    pub fn new(environment: &Environment, channels: &[ChannelRef]) -> Result<Self, WebError> {
        let bare = client(Policy::default())?;
        let credentials = Credentials::new(environment.rattler_credentials(), channels)?;
        let known = ClientBuilder::new(bare.clone()).with(credentials).build();
        Ok(Self { bare, known, straight: client(Policy::none())? })
    }

    /// A client with credentials, for the solver's libraries.
    pub(crate) fn lazy(&self) -> LazyClient {
        self.known.clone().into()
    }

    /// Asks as nobody: for documents that prove themselves. The server's credentials stay here.
    pub(crate) async fn get_bare(&self, url: &Url, limit: usize) -> Result<Answer, WebError> {
        let request = self.bare.get(url.clone()).header(CACHE_CONTROL, "no-cache");
        let answer = request.send().await.map_err(|error| WebError::bare(url, error))?;
        read(url, answer, limit).await
    }

    /// Asks with the credentials of the channel's server, if that is where the URL leads.
    pub(crate) async fn get(&self, url: &Url, limit: usize) -> Result<Answer, WebError> {
        read(url, self.begin(url).await?, limit).await
    }

    /// Asks in the same way, for something that is read piece by piece.
    pub(crate) async fn begin(&self, url: &Url) -> Result<Response, WebError> {
        let request = self.known.get(url.clone()).header(CACHE_CONTROL, "no-cache");
        request.send().await.map_err(|error| WebError::known(url, error))
    }

    /// The status that `url` has for the bearer of a token.
    pub(crate) async fn head_with(&self, url: &Url, token: &str) -> Result<StatusCode, WebError> {
        let answer = self.straight.head(url.clone()).bearer_auth(token).send().await;
        Ok(answer.map_err(|error| WebError::bare(url, error))?.status())
    }

    /// The status of a URL that must not be told in errors, because it holds a token; `shown` is told.
    pub(crate) async fn head_secret(&self, url: Url, shown: &Url) -> Result<StatusCode, WebError> {
        Ok(self.straight.head(url).send().await.map_err(|error| WebError::bare(shown, error))?.status())
    }
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Web")
    }
}

fn client(redirects: Policy) -> Result<Client, WebError> {
    // An error only says that the program has chosen its provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().user_agent(concat!("bonded/", env!("CARGO_PKG_VERSION")));
    // A token may stand in the URL that redirects: where it leads to must not be told of it.
    let builder = builder.connect_timeout(CONNECT).read_timeout(SILENCE).referer(false).redirect(redirects);
    // `.zst` is what it says; nothing else is to be unpacked behind our back.
    builder.no_gzip().no_deflate().build().map_err(|error| WebError::Client(error.without_url()))
}

async fn read(url: &Url, mut answer: Response, limit: usize) -> Result<Answer, WebError> {
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| WebError::bare(url, error))? {
        if body.len() + chunk.len() > limit {
            return Err(WebError::TooLong { url: url.clone(), limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, body })
}

/// A server could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// No connection, no answer in time, or a broken one.
    #[error("{url} cannot be fetched")]
    Request {
        /// What was asked for, without credentials.
        url: Url,
        /// Why.
        #[source]
        cause: reqwest::Error,
    },
    /// Something between us and the connection failed.
    #[error("{url} cannot be fetched: {cause}")]
    Middleware {
        /// What was asked for, without credentials.
        url: Url,
        /// Why.
        cause: String,
    },
    /// More came than is ever needed.
    #[error("{url} is longer than {limit} bytes, which nothing there should be")]
    TooLong {
        /// What was asked for.
        url: Url,
        /// How much is read.
        limit: usize,
    },
    /// No answer that can be used.
    #[error("{url} answered {status}{hint}")]
    Status {
        /// What was asked for.
        url: Url,
        /// The answer's status.
        status: StatusCode,
        /// What may help.
        hint: &'static str,
    },
    /// The credentials cannot be read.
    #[error("the stored credentials cannot be read: {0}")]
    Credentials(String),
    /// No client could be made.
    #[error("TLS cannot be set up")]
    Client(#[source] reqwest::Error),
}

impl WebError {
    pub(crate) fn bare(url: &Url, error: reqwest::Error) -> Self {
        Self::Request { url: url.clone(), cause: error.without_url() }
    }

    pub(crate) fn status(url: &Url, status: StatusCode) -> Self {
        let hint = match status.as_u16() {
            401 => ": set a token for this server with `bonded conda token set`",
            403 => ": the stored token may not read this channel",
            404 => ": there is no such channel, or the stored token may not see it",
            _ => "",
        };
        Self::Status { url: url.clone(), status, hint }
    }

    /// Whether the server did not answer, could not, or would not now: that says nothing of what it has.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Request { .. } | Self::Middleware { .. } => true,
            Self::Status { status, .. } => {
                let later = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
                status.is_server_error() || later.contains(status)
            }
            Self::TooLong { .. } | Self::Credentials(_) | Self::Client(_) => false,
        }
    }

    fn known(url: &Url, error: reqwest_middleware::Error) -> Self {
        match error {
            reqwest_middleware::Error::Reqwest(error) => Self::bare(url, error),
            reqwest_middleware::Error::Middleware(error) => {
                Self::Middleware { url: url.clone(), cause: error.to_string() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_an_https_channel_leads_to_is_not_asked_for_in_clear() {
        let alias = "https://127.0.0.1:1/".parse().unwrap();
        let channel = ChannelRef::parse("team", &alias).unwrap();
        let credentials = Credentials::new("no/such/file".into(), &[channel]).unwrap();
        let known = ClientBuilder::new(client(Policy::default()).unwrap()).with(credentials).build();
        for url in ["http://127.0.0.1:1/a", "http://127.0.0.1/a", "http://other.example/a"] {
            let refused = known.get(url).send().await.unwrap_err().to_string();
            assert!(refused.contains("without encryption"), "{url}: {refused}");
        }
        let elsewhere = known.get("https://127.0.0.1:2/a").send().await;
        assert!(matches!(elsewhere, Err(reqwest_middleware::Error::Reqwest(_))), "{elsewhere:?}");
    }
}
