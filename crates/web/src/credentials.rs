//! The credential of a request: from headers or path, before anything of the body is read.

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bonded_model::Actor;
use bonded_model::actor::Origin;
use bonded_model::token::{ApiToken, MalformedToken, holds_token};
use bonded_registry::access::{Epoch, Presented};
use bonded_registry::{Error, Registry};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Extensions, HeaderMap};

use crate::App;
use crate::browser::agent;
use crate::path_token::PathToken;
use crate::problem::Problem;

/// Who makes the request, from where. Extracting it authenticates; a bad credential ends the request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) origin: Origin,
    /// From before the actor was authenticated: the body may come much later.
    pub(crate) epoch: Epoch,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let origin = *parts.extensions.get::<Origin>().ok_or_else(no_origin)?;
        if let Some(PathCaller { actor, epoch }) = parts.extensions.get::<PathCaller>().cloned() {
            return Ok(Self { actor: actor?, origin, epoch });
        }
        let agent = agent(&parts.headers);
        let epoch = app.access.epoch();
        let actor = app.authenticate(&presented(parts), &origin, &agent).await?;
        Ok(Self { actor, origin, epoch })
    }
}

/// Whom the token in the path stands for, as the front found out once for every route; a problem for those routes that
/// ask who calls.
#[derive(Clone, Debug)]
pub(crate) struct PathCaller {
    actor: Result<Actor, Problem>,
    epoch: Epoch,
}

impl PathCaller {
    /// Authenticates by the token that was set aside from the path, if there was one.
    ///
    /// # Errors
    /// For a token that can do more than read, whatever is asked for: it has leaked.
    pub(crate) async fn read(
        registry: &Registry,
        (extensions, headers): (&Extensions, &HeaderMap),
        origin: &Origin,
    ) -> Result<Option<Self>, Problem> {
        let Some(presented) = in_path(extensions) else { return Ok(None) };
        let epoch = registry.access.epoch();
        let actor = match registry.authenticate(&presented, origin, &agent(headers)).await {
            Err(leaked @ Error::TokenInUrl(_)) => return Err(leaked.into()),
            other => other.map_err(Problem::from),
        };
        Ok(Some(Self { actor, epoch }))
    }
}

fn no_origin() -> Problem {
    Error::internal("a request reached a route without passing the front").into()
}

/// The credential that the request carries. One in the path wins: conda adds others of its own accord.
pub(crate) fn presented(parts: &Parts) -> Presented {
    if let Some(presented) = in_path(&parts.extensions) {
        return presented;
    }
    if let Some(key) = parts.headers.get("x-api-key") {
        return key.to_str().map_or(Presented::Malformed, |key| from_token(key.parse()));
    }
    let presented = match parts.headers.get(AUTHORIZATION) {
        None => Presented::Nothing,
        Some(value) => value.to_str().map_or(Presented::Malformed, from_authorization),
    };
    match presented {
        // Passwords open nothing for reading, so nobody can have them tried there.
        Presented::PasswordUpload { .. } if parts.method.is_safe() => Presented::Password,
        presented => presented,
    }
}

/// What stood in the path where a token may.
fn in_path(extensions: &Extensions) -> Option<Presented> {
    let PathToken(token) = extensions.get::<PathToken>()?;
    Some(token.clone().map_or(Presented::Malformed, Presented::TokenInUrl))
}

/// `Basic`, `Bearer` and `token`, in any case (RFC 9110: schemes are case-insensitive).
fn from_authorization(value: &str) -> Presented {
    let Some((scheme, rest)) = value.trim().split_once(' ') else { return Presented::Malformed };
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => from_basic(rest.trim()).unwrap_or(Presented::Malformed),
        "bearer" | "token" => from_token(rest.parse()),
        _ => Presented::Malformed,
    }
}

/// The password part is the token, whatever the user name: `__token__` by convention, and some clients insist on
/// another. A user name alone may be the token as well.
fn from_basic(encoded: &str) -> Option<Presented> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    match password.parse() {
        Ok(token) => Some(Presented::Token(token)),
        Err(_) if password.trim().is_empty() => Some(from_token(user.parse())),
        // Or with something for a password that is none, as in `TOKEN:x-oauth-basic`. A mistyped one is no name either, and
        // would be shown as one.
        Err(_) if holds_token(user) => Some(from_token(user.parse())),
        Err(MalformedToken::Prefix) if user.trim() != "__token__" => {
            Some(Presented::PasswordUpload { name: user.to_owned(), password: password.into() })
        }
        Err(_) => Some(Presented::Malformed),
    }
}

fn from_token(token: Result<ApiToken, MalformedToken>) -> Presented {
    token.map_or(Presented::Malformed, Presented::Token)
}

#[cfg(test)]
mod tests {
    use bonded_model::Random;
    use proptest::prelude::*;

    use super::*;

    fn basic(user: &str, password: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
    }

    #[test]
    fn every_scheme_leads_to_the_token() {
        let token = ApiToken::generate(&Random::seeded(1));
        let text = token.expose();
        for value in [
            basic("__token__", text),
            basic("__token__", &format!(" {text}\n")),
            basic("ada", text),
            basic(text, ""),
            basic(text, "x-oauth-basic"),
            format!("Bearer {text}"),
            format!("bearer {text}"),
            format!("token {text}"),
            basic("__token__", text).replace("Basic", "bAsIc"),
        ] {
            let Presented::Token(found) = from_authorization(&value) else { panic!("{value}") };
            assert_eq!(found.hash(), token.hash());
        }
    }

    #[test]
    fn what_is_no_token_is_told_from_a_password() {
        assert!(matches!(from_authorization(&basic("ada", "hunter2")), Presented::PasswordUpload { .. }));
        for value in [
            basic("__token__", "pypi-abc"),
            basic("__token__", "bonded-short"),
            basic("", ""),
            "Basic !!!".into(),
            "Basic".into(),
            "Digest x".into(),
            "Basic QA==".into(),
        ] {
            assert!(matches!(from_authorization(&value), Presented::Malformed), "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_reader_panic(value in ".*") {
            let _ = from_authorization(&value);
        }
    }
}
