//! The optional service that knows breached passwords: the range protocol of Have I Been Pwned. It hears the first five
//! hexadecimal digits of a password's SHA-1, some hundred thousandth of all, and never more.

use std::fmt::Write;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use url::Url;

/// How long an answer may take. A person is waiting.
const TIME_LIMIT: Duration = Duration::from_secs(3);
/// Bytes of the longest answer that is read; a range has some 40 KiB.
const MAX_ANSWER: usize = 1024 * 1024;
/// Digits of the SHA-1 that the service hears.
const PREFIX: usize = 5;

/// A breach service. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Service {
    client: reqwest::Client,
    url: Url,
}

impl Service {
    /// A service whose ranges lie below `url`: `https://host/range/` is asked for `https://host/range/21BD1`.
    pub fn new(mut url: Url) -> Result<Self, RangeError> {
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        // An error only says that the program has chosen its provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client =
            reqwest::Client::builder().timeout(TIME_LIMIT).redirect(reqwest::redirect::Policy::none());
        Ok(Self { client: client.user_agent("bonded").build()?, url })
    }

    /// How often the password occurs in breaches. On an error the caller decides; a sign-up goes on without the answer.
    pub async fn breaches(&self, password: &SecretString) -> Result<u64, RangeError> {
        let digits = sha1(password);
        let (prefix, suffix) = digits.split_at(PREFIX);
        let url = self.url.join(prefix).map_err(|_| RangeError::Answer("its URL cannot be extended"))?;
        // Padded answers all have about the same length, so that the length tells nothing of the prefix.
        let mut answer =
            self.client.get(url).header("Add-Padding", "true").send().await?.error_for_status()?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(RangeError::Answer("its status is not 200"));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(RangeError::Answer("the answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        let text = std::str::from_utf8(&body).map_err(|_| RangeError::Answer("the answer is not text"))?;
        count(text, suffix)
    }
}

fn sha1(password: &SecretString) -> String {
    let digest = Sha1::digest(password.expose_secret());
    digest.iter().fold(String::with_capacity(40), |mut digits, byte| {
        let _ = write!(digits, "{byte:02X}");
        digits
    })
}

/// The count beside `suffix` in lines of `SUFFIX:COUNT`; padding has the count 0.
fn count(text: &str, suffix: &str) -> Result<u64, RangeError> {
    let line = text.lines().filter_map(|line| line.trim().split_once(':'));
    let mut counts =
        line.filter(|(given, _)| given.eq_ignore_ascii_case(suffix)).map(|(_, count)| count.parse());
    counts.next().map_or(Ok(0), |count| count.map_err(|_| RangeError::Answer("a count is no number")))
}

/// The service did not answer, or not as it should. Says nothing of the password.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    /// No connection, no answer in time, or a status that is an error.
    #[error("the breached-password service did not answer")]
    Request(#[source] reqwest::Error),
    /// An answer in another form.
    #[error("the breached-password service answered with something else: {0}")]
    Answer(&'static str),
}

impl From<reqwest::Error> for RangeError {
    fn from(error: reqwest::Error) -> Self {
        // The URL holds the prefix of the hash.
        Self::Request(error.without_url())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// SHA-1 of `password` is 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8.
    const RANGE: &str = "1D2DA4053E34E76F6576ED1DA63134B5E2A:2\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\r\n\
                         1E4C9B93F3F0682250B6CF8331B7EE68FD9:0\r\n";

    /// A service that gives one answer; what it was asked.
    async fn ask(password: &str, answer: String) -> (Result<u64, RangeError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/range", listener.local_addr().unwrap()).parse().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let breaches = service(url).breaches(&password.into()).await;
        (breaches, server.await.unwrap())
    }

    fn service(url: Url) -> Service {
        Service::new(url).unwrap()
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn a_breached_password_is_counted_and_only_its_prefix_is_sent() {
        let (breaches, request) = ask("password", ok(RANGE)).await;
        assert_eq!(breaches.unwrap(), 10_434_004);
        assert!(request.starts_with("GET /range/5BAA6 HTTP/1.1\r\n"), "{request}");
        assert!(request.to_lowercase().contains("add-padding: true"));
        assert!(!request.contains("1E4C9"));
    }

    #[tokio::test]
    async fn padding_and_other_passwords_do_not_count() {
        assert_eq!(ask("unlisted marmalade teapot", ok(RANGE)).await.0.unwrap(), 0);
        let padded = RANGE.replace("10434004", "0");
        assert_eq!(ask("password", ok(&padded)).await.0.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_status_that_is_an_error_or_a_redirect_is_no_answer() {
        for status in ["503 Service Unavailable", "302 Found\r\nLocation: http://127.0.0.1:1/"] {
            let (breaches, _) =
                ask("password", format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")).await;
            assert!(breaches.is_err(), "{status}");
        }
    }

    #[tokio::test]
    async fn an_answer_of_another_form_is_an_error() {
        let (breaches, _) = ask("password", ok("1E4C9B93F3F0682250B6CF8331B7EE68FD8:many\r\n")).await;
        assert!(matches!(breaches, Err(RangeError::Answer(_))));
    }

    #[tokio::test]
    async fn an_endless_answer_is_given_up() {
        let (breaches, _) = ask("password", ok(&"x".repeat(MAX_ANSWER + 1))).await;
        assert!(matches!(breaches, Err(RangeError::Answer(_))));
    }

    #[tokio::test]
    async fn a_service_that_cannot_be_reached_is_an_error_that_names_no_prefix() {
        let error = service("http://127.0.0.1:1/range/".parse().unwrap()).breaches(&"password".into()).await;
        assert!(!format!("{:?}", error.unwrap_err()).contains("5BAA6"));
    }

    #[tokio::test]
    async fn a_silent_service_is_given_up_after_three_seconds() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = service(format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap());
        let started = std::time::Instant::now();
        assert!(service.breaches(&"password".into()).await.is_err());
        assert!(started.elapsed() >= TIME_LIMIT && started.elapsed() < TIME_LIMIT * 3);
    }
}
