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

/// Whether requests can be served: database and storage answer. A subdir that is not published because a record does not
/// verify is told of, without its name, which may be private; what was published before is served on, so the server
/// stays in its balancer.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match app.check().await {
        Ok(()) => match app.unpublished_subdirs() {
            0 => "ready\n".into_response(),
            count => format!(
                "ready\nnew packages of {count} conda subdirs are not published: a record does not verify; see the log\n"
            )
            .into_response(),
        },
        Err(error) => {
            tracing::error!(cause = ?error, "not ready");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the database or the storage does not answer")
                .into_response()
        }
    }
}
