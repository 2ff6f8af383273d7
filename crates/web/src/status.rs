//! What load balancers ask.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::App;
use crate::problem::Problem;

/// Whether the process answers at all.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// Whether requests can be served: database and storage answer.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match app.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(cause = ?error, "not ready");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the database or the storage does not answer")
                .into_response()
        }
    }
}
