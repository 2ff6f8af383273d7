//! HTTP: from a request to a use case and back. Nothing is decided here.

mod answer;
mod blob;
mod conda;
mod credentials;
mod extract;
mod front;
mod linger;
mod page;
mod path_token;
mod problem;
mod proxy;
mod python;
mod receive;
mod status;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use bonded_registry::Registry;

pub use front::{Connection, Front, Reach};
pub use problem::Problem;

/// What every handler needs. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    registry: Registry,
    base_url: String,
}

impl App {
    /// The handlers' state. `base_url` has no slash at its end.
    pub fn new(registry: Registry, base_url: String) -> Self {
        Self(Arc::new(Parts { registry, base_url }))
    }

    /// The URL under which the outside reaches us, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }
}

impl Deref for App {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        &self.0.registry
    }
}

/// Every route. What is not here answers 404.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(python::routes())
        .merge(conda::routes())
        .route("/", get(status::home))
        .route("/health", get(status::health))
        .route("/ready", get(status::ready))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(http::StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method")
        })
        // Uploads are bounded where their bytes are counted, so that a large file is streamed and not refused here.
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}
