//! Security keys and passkeys.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ids::KeyId;
use bonded_model::people::{Factors, WebauthnKey};
use bonded_pages::account::{EditKey, Key, NewKey};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::{Session, is_synchronized};
use http::StatusCode;
use serde::Deserialize;

use super::{Done, Nothing, options};
use crate::App;
use crate::browser::{Posted, Refusal, Scripted, Visitor};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::routes::Routes;

const NEW: &str = "/account/keys/new";

pub(super) fn add(table: Routes) -> Routes {
    table
        .get(NEW, new)
        .post("/account/keys/options", key_options)
        .post("/account/keys", add_key)
        .get("/account/keys/{id}", show)
        .post("/account/keys/{id}", rename)
        .post("/account/keys/{id}/remove", remove)
}

#[derive(Deserialize)]
struct New {
    name: String,
    credential: String,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

/// A key as pages show it.
pub(super) fn shown(key: &WebauthnKey) -> Key {
    Key {
        id: key.id.to_string(),
        name: key.name.clone(),
        synchronized: is_synchronized(key),
        added_at: key.created_at,
        used_at: key.last_used_at,
    }
}

async fn new(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    if app.recovery_codes(&session).await?.left == 0 {
        return Ok(visitor.redirect("/account/recovery-codes"));
    }
    visitor.fresh(&session, NEW)?;
    Ok(visitor.page(&blank(&app, &visitor, &session)))
}

fn blank(app: &App, visitor: &Visitor, session: &Session) -> NewKey {
    NewKey { shell: visitor.shell_for(session), name: Field::default(), impossible: app.keys_unavailable() }
}

async fn key_options(State(app): State<App>, Scripted(visitor): Scripted) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = session.fresh().map_err(Problem::from)?;
    Ok(options(app.begin_key(&fresh, &visitor.visit).await)?)
}

async fn add_key(State(app): State<App>, Posted { visitor, form }: Posted<New>) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, NEW)?;
    let page = match app.add_key(&fresh, &visitor.visit, &form.name, &form.credential).await {
        Ok(()) => return Ok(visitor.redirect("/account/security?done=key-added")),
        Err(Error::Field { field: "name", text }) => {
            NewKey { name: Field::of(form.name).with_error(Some(text)), ..blank(&app, &visitor, &session) }
        }
        Err(Error::Field { text, .. }) => {
            let page = blank(&app, &visitor, &session);
            let shell = page.shell.clone().with_notice(Notice::error(text));
            NewKey { name: Field::of(form.name), shell, ..page }
        }
        Err(other) => return Err(other.into()),
    };
    Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let mut page = edit(&app, &visitor, &session, &id).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn edit(app: &App, visitor: &Visitor, session: &Session, id: &str) -> Result<EditKey, Refusal> {
    let keys = app.keys(session).await?;
    let key = keys.iter().find(|key| key.id.to_string() == id).ok_or_else(Problem::not_found)?;
    let without = Factors { key: keys.len() > 1, ..session.standing().factors };
    Ok(EditKey {
        shell: visitor.shell_for(session),
        key: shown(key),
        name: Field::of(&key.name),
        last: !without.any(),
        kept_because: session.kept_because(without),
    })
}

async fn rename(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted<Name>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    match app.rename_key(&session, &visitor.visit, key_id(&id)?, &form.name).await {
        Ok(()) => Ok(visitor.redirect(&format!("/account/keys/{id}?done=key-renamed"))),
        Err(Error::Field { text, .. }) => {
            let page = edit(&app, &visitor, &session, &id).await?;
            let page = EditKey { name: Field::of(form.name).with_error(Some(text)), ..page };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(other.into()),
    }
}

async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let key = key_id(&id)?;
    let fresh = visitor.fresh(&session, &format!("/account/keys/{key}"))?;
    app.remove_key(&fresh, &visitor.visit, key).await?;
    Ok(visitor.redirect("/account/security?done=key-removed"))
}

fn key_id(text: &str) -> Result<KeyId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}
