//! Bodies in JSON.

use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;

use crate::App;
use crate::problem::Problem;

/// The largest body, in bytes.
const MAX: usize = 64 << 10;

/// A body that was read, not understood yet: what it says is looked at behind the decision who may ask.
pub(super) struct Body(bytes::Bytes);

impl FromRequest<App> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Problem> {
        let body = Limited::new(request.into_body(), MAX).collect().await;
        let too_large = |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
        Ok(Self(body.map_err(too_large)?.to_bytes()))
    }
}

impl Body {
    /// Whether nothing came.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The body as a value. The text says where it breaks the form, and repeats nothing of it.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.0).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Problem::bad_request(format!(
                "the body is not the JSON that is expected, at line {line}, column {column}"
            ))
        })
    }
}
