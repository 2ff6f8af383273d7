//! Tokens in paths: `/t/TOKEN/channel/…` as conda, mamba and rattler write them, and `/conda/t/TOKEN/channel/…` where
//! conda moves the token behind a leading `/conda`.

use std::borrow::Cow;

use axum::extract::Request;
use bonded_model::token::ApiToken;
use http::uri::PathAndQuery;
use http::{Method, Uri};
use percent_encoding::percent_decode_str;

use crate::problem::Problem;

/// What every token begins with.
const PREFIX: &str = "bonded-";
/// No name of a project goes on for so long without a separator; a token does.
const SUSPICIOUS_LEN: usize = 16;

/// What stood behind `/t/` in the path. `None`: something that is no token.
#[derive(Clone, Debug)]
pub(crate) struct PathToken(pub(crate) Option<ApiToken>);

/// Takes the token out of the request's path.
///
/// # Errors
/// For methods that change something: a token in a path is for reading only.
pub(crate) fn take(request: &mut Request) -> Result<Option<PathToken>, Problem> {
    let path = request.uri().path();
    let Some((token, rest)) = split(path) else { return Ok(None) };
    let token = PathToken(token.parse().ok());
    let rest = match request.uri().query() {
        Some(query) => format!("{rest}?{query}"),
        None => rest.to_owned(),
    };
    replace_path(request, &rest);
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        Ok(Some(token))
    } else {
        Err(Problem::forbidden("a token in the path is for reading only; send it in a header"))
    }
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

/// The path as a log may hold it: people put tokens where no client does, for example behind the channel's name.
/// Whatever looks like a token is hidden, also half of one, and also when it is percent-encoded.
pub(crate) fn redacted(path: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    if !decoded.contains(PREFIX) {
        return Cow::Borrowed(path);
    }
    let mut shown = String::with_capacity(decoded.len());
    let mut pieces = decoded.split(PREFIX);
    shown.extend(pieces.next());
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        let secret = &piece[..piece.len() - rest.len()];
        shown.push_str(PREFIX);
        shown.push_str(if secret.len() < SUSPICIOUS_LEN { secret } else { "[redacted]" });
        shown.push_str(rest);
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use bonded_model::Random;

    use super::*;

    #[test]
    fn a_token_in_the_wrong_place_is_hidden_from_logs() {
        let token = ApiToken::generate(&Random::seeded(3)).expose().to_owned();
        let escaped: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for token in [&token, &escaped, &token[..30].to_owned()] {
            for path in [format!("/main/t/{token}/noarch"), format!("//t/{token}"), format!("/{token}.conda")]
            {
                let shown = redacted(&path);
                assert!(shown.contains("bonded-[redacted]"), "{shown}");
            }
        }
        assert_eq!(redacted("/pypi/files/bonded-client-1.0.tar.gz"), "/pypi/files/bonded-client-1.0.tar.gz");
    }

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
    fn a_path_token_changes_nothing() {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let mut request = request(method, "/t/secret/main/noarch/x.conda");
            assert!(take(&mut request).is_err());
            assert!(!request.uri().to_string().contains("secret"));
        }
    }
}
