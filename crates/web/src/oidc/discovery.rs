//! Discovery of trusted publishing (PEP 807): from the path of an upload URL to where the exchange is.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bonded_model::ChannelName;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::json;

use super::{FEATURE, no_store};
use crate::App;
use crate::extract::Query;
use crate::problem::Problem;

const PYTP_JSON: HeaderValue = HeaderValue::from_static("application/vnd.pypi.pytp.v1+json");

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// The path of the upload URL.
    discover: Option<String>,
}

/// 404 for what is no path that takes uploads. Whether there is such a channel is not told: it may be private.
pub(super) async fn discover(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let path = wanted.discover.unwrap_or_default();
    if app.oidc_audience().is_none() || !takes_uploads(&path, app.prefix()) {
        return Err(Problem::not_found());
    }
    let base = app.base_url();
    let body = json!({
        "audience-endpoint": format!("{base}/_/oidc/audience"),
        "token-mint-endpoint": format!("{base}/_/oidc/mint-token"),
        "features": [FEATURE],
        "default-features": [FEATURE],
    });
    Ok((no_store(), [(CONTENT_TYPE, PYTP_JSON)], body.to_string()).into_response())
}

/// Whether a path, as the outside knows it, could take uploads: `/legacy/`, or `/{channel}/legacy/`.
fn takes_uploads(path: &str, prefix: &str) -> bool {
    let Some(path) = path.strip_prefix(prefix) else { return false };
    let Some(before) = path.strip_suffix("/legacy/").or_else(|| path.strip_suffix("/legacy")) else {
        return false;
    };
    before.is_empty() || before.strip_prefix('/').is_some_and(|name| name.parse::<ChannelName>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upload_paths_are_told_from_others() {
        for path in ["/legacy/", "/legacy", "/team/legacy/"] {
            assert!(takes_uploads(path, ""), "{path}");
            assert!(takes_uploads(&format!("/registry{path}"), "/registry"), "{path}");
            assert!(!takes_uploads(path, "/registry"), "{path}");
        }
        for path in
            ["", "/", "/simple/", "/a/b/legacy/", "/Team/legacy/", "//legacy/", "legacy/", "/api/legacy/"]
        {
            assert!(!takes_uploads(path, ""), "{path}");
        }
    }
}
