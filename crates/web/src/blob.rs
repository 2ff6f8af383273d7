//! Answers with stored bytes: whole or in part, conditional, never compressed on the way (they are already).

use std::ops::Range;

use axum::body::Body;
use axum::response::Response;
use bonded_blobs::StorageKey;
use bonded_model::file::Stored;
use bonded_registry::Error;
use bonded_registry::access::{Permit, Read};
use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::App;
use crate::answer::{Keep, cache_control, is_known, tag_header};
use crate::problem::Problem;

/// What is to be served, and how.
pub(crate) struct Served<'a> {
    pub(crate) permit: &'a Permit<Read>,
    pub(crate) blob: Stored,
    pub(crate) content_type: &'static str,
    pub(crate) keep: Keep,
}

/// Where the bytes come from.
pub(crate) enum Source {
    Memory(Bytes),
    Storage(StorageKey),
}

/// The part of the bytes that was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Range(Range<u64>),
    Unsatisfiable,
}

/// Answers a GET or HEAD with a blob.
pub(crate) async fn answer(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    served: Served<'_>,
    source: Source,
) -> Result<Response, Problem> {
    let etag = Bytes::from(format!("\"{}\"", served.blob.sha256));
    let size = served.blob.size;
    if is_known(headers, &etag) {
        return Ok(with_headers(StatusCode::NOT_MODIFIED, Body::empty(), &served, etag));
    }
    let (status, range) = match requested(headers, &etag, size) {
        Part::Whole => (StatusCode::OK, 0..size),
        Part::Range(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Unsatisfiable => {
            let mut response = with_headers(StatusCode::RANGE_NOT_SATISFIABLE, Body::empty(), &served, etag);
            set(&mut response, CONTENT_RANGE, format!("bytes */{size}"));
            return Ok(response);
        }
    };
    let length = range.end - range.start;
    let body = if *method == Method::HEAD { Body::empty() } else { body(app, source, range.clone()).await? };
    let mut response = with_headers(status, body, &served, etag);
    set(&mut response, CONTENT_LENGTH, length.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        set(&mut response, CONTENT_RANGE, format!("bytes {}-{}/{size}", range.start, range.end - 1));
    }
    Ok(response)
}

async fn body(app: &App, source: Source, range: Range<u64>) -> Result<Body, Problem> {
    match source {
        Source::Memory(bytes) => {
            let slice = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
            let (start, end) = slice.ok_or_else(|| Error::internal("a range beyond memory"))?;
            Ok(Body::from(bytes.slice(start..end)))
        }
        Source::Storage(key) => {
            let read = app.blobs.read(key, Some(range)).await.map_err(Error::internal)?;
            let read = read.ok_or_else(|| Error::internal(format!("the blob {key:?} is missing")))?;
            Ok(Body::from_stream(read))
        }
    }
}

fn with_headers(status: StatusCode, body: Body, served: &Served<'_>, etag: Bytes) -> Response {
    let visibility = served.permit.action().channel.visibility;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(served.content_type));
    headers.insert(ETAG, tag_header(etag));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, cache_control(visibility, served.keep));
    if visibility == bonded_model::Visibility::Private {
        headers.insert(VARY, HeaderValue::from_static("Authorization"));
    }
    response
}

fn set(response: &mut Response, name: http::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

/// One range is served; several at once, and anything that cannot be read, mean the whole (RFC 9110 allows that).
fn requested(headers: &HeaderMap, etag: &[u8], size: u64) -> Part {
    let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok()) else { return Part::Whole };
    if headers.get(IF_RANGE).is_some_and(|condition| condition.as_bytes() != etag) {
        return Part::Whole;
    }
    let Ok(parsed) = http_range_header::parse_range_header(range) else { return Part::Whole };
    match parsed.validate(size) {
        Ok(ranges) => match ranges.as_slice() {
            [one] => Part::Range(*one.start()..one.end() + 1),
            _ => Part::Whole,
        },
        Err(_) => Part::Unsatisfiable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(range: &'static str, if_range: Option<&'static str>) -> Part {
        let mut headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static(range))]);
        if let Some(condition) = if_range {
            headers.insert(IF_RANGE, HeaderValue::from_static(condition));
        }
        requested(&headers, b"\"tag\"", 100)
    }

    #[test]
    fn single_ranges_are_understood() {
        assert_eq!(part("bytes=0-0", None), Part::Range(0..1));
        assert_eq!(part("bytes=90-", None), Part::Range(90..100));
        assert_eq!(part("bytes=-10", None), Part::Range(90..100));
        assert_eq!(part("bytes=0-1000", None), Part::Range(0..100));
    }

    #[test]
    fn what_is_not_one_range_means_the_whole() {
        for range in ["bytes=0-1,5-6", "lines=1-2", "bytes", "bytes=b-a"] {
            assert_eq!(part(range, None), Part::Whole, "{range}");
        }
    }

    #[test]
    fn a_range_behind_the_end_cannot_be_satisfied() {
        assert_eq!(part("bytes=100-", None), Part::Unsatisfiable);
    }

    #[test]
    fn a_range_of_other_bytes_means_the_whole() {
        assert_eq!(part("bytes=0-0", Some("\"other\"")), Part::Whole);
        assert_eq!(part("bytes=0-0", Some("\"tag\"")), Part::Range(0..1));
    }
}
