//! Trusted publishing for upload clients: where they learn our audience, and exchange the identity of a CI job for a token.
//! The paths are those of PyPI, of rattler and pixi, and of PEP 807's discovery.

mod body;
mod discovery;
mod mint;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bonded_model::actor::Origin;
use bonded_registry::Error;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use crate::App;
use crate::problem::Problem;
use crate::routes::Routes;

/// What tokens that are given out can do, in the words of PEP 807: they upload as often as their job likes.
const FEATURE: &str = "multi-use-token";

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

pub(crate) fn add(table: Routes) -> Routes {
    table
        .get("/_/oidc/audience", audience)
        .post("/_/oidc/mint-token", mint::for_python)
        .post("/_/oidc/github/mint-token", mint::for_python)
        .post("/_/oidc/burn-token", burn)
        .post("/api/oidc/mint_token", mint::for_conda)
        .get("/.well-known/pytp", discovery::discover)
}

async fn audience(State(app): State<App>) -> Response {
    match app.oidc_audience() {
        Some(audience) => answer(StatusCode::OK, json!({ "audience": audience })),
        None => {
            answer(StatusCode::FORBIDDEN, json!({ "message": "Trusted publishing is switched off here" }))
        }
    }
}

/// Ends a token that its job does not need any more. The answer is the same for everything, so that it tells nothing.
async fn burn(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (origin, body) = (origin_of(&request)?, body::read(request).await);
    if let Some(token) = body.and_then(|body| body.token.parse().ok()) {
        app.burn_publisher_token(&token, &origin).await?;
    }
    Ok((StatusCode::NO_CONTENT, no_store()).into_response())
}

fn answer(status: StatusCode, body: serde_json::Value) -> Response {
    (status, no_store(), axum::Json(body)).into_response()
}

fn no_store() -> HeaderMap {
    HeaderMap::from_iter([(CACHE_CONTROL, NO_STORE)])
}

fn origin_of(request: &Request) -> Result<Origin, Problem> {
    let missing = || Error::internal("a request reached a route without passing the front");
    Ok(*request.extensions().get::<Origin>().ok_or_else(missing)?)
}
