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
