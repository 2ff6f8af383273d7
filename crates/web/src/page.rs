//! Pages for people: what a browser gets where a program gets a problem.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bonded_model::Random;
use bonded_pages::public::ProblemPage;
use bonded_pages::sign_in::TooManyAttempts;
use bonded_pages::{Shell, Template};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

use crate::browser;
use crate::problem::Problem;

/// Whether the caller is a browser. Browsers name `text/html` first; package clients name their own types first or
/// accept anything.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"text/html,application/xhtml+xml"))
}

/// The same answer, with a page in place of a problem.
pub(crate) fn instead_of_problem(response: Response, prefix: &str, random: &Random) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let nonce = URL_SAFE_NO_PAD.encode(random.bytes::<18>());
    let shell = Shell { prefix: prefix.to_owned(), nonce: nonce.clone(), ..Shell::default() };
    let Ok(body) = rendered(problem, shell) else { return response };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    browser::secure(&mut parts.headers, &nonce);
    Response::from_parts(parts, body.into())
}

fn rendered(problem: &Problem, shell: Shell) -> Result<String, bonded_pages::Error> {
    if let Some(retry_after) = problem.retry_after() {
        return TooManyAttempts { shell, retry_after }.render();
    }
    let page = ProblemPage {
        shell,
        status: problem.status().as_u16(),
        title: problem.status().canonical_reason().unwrap_or("Error").to_owned(),
        detail: problem.detail().to_owned(),
    };
    page.render()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn a_browser_gets_a_page_with_the_text_escaped() {
        let response = Problem::bad_request("<script>alert(1)</script>").into_response();
        let page = instead_of_problem(response, "", &Random::System);
        assert_eq!(page.status(), 400);
        assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
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
