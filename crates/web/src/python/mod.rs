//! Routes of Python channels. The default channel stands at the host's root as well, without its name.

mod read;
mod upload;

use axum::Router;
use axum::routing::{get, post};

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/simple/", get(read::index))
        .route("/simple", get(read::add_slash))
        .route("/simple/{project}/", get(read::project))
        .route("/simple/{project}", get(read::add_slash))
        .route("/files/{filename}", get(read::file))
        .route("/pypi/{project}/json", get(read::document))
        .route("/pypi/pypi/{project}/json", get(read::ambiguous_document))
        .route("/pypi/{project}/{version}/json", get(read::release_document))
        .route("/legacy/", post(upload::to_default))
        .route("/legacy", post(read::keep_method))
        .route("/{channel}/simple/", get(read::index))
        .route("/{channel}/simple", get(read::add_slash))
        .route("/{channel}/simple/{project}/", get(read::project))
        .route("/{channel}/simple/{project}", get(read::add_slash))
        .route("/{channel}/files/{filename}", get(read::file))
        .route("/{channel}/pypi/{project}/json", get(read::document))
        .route("/{channel}/pypi/{project}/{version}/json", get(read::release_document))
        .route("/{channel}/legacy/", post(upload::to_channel))
        .route("/{channel}/legacy", post(read::keep_method))
}
