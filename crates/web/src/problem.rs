//! The one place that turns errors into answers: RFC 9457 problems for programs. The front shows them to browsers as
//! pages.

use axum::response::{IntoResponse, Response};
use bonded_registry::Error;
use bonded_registry::access::{BadCredential, Denial};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use hyper::ext::ReasonPhrase;

/// Exactly this: uv reads problems only under a content type without parameters.
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
/// pip asks for a user name and password on `Basic`; rattler and pixi look for `Bearer`.
const CHALLENGE: HeaderValue = HeaderValue::from_static(r#"Basic realm="Bonded", Bearer realm="Bonded""#);
/// A status line longer than this is cut: some proxies refuse it.
const MAX_REASON: usize = 400;

/// An answer that says what went wrong.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    bad_credential: Option<BadCredential>,
    in_status_line: bool,
    /// In seconds.
    retry_after: Option<i64>,
}

impl Problem {
    /// A problem with its status and what the caller is told.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), bad_credential: None, in_status_line: false, retry_after: None }
    }

    /// 404 in the words that are the same everywhere, so that they tell nothing.
    pub fn not_found() -> Self {
        Denial::Hidden.into()
    }

    /// 400.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 429, with how many seconds to wait.
    fn too_many(detail: &str, seconds: i64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// How many seconds to wait before the next try, where it was tried too often.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.retry_after.and_then(|seconds| seconds.try_into().ok())
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// What the caller is told.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Says the detail in the HTTP status line too: twine shows nothing else. HTTP/2 has no such line, so the body
    /// always says it as well.
    #[must_use]
    pub const fn in_status_line(mut self) -> Self {
        self.in_status_line = true;
        self
    }

    /// The same problem under another status.
    #[must_use]
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self.bad_credential = None;
        self
    }

    /// What is wrong with the caller's credential, where that is the problem.
    pub(crate) const fn bad_credential(&self) -> Option<BadCredential> {
        self.bad_credential
    }
}

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        let (status, bad_credential) = match denial {
            Denial::Unauthenticated(bad) => (StatusCode::UNAUTHORIZED, Some(bad)),
            Denial::Hidden => (StatusCode::NOT_FOUND, None),
            Denial::Forbidden(_) => (StatusCode::FORBIDDEN, None),
        };
        Self { bad_credential, ..Self::new(status, denial.to_string()) }
    }
}

impl From<BadCredential> for Problem {
    fn from(bad: BadCredential) -> Self {
        Denial::Unauthenticated(bad).into()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::TooMany { wait } => return Self::too_many(&error.to_string(), wait.num_seconds()),
            Error::Denied(denial) => return denial.into(),
            Error::TokenInUrl(_) => StatusCode::FORBIDDEN,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Invalid(_) | Error::WrongDigest(_) => StatusCode::BAD_REQUEST,
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Field { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Error::SignIn(_) | Error::Fenced(_) | Error::ProofNeeded => StatusCode::FORBIDDEN,
            Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(ref cause) => {
                tracing::error!(cause = cause.as_ref(), "internal error");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, PROBLEM_JSON);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.bad_credential.is_some() {
            headers.insert(WWW_AUTHENTICATE, CHALLENGE);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.in_status_line
            && let Some(reason) = reason_phrase(&self.detail)
        {
            response.extensions_mut().insert(reason);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The text as an HTTP/1 reason phrase: one line of printable ASCII.
fn reason_phrase(detail: &str) -> Option<ReasonPhrase> {
    let line: String = detail
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .take(MAX_REASON)
        .collect();
    ReasonPhrase::try_from(line.into_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_phrase_is_one_printable_line() {
        let reason = reason_phrase("File already exists\r\nSet-Cookie: ä").unwrap();
        assert_eq!(reason.as_bytes(), b"File already exists??Set-Cookie: ?");
        assert_eq!(reason_phrase(&"x".repeat(1000)).unwrap().as_bytes().len(), MAX_REASON);
    }

    #[test]
    fn unknown_and_private_look_the_same_to_each_kind_of_caller() {
        use bonded_model::Actor;
        let anonymous: Problem = Denial::hidden(&Actor::Anonymous).into();
        assert_eq!(anonymous.clone().into_response().status(), 401);
        assert!(anonymous.into_response().headers().contains_key(WWW_AUTHENTICATE));
        assert_eq!(Problem::not_found().into_response().status(), 404);
    }

    #[test]
    fn internal_causes_stay_inside() {
        let problem: Problem = Error::internal(std::io::Error::other("secret path")).into();
        assert_eq!(problem.status(), 500);
        assert!(!problem.detail().contains("secret"));
    }
}
