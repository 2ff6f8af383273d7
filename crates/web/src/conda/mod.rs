//! Routes of conda channels. Uploads stand at the host's root, because clients throw the URL's path away.

mod attest;
mod content;
mod delete;
mod read;
mod target;
mod upload;

use crate::routes::Routes;

pub(crate) fn add(routes: Routes) -> Routes {
    routes
        .get("/{channel}/channeldata.json", read::channeldata)
        .get("/{channel}/{subdir}/{file}", read::file)
        .put("/{channel}/{subdir}/{file}", upload::put)
        .get("/{channel}/{subdir}/shards/{shard}", read::shard)
        .get("/{channel}/shards/{shard}/{subdir}", read::mangled_shard)
        .post("/api/v1/upload/{channel}", upload::prefix)
        .delete("/api/v1/delete/{channel}/{subdir}/{file}", delete::file)
        .post("/api/channels/{channel}/upload/{file}", upload::quetz)
        .post("/api/bonded/v1/channels/{channel}/attestations/{subdir}/{file}", attest::add)
}
