//! Routes of conda channels. Uploads stand at the host's root, because clients throw the URL's path away.

mod content;
mod delete;
mod read;
mod target;
mod upload;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/{channel}/channeldata.json", get(read::channeldata))
        .route("/{channel}/{subdir}/{file}", get(read::file).put(upload::put))
        .route("/{channel}/{subdir}/shards/{shard}", get(read::shard))
        .route("/api/v1/upload/{channel}", post(upload::prefix))
        .route("/api/v1/delete/{channel}/{subdir}/{file}", delete(delete::file))
        .route("/api/channels/{channel}/upload/{file}", post(upload::quetz))
}
