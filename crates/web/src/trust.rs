//! The trust documents of signed conda channels: public, and the same for every channel, whether that exists or not.
//!
//! They are asked for as `/N.root.json` and `/key_mgr.json`, also behind the name of a channel. A router cannot tell such
//! a name from others, so the front turns all of them into one path ([`entrance`]).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bonded_model::ChannelName;
use bonded_registry::Error;
use bonded_registry::trust::KEY_MANAGER_CACHED;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::App;
use crate::answer::{is_known, tag_header};
use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

const KEY_MANAGER: &str = "key_mgr.json";
/// What all roots' names end with.
const ROOT: &str = ".root.json";
/// The route that all of them lead to. Its first segment names no channel.
const ROUTE: &str = "/_/trust/{document}";

pub(crate) fn add(routes: Routes) -> Routes {
    routes.get(ROUTE, document)
}

/// Where a request for a trust document is routed; `None` for every other path.
pub(crate) fn entrance(path: &str) -> Option<String> {
    let (channel, name) = match path.strip_prefix('/')?.rsplit_once('/') {
        Some((channel, name)) => (Some(channel), name),
        None => (None, path.strip_prefix('/')?),
    };
    let is_place = channel.is_none_or(|channel| channel.parse::<ChannelName>().is_ok());
    let is_document = name == KEY_MANAGER || name.strip_suffix(ROOT).is_some_and(is_number);
    (is_place && is_document).then(|| format!("/_/trust/{name}"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `/_/trust/{document}`. Clients ask without any token, so none is looked at.
async fn document(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let page = app.trust_document(&name).await?;
    let mut response = match is_known(&headers, &page.etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => page.body.clone().into_response(),
    };
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static(page.content_type));
    out.insert(ETAG, tag_header(page.etag.clone()));
    // No longer than new signatures wait for: whoever keeps an older list of keys would refuse them.
    let cached = format!("public, max-age={}", KEY_MANAGER_CACHED.num_seconds());
    out.insert(CACHE_CONTROL, HeaderValue::try_from(cached).map_err(Error::internal)?);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_under_any_channel_and_under_none() {
        for (path, route) in [
            ("/1.root.json", "/_/trust/1.root.json"),
            ("/main/12.root.json", "/_/trust/12.root.json"),
            ("/key_mgr.json", "/_/trust/key_mgr.json"),
            ("/no-such-channel/key_mgr.json", "/_/trust/key_mgr.json"),
        ] {
            assert_eq!(entrance(path).as_deref(), Some(route), "{path}");
        }
    }

    #[test]
    fn names_that_only_look_like_documents_stay_what_they_are() {
        for path in [
            "/",
            "/root.json",
            "/0.root.json",
            "/01.root.json",
            "/1.root.json.bak",
            "/x1.root.json",
            "/main/noarch/1.root.json",
            "/api/key_mgr.json",
            "/main/key_mgr.json/",
            "/Main/key_mgr.json",
            "key_mgr.json",
            "//key_mgr.json",
        ] {
            assert_eq!(entrance(path), None, "{path}");
        }
    }
}
