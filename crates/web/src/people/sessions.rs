//! Where a person is signed in.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ids::SessionId;
use bonded_model::people::SessionRow;
use bonded_pages::account::{Session, Sessions};

use super::{Done, Nothing};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor, location};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::routes::Routes;

const PATH: &str = "/account/sessions";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).post("/account/sessions/{id}/end", end).post("/account/sessions/end-all", end_all)
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let shown = |row: SessionRow| Session {
        id: row.id.to_string(),
        location: location(&row.client),
        current: row.id == session.id(),
        begun_at: row.created_at,
        seen_at: row.seen_at,
    };
    let mut sessions: Vec<Session> = app.sessions(&session).await?.into_iter().map(shown).collect();
    sessions.sort_by_key(|session| !session.current);
    let shell = Visitor::noticed(visitor.shell_for(&session), done.as_deref());
    Ok(visitor.page(&Sessions { shell, sessions }))
}

async fn end(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let id: SessionId = id.parse().map_err(|_| Problem::not_found())?;
    app.end_session(&session, &visitor.visit, id).await?;
    let own = id == session.id();
    Ok(visitor.redirect(if own { "/login?done=signed-out" } else { "/account/sessions?done=session-ended" }))
}

async fn end_all(
    State(app): State<App>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    app.end_all_sessions(&session, &visitor.visit).await?;
    Ok(visitor.redirect("/login?done=sessions-ended"))
}
