//! Tokens in paths: `/t/TOKEN/channel/…` as conda, mamba and rattler write them, and `/conda/t/TOKEN/channel/…` where
//! conda moves the token behind a leading `/conda`.

use axum::extract::Request;
use bonded_model::token::{ApiToken, holds_token, tokens_in};
use http::uri::PathAndQuery;
use http::{Method, Uri};
use percent_encoding::percent_decode_str;

use crate::problem::Problem;

/// What stood behind `/t/` in the path. `None`: something that is no token.
#[derive(Clone, Debug)]
pub(crate) struct PathToken(pub(crate) Option<ApiToken>);

/// A request that is answered for its path alone.
#[derive(Debug)]
pub(crate) struct RefusedPath {
    pub(crate) problem: Problem,
    /// The token in the path, which has leaked by now.
    pub(crate) token: Option<ApiToken>,
    /// Whether it stood where none is read at all.
    pub(crate) elsewhere: bool,
}

/// Takes the token out of the request's path.
///
/// # Errors
/// For methods that change something: a token in a path is for reading only. And for a token that is percent-encoded or has
/// something at its side: no client sends it so, and nobody reads it.
pub(crate) fn take(request: &mut Request) -> Result<Option<PathToken>, Box<RefusedPath>> {
    let path = request.uri().path();
    let Some((token, rest)) = split(path) else { return Ok(None) };
    let token = read(token);
    let rest = match request.uri().query() {
        Some(query) => format!("{rest}?{query}"),
        None => rest.to_owned(),
    };
    replace_path(request, &rest);
    let token = token?;
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        Ok(Some(token))
    } else {
        let problem = Problem::forbidden("a token in the path is for reading only; send it in a header");
        Err(RefusedPath { problem, token: token.0, elsewhere: false }.into())
    }
}

/// Refuses a path that holds a token in any other place, also percent-encoded: redirects and errors would repeat it.
///
/// # Errors
/// Says that the token has leaked.
pub(crate) fn refuse_elsewhere(path: &str) -> Result<(), Box<RefusedPath>> {
    if holds_token(path) { Err(elsewhere(first_token(path))) } else { Ok(()) }
}

/// The token that is all of a segment. One inside of something else is refused; a mistyped one is a wrong credential like
/// any other.
fn read(segment: &str) -> Result<PathToken, Box<RefusedPath>> {
    match segment.parse() {
        Ok(token) => Ok(PathToken(Some(token))),
        Err(_) => first_token(segment).map_or(Ok(PathToken(None)), |token| Err(elsewhere(Some(token)))),
    }
}

fn first_token(text: &str) -> Option<ApiToken> {
    tokens_in(&percent_decode_str(text).decode_utf8_lossy()).next()
}

fn elsewhere(token: Option<ApiToken>) -> Box<RefusedPath> {
    let problem = Problem::bad_request(
        "a token stands in the path where none is read: send it in a header; consider it leaked: give it a new secret on \
         the page of your tokens, or revoke it",
    );
    RefusedPath { problem, token, elsewhere: true }.into()
}

/// The token and the path behind it, which begins with `/`.
fn split(path: &str) -> Option<(&str, &str)> {
    let behind = path.strip_prefix("/t/").or_else(|| path.strip_prefix("/conda/t/"))?;
    Some(behind.find('/').map_or((behind, "/"), |slash| behind.split_at(slash)))
}

/// Puts another path (and query) into the request's URI. What cannot be a path becomes `/`, never the old path: that
/// may hold a token.
pub(crate) fn replace_path(request: &mut Request, path: &str) {
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query =
        Some(PathAndQuery::try_from(path).unwrap_or_else(|_| PathAndQuery::from_static("/")));
    *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use bonded_model::Random;

    use super::*;

    fn request(method: Method, path: &str) -> Request {
        Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
    }

    #[test]
    fn both_placements_leave_the_same_path() {
        let token = ApiToken::generate(&Random::seeded(1));
        for path in ["/t/TOKEN/main/noarch/repodata.json?x=1", "/conda/t/TOKEN/main/noarch/repodata.json?x=1"]
        {
            let mut request = request(Method::GET, &path.replace("TOKEN", token.expose()));
            let taken = take(&mut request).unwrap().unwrap();
            assert_eq!(taken.0.unwrap().hash(), token.hash());
            assert_eq!(request.uri().to_string(), "/main/noarch/repodata.json?x=1");
        }
    }

    #[test]
    fn whatever_stands_behind_t_leaves_the_url() {
        for path in ["/t/secret", "/t/secret/", "/t//x", "/t/se_cret.x/main/"] {
            let mut request = request(Method::GET, path);
            assert!(take(&mut request).unwrap().unwrap().0.is_none());
            assert!(!request.uri().to_string().contains("se"), "{path}");
        }
    }

    #[test]
    fn a_token_inside_of_something_else_is_refused_and_a_mistyped_one_is_a_wrong_credential() {
        let token = ApiToken::generate(&Random::seeded(3)).expose().to_owned();
        for segment in [format!("%62{}", &token[1..]), format!("{token}%2Fmain"), format!("x{token}")] {
            for method in [Method::GET, Method::PUT] {
                let mut request = request(method, &format!("/t/{segment}/noarch"));
                let refused = take(&mut request).expect_err("it is refused");
                assert_eq!(refused.token.map(|found| found.expose().to_owned()), Some(token.clone()));
                assert_eq!(request.uri(), "/noarch");
            }
        }
        let mut request = request(Method::GET, &format!("/t/{}0/noarch", &token[..50]));
        assert!(take(&mut request).unwrap().unwrap().0.is_none());
    }

    #[test]
    fn a_path_token_changes_nothing() {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let mut request = request(method, "/t/secret/main/noarch/x.conda");
            assert!(take(&mut request).is_err_and(|refused| !refused.elsewhere));
            assert!(!request.uri().to_string().contains("secret"));
        }
    }

    #[test]
    fn a_token_in_another_place_is_refused_and_names_are_not() {
        let token = ApiToken::generate(&Random::seeded(2)).expose().to_owned();
        let escaped: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for path in [format!("//t/{token}/x"), format!("/main/{token}.conda"), format!("/simple/{escaped}/")]
        {
            let refused = refuse_elsewhere(&path).expect_err("it is refused");
            assert!(refused.elsewhere && !refused.problem.detail().contains(&token[7..]));
            assert_eq!(refused.token.map(|found| found.expose().to_owned()), Some(token.clone()));
        }
        for path in ["/simple/bonded-client/", "/files/bonded-0123456789abcdefghij-1.0.tar.gz", "/%ff%fe"] {
            assert!(refuse_elsewhere(path).is_ok(), "{path}");
        }
    }
}
