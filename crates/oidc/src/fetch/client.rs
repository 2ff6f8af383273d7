//! One request, within limits, to where it may go.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Proxy, StatusCode};
use url::{Host, Url};

use super::address::{Place, place};

/// How long one answer may take. Somebody's CI job is waiting.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// Bytes of the longest answer that is read; key sets have some 10 KiB.
const MAX_ANSWER: usize = 1024 * 1024;

/// Why an answer could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A URL that is not asked, whatever stands there.
    #[error("{url} is not asked: {why}")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No connection or no answer in time.
    #[error("{host} did not answer within 5 seconds, or could not be reached")]
    Request {
        /// The host.
        host: String,
        /// What went wrong, for the log.
        #[source]
        source: reqwest::Error,
    },
    /// An answer that is not 200. Redirects are not followed.
    #[error("{url} answered with status {status}")]
    Status {
        /// The URL.
        url: String,
        /// The status.
        status: u16,
    },
    /// An answer that is not read to its end.
    #[error("{0} answered with more than 1 MiB")]
    TooLong(String),
    /// An answer of another form than expected.
    #[error("{url} answered with something else: {why}")]
    Answer {
        /// The URL.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// The client could not be made.
    #[error("no HTTP client could be made for issuers")]
    Client(#[source] reqwest::Error),
}

/// Which addresses may be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reach {
    /// Public ones.
    Public,
    /// Private ones.
    Private,
    /// Both.
    Any,
}

impl Reach {
    fn includes(self, address: IpAddr) -> bool {
        match place(address) {
            Place::Public => self != Self::Private,
            Place::Private => self != Self::Public,
            Place::Nowhere => false,
        }
    }
}

/// What asks issuers. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Fetcher {
    public: Client,
    private: Client,
    any: Client,
}

impl Fetcher {
    /// A fetcher. Through a `proxy` (`http://proxy.example:3128`) go only requests to public issuers; then the proxy
    /// resolves names, and has to see to it that they lead outside. Proxies of the environment are not used, because they
    /// would take the look at addresses out of these hands unnoticed.
    ///
    /// # Errors
    /// The proxy's URL is none, or TLS cannot be set up.
    pub fn new(proxy: Option<&str>) -> Result<Self, FetchError> {
        let proxy =
            proxy.map(Proxy::all).transpose().map_err(|error| FetchError::Client(error.without_url()))?;
        Ok(Self {
            public: client(Reach::Public, proxy)?,
            private: client(Reach::Private, None)?,
            any: client(Reach::Any, None)?,
        })
    }

    /// Gets a text. `private` says that an administrator allowed private addresses, and with them `http`.
    pub(super) async fn get(&self, url: &str, private: bool) -> Result<String, FetchError> {
        let parsed =
            check_url(url, private).map_err(|why| FetchError::Url { url: without_secrets(url), why })?;
        let client = match (parsed.scheme(), private) {
            ("http", _) => &self.private,
            (_, true) => &self.any,
            (_, false) => &self.public,
        };
        let host = parsed.host_str().unwrap_or_default().to_owned();
        let failed =
            |error: reqwest::Error| FetchError::Request { host: host.clone(), source: error.without_url() };
        let request = client.get(parsed).header("Accept", "application/json");
        let mut answer = request.send().await.map_err(failed)?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status { url: url.into(), status: answer.status().as_u16() });
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(FetchError::TooLong(url.into()));
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(body)
            .map_err(|_| FetchError::Answer { url: url.into(), why: "it is not text".into() })
    }
}

fn client(reach: Reach, proxy: Option<Proxy>) -> Result<Client, FetchError> {
    // An error only says that the program has chosen its provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .timeout(TIME_LIMIT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("bonded")
        .no_proxy();
    let builder = match proxy {
        Some(proxy) => builder.proxy(proxy),
        None => builder.dns_resolver(Arc::new(Guard(reach))),
    };
    builder.build().map_err(FetchError::Client)
}

/// A URL that may be asked. Names are looked at when they are resolved; addresses are not resolved, so they are looked at
/// here.
///
/// # Errors
/// What is wrong, in words that follow "is not asked:".
pub(super) fn check_url(url: &str, private: bool) -> Result<Url, &'static str> {
    let url = Url::parse(url).map_err(|_| "it is no URL")?;
    match (url.scheme(), private) {
        ("https", _) | ("http", true) => {}
        ("http", false) => return Err("it has to begin with https://"),
        _ => return Err("it has to begin with https:// or, for issuers in private networks, http://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a name or password must not stand in it");
    }
    let reach = match (url.scheme(), private) {
        ("http", _) => Reach::Private,
        (_, true) => Reach::Any,
        (_, false) => Reach::Public,
    };
    let address = match url.host() {
        None | Some(Host::Domain("")) => return Err("it names no host"),
        Some(Host::Domain(_)) => return Ok(url),
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
    };
    if reach.includes(address) { Ok(url) } else { Err(refusal(reach)) }
}

/// A URL for texts: whoever typed a password into it does not find it in a log.
fn without_secrets(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) if url.username().is_empty() && url.password().is_none() => {
            crate::claims::shown(url.as_str())
        }
        Ok(url) => url.host_str().unwrap_or("the URL").into(),
        Err(_) => "the URL".into(),
    }
}

const fn refusal(reach: Reach) -> &'static str {
    match reach {
        Reach::Public => {
            "it is at a private or reserved address; an administrator can allow that for an issuer"
        }
        Reach::Private => "without TLS, only private addresses are asked",
        Reach::Any => "it is at a reserved address",
    }
}

/// A resolver that gives only addresses that may be asked.
struct Guard(Reach);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.includes(address.ip())).collect();
            if allowed.is_empty() {
                return Err(refusal(reach).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ssrf_by_a_name_that_resolves_to_this_machine() {
        let resolve = |reach: Reach| Guard(reach).resolve("localhost".parse().unwrap());
        assert!(resolve(Reach::Public).await.is_err());
        for reach in [Reach::Private, Reach::Any] {
            assert!(resolve(reach).await.unwrap().all(|address| address.ip().is_loopback()));
        }
    }

    #[tokio::test]
    async fn a_password_in_a_url_is_not_repeated() {
        for url in ["https://user:hunter2@issuer.example", "https://hunter2@10.0.0.1", "://hunter2"] {
            let error = Fetcher::new(None).unwrap().get(url, false).await.unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
        let error = Fetcher::new(Some("http://user:hunter2@[proxy")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}
