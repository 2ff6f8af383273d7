//! The tokens of a person.

mod channel;
mod edit;
mod form;
mod new;
mod places;

use axum::extract::State;
use axum::response::Response;
use bonded_model::Timestamp;
use bonded_model::ids::TokenId;
use bonded_model::token::{TokenScope, TokenState, Verb};
use bonded_pages::account::{Token, Tokens};
use bonded_registry::tokens::{Mark, OwnToken};

use super::{Done, Nothing};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::routes::Routes;

const PATH: &str = "/account/tokens";

pub(super) fn add(table: Routes) -> Routes {
    let table = table.get(PATH, show).post("/account/tokens/{id}/revoke", revoke);
    edit::add(channel::add(new::add(table)))
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    let now = app.clock.now();
    let tokens = app.own_tokens(&cleared).await?.into_iter().map(|own| shown(own, now)).collect();
    let shell = Visitor::noticed(visitor.shell_for(&session), done.as_deref());
    Ok(visitor.page(&Tokens { shell, tokens }))
}

async fn revoke(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    app.end_token(&cleared, &visitor.visit, token_id(&id)?).await?;
    Ok(visitor.redirect("/account/tokens?done=token-revoked"))
}

fn token_id(text: &str) -> Result<TokenId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn shown(own: OwnToken, now: Timestamp) -> Token {
    let marks = own.marks(now);
    let OwnToken { token, places, only_project, publisher_instead } = own;
    let verbs: Vec<&str> = token.verbs.iter().map(Verb::as_str).collect();
    let scope = match token.scope {
        TokenScope::Owner => "Everything that you can reach".to_owned(),
        TokenScope::Limited { .. } if places.is_empty() => "Nothing that still exists".to_owned(),
        TokenScope::Limited { .. } => places.join(", "),
    };
    Token {
        id: token.id.to_string(),
        dead: token.state(now) != TokenState::Active,
        used_from: token.last_client.address.map_or_else(String::new, |address| address.to_string()),
        used_by: token.last_client.agent,
        networks: token.networks.to_string(),
        leaked: marks.contains(&Mark::Leaked),
        ends_soon: marks.contains(&Mark::EndsSoon),
        unused: marks.contains(&Mark::Unused),
        only_project: only_project.filter(|_| marks.contains(&Mark::WiderThanUsed)),
        publisher_instead: publisher_instead.filter(|_| marks.contains(&Mark::PublisherInstead)),
        name: token.name,
        may: verbs.join(", "),
        scope,
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.last_used_at,
        by_operator: token.by_operator,
        minted_by: token.minted_by.map(|minter| minter.name),
    }
}
