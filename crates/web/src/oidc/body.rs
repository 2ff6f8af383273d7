//! Bodies with one token in them.

use axum::extract::Request;
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;

use crate::linger::linger;

/// The largest body, in bytes. Identity tokens have two or three thousand.
const MAX: usize = 32 << 10;

#[derive(Deserialize)]
pub(super) struct Body {
    /// The identity token, or the one to be burnt.
    pub(super) token: String,
    /// What the client wants of the token that it gets (PEP 807).
    #[serde(default)]
    pub(super) features: Option<Vec<String>>,
}

/// The body `{"token": "…"}`; `None` for anything else, also for a number in its place, and for what is too long.
pub(super) async fn read(request: Request) -> Option<Body> {
    let body = Limited::new(linger(request).into_body(), MAX).collect().await.ok()?.to_bytes();
    serde_json::from_slice(&body).ok()
}
