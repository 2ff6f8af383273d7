//! What happened, as JSON lines, for tokens that manage.

use axum::extract::State;
use axum::response::Response;
use bonded_registry::activity::Activities;

use crate::App;
use crate::credentials::Caller;
use crate::extract::{Path, Query};
use crate::people::activity::{Asked, IN_AN_EXPORT, json_lines};
use crate::problem::Problem;
use crate::routes::Routes;

const OWN: &str = "/api/bonded/v1/activity";

pub(crate) fn add(table: Routes) -> Routes {
    table
        .get(OWN, own)
        .get("/api/bonded/v1/channels/{channel}/activity", of_channel)
        .get("/api/bonded/v1/channels/{channel}/projects/{project}/activity", of_project)
}

/// What the token's owner did, and what was done to them.
async fn own(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let permit = app.manage_tokens(&caller.actor).await?;
    let found = app.events_of_owner(&permit, &asked.wanted()?, IN_AN_EXPORT).await?;
    lines(&app, &asked, &found, OWN)
}

async fn of_channel(
    State(app): State<App>,
    caller: Caller,
    Path(channel): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let permit = app.permit_inspect(&caller.actor, &channel).await?;
    let found = app.channel_events(&permit, &asked.wanted()?, IN_AN_EXPORT).await?;
    lines(&app, &asked, &found, &format!("/api/bonded/v1/channels/{channel}/activity"))
}

async fn of_project(
    State(app): State<App>,
    caller: Caller,
    Path((channel, project)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let permit = app.permit_inspect_project(&caller.actor, &channel, &project).await?;
    let found = app.project_events(&permit, &asked.wanted()?, IN_AN_EXPORT).await?;
    // By a name that needs no escaping: the one that was found.
    let name = app.project_named(&permit.action().channel, &project).await?.name;
    lines(&app, &asked, &found, &format!("/api/bonded/v1/channels/{channel}/projects/{name}/activity"))
}

fn lines(app: &App, asked: &Asked, found: &Activities, path: &str) -> Result<Response, Problem> {
    let next = found.older.map(|older| format!("{}{}", app.prefix(), asked.path(path, older)));
    Ok(json_lines(found, next)?)
}
