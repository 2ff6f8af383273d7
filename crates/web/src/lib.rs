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
mod routes;
mod status;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use bonded_registry::Registry;
use http::Method;

pub use front::{Connection, Front, Reach};
pub use problem::Problem;
use routes::Routes;

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

/// Every route as its method and its path, for a test that wants to know that it misses none. What takes GET takes
/// HEAD too.
pub fn routes() -> Vec<(Method, &'static str)> {
    table().list
}

fn table() -> Routes {
    let table =
        Routes::default().get("/", status::home).get("/health", status::health).get("/ready", status::ready);
    conda::add(python::add(table))
}

/// Answers every route. What is not there answers 404.
pub fn router(app: App) -> Router {
    table()
        .router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(http::StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method")
        })
        // Uploads are bounded where their bytes are counted, so that a large file is streamed and not refused here.
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}
