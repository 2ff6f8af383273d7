//! A mail server.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::error::{MailError, SmtpUrlError};

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// How long a mail may take. Longer than a connection, for some servers scan a mail before they take it.
const SEND_LIMIT: Duration = Duration::from_secs(60);

/// A mail server. Every mail has its own connection: there are few, and none meets a connection that died of age.
#[derive(Clone)]
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    host: String,
    port: u16,
}

impl Smtp {
    pub(crate) fn new(url: &SecretString) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(url.expose_secret()).map_err(|_| SmtpUrlError::Form)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpUrlError::Form);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlError::Form)?.to_owned();
        let (tls, port) = security(&url, &host)?;
        let plain = matches!(tls, Tls::None);
        let port = url.port().unwrap_or(port);
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(unbracketed(&host))
            .port(port)
            .tls(tls)
            .timeout(Some(CONNECT_LIMIT));
        if let Some(credentials) = credentials(&url)? {
            if plain && !is_loopback(&url) {
                return Err(SmtpUrlError::PlainPassword);
            }
            builder = builder.credentials(credentials);
        }
        Ok(Self { transport: builder.build(), host, port })
    }

    pub(crate) async fn send(&self, message: Message) -> Result<(), MailError> {
        self.within(self.transport.send(message)).await.map(drop)
    }

    pub(crate) async fn check(&self) -> Result<(), MailError> {
        self.within(self.transport.test_connection()).await.map(drop)
    }

    async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, MailError> {
        let done = tokio::time::timeout(SEND_LIMIT, work).await;
        done.map_err(|_| MailError::TimedOut(SEND_LIMIT.as_secs()))?.map_err(MailError::Smtp)
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

/// How the connection is secured, and the port that goes with it (RFC 8314, section 3.3; RFC 6409).
fn security(url: &Url, host: &str) -> Result<(Tls, u16), SmtpUrlError> {
    let parameters = || TlsParameters::new(unbracketed(host).to_owned()).map_err(SmtpUrlError::Unusable);
    match (url.scheme(), url.query()) {
        ("smtps", None) => Ok((Tls::Wrapper(parameters()?), 465)),
        ("smtp", None | Some("tls=required")) => Ok((Tls::Required(parameters()?), 587)),
        ("smtp", Some("tls=none")) => Ok((Tls::None, 25)),
        ("smtp" | "smtps", Some(_)) => Err(SmtpUrlError::Query),
        _ => Err(SmtpUrlError::Form),
    }
}

fn unbracketed(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn credentials(url: &Url) -> Result<Option<Credentials>, SmtpUrlError> {
    let decoded = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        decoded.map(std::borrow::Cow::into_owned).map_err(|_| SmtpUrlError::Form)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (_, None) | ("", Some(_)) => Err(SmtpUrlError::Password),
        (user, Some(password)) => Ok(Some(Credentials::new(decoded(user)?, decoded(password)?))),
    }
}

fn is_loopback(url: &Url) -> bool {
    // The host of a URL with another scheme than http's is not parsed into an address.
    match url.host() {
        Some(Host::Domain(host)) => {
            host == "localhost"
                || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
