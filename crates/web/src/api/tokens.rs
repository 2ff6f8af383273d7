//! Tokens, managed with a token.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bonded_model::ids::TokenId;
use bonded_model::token::{TokenScope, TokenState, Verb};
use bonded_registry::tokens::{IssuedToken, Mark, Minted, Overlap, OwnToken, ScopeByName};
use chrono::TimeDelta;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use crate::App;
use crate::browser::agent;
use crate::credentials::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

const PATH: &str = "/api/bonded/v1/tokens";

pub(crate) fn add(table: Routes) -> Routes {
    table
        .get(PATH, list)
        .post(PATH, mint)
        .delete("/api/bonded/v1/tokens/{id}", revoke)
        .post("/api/bonded/v1/tokens/{id}/rotate", rotate)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    verbs: Vec<Verb>,
    /// Channels as `channel`, projects as `channel/project`.
    scope: Option<Vec<String>>,
    days: Option<i64>,
    networks: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotate {
    overlap: Option<String>,
}

impl New {
    fn minted(self) -> Result<Minted, Problem> {
        let wrong = |text: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text);
        let lifetime = match self.days {
            None => None,
            Some(days) => Some(TimeDelta::try_days(days).ok_or_else(|| wrong("there are not so many days"))?),
        };
        let networks = match self.networks {
            None => None,
            Some(list) => Some(list.join(",").parse().map_err(|error| wrong(&format!("{error}")))?),
        };
        let scope = self.scope.map(scope);
        Ok(Minted { name: self.name, verbs: self.verbs.into_iter().collect(), scope, lifetime, networks })
    }
}

fn scope(places: Vec<String>) -> ScopeByName {
    let (mut channels, mut projects) = (Vec::new(), Vec::new());
    for place in places {
        match place.split_once('/') {
            Some((channel, project)) => projects.push((channel.to_owned(), project.to_owned())),
            None => channels.push(place),
        }
    }
    ScopeByName::Limited { channels, projects }
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let permit = app.manage_tokens(&caller.actor).await?;
    let tokens = app.managed_tokens(&permit).await?;
    let shown: Vec<_> = tokens.iter().map(|own| shown(&app, own)).collect();
    Ok(answer(StatusCode::OK, json!({ "tokens": shown })))
}

async fn mint(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let permit = app.manage_tokens(&caller.actor).await?;
    let minted = body.json::<New>()?.minted()?;
    let issued = app.mint_token(&permit, (&caller.origin, &agent(&headers)), minted).await?;
    Ok(answer(StatusCode::CREATED, secret(&issued, None)))
}

async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let permit = app.manage_tokens(&caller.actor).await?;
    let asked: Rotate = body.json()?;
    let unknown =
        |_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the overlap is one of none, 1h, 24h, 7d");
    let overlap = asked.overlap.map_or(Ok(Overlap::None), |text| text.parse()).map_err(unknown)?;
    let (id, from) = (token_id(&id)?, (&caller.origin, &*agent(&headers)));
    let issued = app.rotate_managed_token(&permit, from, id, overlap).await?;
    // The old secret may have ended at once, whatever was asked.
    let overlaps = issued.token.previous_until.is_some_and(|until| until > app.clock.now());
    Ok(answer(StatusCode::OK, secret(&issued, Some(if overlaps { overlap } else { Overlap::None }))))
}

async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let permit = app.manage_tokens(&caller.actor).await?;
    app.revoke_managed_token(&permit, &caller.origin, token_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn token_id(text: &str) -> Result<TokenId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// A token with its secret, the one time that it is known.
fn secret(issued: &IssuedToken, overlap: Option<Overlap>) -> Value {
    json!({
        "id": issued.token.id,
        "token": issued.secret.expose(),
        "expires_at": issued.token.expires_at,
        "overlap": overlap.map(Overlap::as_str),
    })
}

fn shown(app: &App, own: &OwnToken) -> Value {
    let (token, now) = (&own.token, app.clock.now());
    let marks: Vec<_> = own.marks(now).into_iter().map(Mark::as_str).collect();
    json!({
        "id": token.id,
        "name": token.name,
        "verbs": token.verbs,
        "scope": match token.scope {
            TokenScope::Owner => None,
            TokenScope::Limited { .. } => Some(&own.places),
        },
        "networks": token.networks,
        "state": match token.state(now) {
            TokenState::Active | TokenState::Replaced => "active",
            TokenState::Expired(_) => "expired",
            TokenState::Revoked(_) => "revoked",
        },
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "last_used_from": token.last_client.address,
        "last_used_by": token.last_client.agent,
        "leaked_at": token.leaked_at,
        "minted_by": token.minted_by.as_ref().map(|minter| minter.id),
        "marks": marks,
    })
}

/// Nobody keeps an answer that holds or lists tokens.
fn answer(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
