//! What load balancers ask.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bonded_model::Timestamp;
use bonded_registry::trust::Term;
use http::StatusCode;

use crate::App;
use crate::problem::Problem;

/// Whether the process answers at all.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// Whether requests can be served: database and storage answer. A subdir that is not published because of one of its
/// records is told of, without its name, which may be private, and so are documents of trust that end; what was published
/// before is served on, so the server stays in its balancer.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match app.check().await {
        Ok(()) => format!("ready\n{}{}", unpublished(&app), ending(&app).await).into_response(),
        Err(error) => {
            tracing::error!(cause = ?error, "not ready");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the database or the storage does not answer")
                .into_response()
        }
    }
}

fn unpublished(app: &App) -> String {
    match app.unpublished_subdirs() {
        0 => String::new(),
        count => format!(
            "new packages or signatures of {count} conda subdirs are not published: a record does not verify or is \
             damaged, or a key is missing; see the log\n"
        ),
    }
}

/// What is to be told of the documents of trust. Clients refuse everything under one that has ended.
async fn ending(app: &App) -> String {
    let line = |what: &str, term: Term, at: Timestamp| match term {
        Term::Good => String::new(),
        Term::Short => format!("{what} ends at {at} and should have been replaced by now\n"),
        Term::Over => format!("{what} ended at {at}: clients refuse signed packages\n"),
    };
    match app.trust_terms().await {
        Ok(None) => String::new(),
        Ok(Some(terms)) => {
            let manager = line("key_mgr.json", terms.key_manager, terms.key_manager_ends_at);
            line("the root of trust", terms.root, terms.root_ends_at) + &manager
        }
        Err(cause) => {
            tracing::error!(?cause, "what is trusted cannot be read");
            "what is trusted cannot be read; see the log\n".to_owned()
        }
    }
}
