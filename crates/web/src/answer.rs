//! Answers with bytes from memory: conditional requests, compression and caching.

use axum::body::Body;
use axum::response::Response;
use bonded_model::Visibility;
use bonded_registry::access::{Permit, Read};
use bonded_registry::python::{Page, may_compress};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

/// How an answer may be kept by clients and by caches on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keep {
    /// It may change at any moment: ask again each time, with its entity tag.
    Revalidate,
    /// The same, in the one word that a specification asks for.
    NoCache,
    /// It never changes.
    Forever,
}

/// The caching rule as a header. What a private channel serves is for one caller alone.
pub(crate) fn cache_control(visibility: Visibility, keep: Keep) -> HeaderValue {
    HeaderValue::from_static(match (visibility, keep) {
        (Visibility::Public, Keep::Revalidate) => "public, max-age=0, must-revalidate",
        (Visibility::Public, Keep::NoCache) => "public, no-cache",
        (Visibility::Private, Keep::NoCache) => "private, no-cache",
        (Visibility::Public, Keep::Forever) => "public, max-age=31536000, immutable",
        (Visibility::Private, Keep::Revalidate) => "private, max-age=0, must-revalidate",
        (Visibility::Private, Keep::Forever) => "private, max-age=31536000, immutable",
    })
}

/// A rendered page. `negotiated` says that other callers may get another form under the same URL.
pub(crate) fn page(page: &Page, permit: &Permit<Read>, headers: &HeaderMap, negotiated: bool) -> Response {
    let visibility = permit.action().channel.visibility;
    let compressed = if may_compress(permit) && accepts_gzip(headers) { page.gzip() } else { None };
    let etag = match compressed {
        // Another sequence of bytes needs another strong tag (RFC 9110, section 8.8.3).
        Some(_) => gzip_tag(&page.etag),
        None => page.etag.clone(),
    };
    let matched = is_known(headers, &etag);
    let body = match (matched, compressed) {
        (true, _) => Body::empty(),
        (false, Some(compressed)) => Body::from(compressed.clone()),
        (false, None) => Body::from(page.body.clone()),
    };
    let mut response = Response::new(body);
    if matched {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static(page.content_type));
    out.insert(ETAG, tag_header(etag));
    out.insert(CACHE_CONTROL, cache_control(visibility, Keep::Revalidate));
    out.insert(VARY, vary(visibility, negotiated));
    if compressed.is_some() {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn vary(visibility: Visibility, negotiated: bool) -> HeaderValue {
    HeaderValue::from_static(match (visibility, negotiated) {
        (Visibility::Public, true) => "Accept, Accept-Encoding",
        (Visibility::Public, false) => "Accept-Encoding",
        (Visibility::Private, true) => "Accept, Authorization",
        (Visibility::Private, false) => "Authorization",
    })
}

fn gzip_tag(etag: &Bytes) -> Bytes {
    let plain = etag.strip_suffix(b"\"").unwrap_or(etag);
    [plain, b"-gzip\""].concat().into()
}

/// Tags are made of digits and letters here, so they always fit into a header.
pub(crate) fn tag_header(etag: Bytes) -> HeaderValue {
    HeaderValue::from_maybe_shared(etag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether the caller has these bytes already: `If-None-Match` by the weak comparison that RFC 9110 demands.
pub(crate) fn is_known(headers: &HeaderMap, etag: &[u8]) -> bool {
    headers.get_all(IF_NONE_MATCH).iter().any(|value| {
        let mut tags = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        tags.any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag)
    })
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|value| value.split(',')).any(|offer| {
        let (coding, parameter) = offer.split_once(';').unwrap_or((offer, ""));
        coding.trim().eq_ignore_ascii_case("gzip") && !is_zero(parameter)
    })
}

fn is_zero(parameter: &str) -> bool {
    let weight = parameter.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
    weight.is_some_and(|weight| weight <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn entity_tags_are_compared_weakly_and_in_lists() {
        for known in ["\"a\"", "W/\"a\"", "\"x\", \"a\"", "*"] {
            assert!(is_known(&headers(IF_NONE_MATCH, known), b"\"a\""), "{known}");
        }
        for unknown in ["\"b\"", "a", "", "\"a-gzip\""] {
            assert!(!is_known(&headers(IF_NONE_MATCH, unknown), b"\"a\""), "{unknown}");
        }
    }

    #[test]
    fn gzip_is_given_to_those_who_take_it() {
        for offer in ["gzip", "deflate, GZIP;q=0.5", "br, gzip"] {
            assert!(accepts_gzip(&headers(ACCEPT_ENCODING, offer)), "{offer}");
        }
        for offer in ["", "br", "gzip;q=0", "gzip; q=0.0", "xgzip"] {
            assert!(!accepts_gzip(&headers(ACCEPT_ENCODING, offer)), "{offer}");
        }
    }

    #[test]
    fn the_compressed_form_has_its_own_tag() {
        assert_eq!(gzip_tag(&Bytes::from_static(b"\"abc\"")), Bytes::from_static(b"\"abc-gzip\""));
    }
}
