//! Bodies with one token in them.

use axum::extract::Request;
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;

use crate::linger::linger;

/// The largest body, in bytes. Identity tokens have two or three thousand.
const MAX: usize = 32 << 10;

#[derive(Deserialize)]
struct Body {
    token: String,
}

/// The token of `{"token": "…"}`; `None` for anything else, also for a number in its place, and for what is too long.
pub(super) async fn token(request: Request) -> Option<String> {
    let body = Limited::new(linger(request).into_body(), MAX).collect().await.ok()?.to_bytes();
    serde_json::from_slice::<Body>(&body).ok().map(|body| body.token)
}
