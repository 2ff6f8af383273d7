//! Pages for people: what a browser gets where a program gets a problem.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::HeaderMap;
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::problem::Problem;

/// Nothing may be loaded or sent; styles stand in the page itself, allowed by their hash-free inline form because the
/// templates contain no text that a user wrote inside `<style>`.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// A problem as a page.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    status: u16,
    title: &'a str,
    detail: &'a str,
    prefix: &'a str,
}

/// Whether the caller is a browser. Browsers name `text/html` first; package clients name their own types first or
/// accept anything.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"text/html,application/xhtml+xml"))
}

/// The same answer, with a page in place of a problem.
pub(crate) fn instead_of_problem(response: Response, prefix: &str) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let page = ProblemPage {
        status: problem.status().as_u16(),
        title: problem.status().canonical_reason().unwrap_or("Error"),
        detail: problem.detail(),
        prefix,
    };
    let Ok(body) = page.render() else { return response };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(http::header::CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
    Response::from_parts(parts, body.into())
}

/// A rendered page as an answer.
pub(crate) fn respond(page: &impl Template) -> Response {
    match page.render() {
        Ok(body) => {
            let mut response = Html(body).into_response();
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
            response
        }
        Err(error) => Problem::from(bonded_registry::Error::internal(error)).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_a_page_with_the_text_escaped() {
        let response = Problem::bad_request("<script>alert(1)</script>").into_response();
        let page = instead_of_problem(response, "");
        assert_eq!(page.status(), 400);
        assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        let sample = ProblemPage { status: 400, title: "Bad Request", detail: "<script>", prefix: "" };
        assert!(!sample.render().unwrap().contains("<script>"));
    }

    #[test]
    fn package_clients_are_not_browsers() {
        let wants = |accept: &'static str| {
            is_wanted(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert!(wants("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!wants("*/*"));
        assert!(!wants("application/vnd.pypi.simple.v1+json, text/html; q=0.01"));
        assert!(!wants("text/html"));
    }
}
