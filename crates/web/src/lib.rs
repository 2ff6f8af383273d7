//! HTTP: from a request to a use case and back. Nothing is decided here.

mod answer;
mod api;
mod blob;
mod browser;
mod conda;
mod credentials;
mod extract;
mod front;
#[doc(hidden)]
pub mod fuzzing;
mod linger;
mod metrics;
mod oidc;
mod page;
mod path_token;
mod people;
mod places;
mod problem;
mod proxy;
mod publishers;
mod python;
mod receive;
mod routes;
mod security;
mod status;
mod trust;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use bonded_registry::Registry;
use http::Method;

pub use front::{Connection, Front, Reach};
pub use metrics::metrics_router;
pub use problem::Problem;
use routes::Routes;

/// What every handler needs. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    registry: Registry,
    /// Scheme, host and port under which the outside reaches us.
    origin: String,
    /// The path under which a reverse proxy shows us: empty, or beginning with `/` and not ending with it.
    prefix: String,
}

impl App {
    /// The handlers' state.
    pub fn new(registry: Registry) -> Self {
        let base_url = &registry.settings.people.base_url;
        let host = base_url.find("://").map_or(0, |scheme| scheme + 3);
        let path = base_url[host..].find('/').map_or(base_url.len(), |path| host + path);
        let (origin, prefix) = (base_url[..path].to_owned(), base_url[path..].to_owned());
        Self(Arc::new(Parts { registry, origin, prefix }))
    }

    /// The URL under which the outside reaches us, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.settings.people.base_url
    }

    fn origin(&self) -> &str {
        &self.0.origin
    }

    fn prefix(&self) -> &str {
        &self.0.prefix
    }
}

impl Deref for App {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        &self.0.registry
    }
}

/// Every route for package clients and balancers as its method and its path, for a test that wants to know that it
/// misses none. What takes GET takes HEAD too.
pub fn routes() -> Vec<(Method, &'static str)> {
    clients(Routes::default()).list
}

/// Every route for browsers, likewise.
pub fn page_routes() -> Vec<(Method, &'static str)> {
    pages(Routes::default()).list
}

fn clients(table: Routes) -> Routes {
    let table = table.get("/health", status::health).get("/ready", status::ready);
    oidc::add(security::add(api::add(trust::add(conda::add(python::add(table))))))
}

fn pages(table: Routes) -> Routes {
    places::add(people::add(table))
}

/// Answers every route. What is not there answers 404.
pub fn router(app: App) -> Router {
    pages(clients(Routes::default()))
        .router
        .route_layer(axum::middleware::from_fn(metrics::tell_route))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(http::StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method")
        })
        // Uploads are bounded where their bytes are counted, so that a large file is streamed and not refused here.
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}
