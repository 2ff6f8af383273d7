//! What browsers send: only from our own pages. Three things are asked for, so that none of them alone has to hold:
//! cookies that do not travel from other sites (`SameSite`), the browser's own word on where the request comes from
//! (`Sec-Fetch-Site`, `Origin`), and a token that only our page of this very browser knows.

use axum::extract::{FromRequest, FromRequestParts, Request};
use bonded_model::secret::Secret;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::visitor::Visitor;
use crate::App;
use crate::problem::Problem;

/// The largest form, in bytes. A key's answer has a few thousand.
const MAX_FORM: usize = 64 << 10;

/// A form of one of our pages, with the browser that sent it.
pub(crate) struct Posted<T> {
    pub(crate) visitor: Visitor,
    pub(crate) form: T,
}

/// The browser whose script, on one of our pages, asks for something.
pub(crate) struct Scripted(pub(crate) Visitor);

#[derive(Deserialize)]
struct Token {
    csrf: String,
}

impl<T: DeserializeOwned + Send> FromRequest<App> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (visitor, headers, body) = received(request, app).await?;
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "this takes forms only"));
        }
        let unreadable =
            |_| Problem::bad_request("the form cannot be read: a field is missing or comes twice");
        let token: Token = serde_urlencoded::from_bytes(&body).map_err(|_| forged())?;
        check(&visitor, &token.csrf)?;
        if body.windows(3).any(|bytes| bytes == b"%00") {
            return Err(Problem::bad_request("the form holds a character that no text has"));
        }
        Ok(Self { form: serde_urlencoded::from_bytes(&body).map_err(unreadable)?, visitor })
    }
}

impl FromRequest<App> for Scripted {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (visitor, headers, _) = received(request, app).await?;
        let token = headers.get("x-csrf-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
        check(&visitor, token)?;
        Ok(Self(visitor))
    }
}

async fn received(request: Request, app: &App) -> Result<(Visitor, HeaderMap, Bytes), Problem> {
    let (mut parts, body) = request.into_parts();
    // Even what is refused is read first: a connection with an unread form on it could not be used again.
    let body = Limited::new(body, MAX_FORM).collect().await;
    check_source(&parts.headers, app)?;
    let visitor = Visitor::from_request_parts(&mut parts, app).await?;
    let too_large = |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the form is too large");
    Ok((visitor, parts.headers, body.map_err(too_large)?.to_bytes()))
}

/// What browsers say of the source. Old ones say nothing; then the token has to do.
fn check_source(headers: &HeaderMap, app: &App) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let from_here = match text("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => text(ORIGIN.as_str()).is_none_or(|origin| origin == app.origin()),
    };
    if from_here { Ok(()) } else { Err(forged()) }
}

fn check(visitor: &Visitor, token: &str) -> Result<(), Problem> {
    let right = token.parse::<Secret>().is_ok_and(|token| token == visitor.csrf());
    if right { Ok(()) } else { Err(forged()) }
}

fn forged() -> Problem {
    Problem::forbidden(
        "This form is not one that this browser was shown here, or it is too old. Go back, load the page again, and \
         send it again. Your browser must allow cookies for this site.",
    )
}
