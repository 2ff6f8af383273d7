//! The tokens of a person, to look at.

use axum::extract::State;
use axum::response::Response;
use bonded_model::Timestamp;
use bonded_model::token::{TokenScope, TokenState, Verb};
use bonded_pages::account::{Token, Tokens};
use bonded_registry::tokens::OwnToken;

use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::routes::Routes;

const PATH: &str = "/account/tokens";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show)
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    let now = app.clock.now();
    let tokens = app.own_tokens(&cleared).await?.into_iter().map(|own| shown(own, now)).collect();
    Ok(visitor.page(&Tokens { shell: visitor.shell_for(&session), tokens }))
}

fn shown(own: OwnToken, now: Timestamp) -> Token {
    let OwnToken { token, places } = own;
    let verbs: Vec<&str> = token.verbs.iter().map(Verb::as_str).collect();
    let scope = match token.scope {
        TokenScope::Owner => "Everything that you can reach".to_owned(),
        TokenScope::Limited { .. } if places.is_empty() => "Nothing that still exists".to_owned(),
        TokenScope::Limited { .. } => places.join(", "),
    };
    Token {
        dead: token.state(now) != TokenState::Active,
        name: token.name,
        may: verbs.join(", "),
        scope,
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.last_used_at,
        by_operator: token.by_operator,
    }
}
