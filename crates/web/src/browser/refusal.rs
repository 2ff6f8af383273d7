//! Why a page is not shown, and where to go instead.

use axum::response::{IntoResponse, Response};
use bonded_registry::{Error, people::Fence};
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};

use crate::problem::Problem;

/// A page is not shown.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Something else comes first: a local path below the prefix.
    GoTo(String),
    /// It is a problem, which the front shows as a page.
    Problem(Problem),
}

impl Refusal {
    /// Sends the browser to a local path.
    pub(crate) fn go_to(path: impl Into<String>) -> Self {
        Self::GoTo(path.into())
    }

    /// What becomes of an error on the way to `back`, a local path: who must prove or mend something is sent there.
    pub(crate) fn of(error: Error, prefix: &str, back: &str) -> Self {
        match error {
            Error::ProofNeeded => Self::GoTo(format!("{prefix}/account/proof?next={}", encoded(back))),
            Error::Fenced(fence) => Self::GoTo(format!("{prefix}{}", mending(fence))),
            other => Self::Problem(other.into()),
        }
    }
}

/// The page that mends what is missing.
const fn mending(fence: Fence) -> &'static str {
    match fence {
        Fence::Unverified => "/account/emails",
        Fence::SecondFactor | Fence::Key => "/account/security",
    }
}

/// A path as the value of a parameter.
pub(super) fn encoded(path: &str) -> String {
    percent_encoding::utf8_percent_encode(path, percent_encoding::NON_ALPHANUMERIC).to_string()
}

impl<T: Into<Problem>> From<T> for Refusal {
    fn from(problem: T) -> Self {
        Self::Problem(problem.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::GoTo(path) => see_other(&path),
        }
    }
}

/// 303: whatever the method was, the browser goes on with GET.
pub(super) fn see_other(path: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(path) else {
        return Problem::bad_request("the path cannot be gone to").into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
