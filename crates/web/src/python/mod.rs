//! Routes of Python channels. The default channel stands at the host's root as well, without its name.

mod integrity;
mod read;
mod upload;

use crate::routes::Routes;

pub(crate) fn add(routes: Routes) -> Routes {
    routes
        .get("/simple/", read::index)
        .get("/simple", read::add_slash)
        .get("/simple/{project}/", read::project)
        .get("/simple/{project}", read::add_slash)
        .get("/files/{filename}", read::file)
        .get("/integrity/{project}/{version}/{filename}/provenance", integrity::provenance)
        .get("/pypi/{project}/json", read::document)
        .get("/pypi/pypi/{project}/json", read::ambiguous_document)
        .get("/pypi/{project}/{version}/json", read::release_document)
        .post("/legacy/", upload::to_default)
        .post("/legacy", read::keep_method)
        .get("/{channel}/simple/", read::index)
        .get("/{channel}/simple", read::add_slash)
        .get("/{channel}/simple/{project}/", read::project)
        .get("/{channel}/simple/{project}", read::add_slash)
        .get("/{channel}/files/{filename}", read::file)
        .get("/{channel}/integrity/{project}/{version}/{filename}/provenance", integrity::provenance)
        .get("/{channel}/pypi/{project}/json", read::document)
        .get("/{channel}/pypi/{project}/{version}/json", read::release_document)
        .post("/{channel}/legacy/", upload::to_channel)
        .post("/{channel}/legacy", read::keep_method)
}
