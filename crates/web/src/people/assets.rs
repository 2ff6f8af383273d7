//! The files that pages refer to.

use axum::response::{IntoResponse, Response};
use bonded_pages::assets;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/static/{file}", asset)
}

/// A stylesheet, script or icon. Its name carries a hash of its bytes, so it never changes.
async fn asset(Path(file): Path<String>) -> Result<Response, Problem> {
    let asset = assets::find(&file).ok_or_else(Problem::not_found)?;
    let mut response = asset.body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
