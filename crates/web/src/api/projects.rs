//! What is done to projects with a token: yanking and deleting.

use axum::extract::State;
use bonded_registry::projects::{Target, Yanking};
use http::StatusCode;
use serde::Deserialize;

use super::body::Body;
use crate::App;
use crate::credentials::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

pub(crate) fn add(table: Routes) -> Routes {
    table
        .delete("/api/bonded/v1/channels/{channel}/projects/{project}", project)
        .delete("/api/bonded/v1/channels/{channel}/projects/{project}/releases/{version}", release)
        .post("/api/bonded/v1/channels/{channel}/projects/{project}/releases/{version}/yank", yank)
        .delete("/api/bonded/v1/channels/{channel}/projects/{project}/releases/{version}/yank", unyank)
        .delete("/api/bonded/v1/channels/{channel}/projects/{project}/files/{filename}", file)
        .delete("/api/bonded/v1/channels/{channel}/projects/{project}/files/{subdir}/{file}", conda_file)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Yank {
    reason: String,
}

async fn project(
    app: State<App>,
    caller: Caller,
    Path((channel, project)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    delete(app, caller, &channel, &project, Target::Project).await
}

async fn release(
    app: State<App>,
    caller: Caller,
    Path((channel, project, version)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    delete(app, caller, &channel, &project, Target::Release(version)).await
}

async fn file(
    app: State<App>,
    caller: Caller,
    Path((channel, project, filename)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    delete(app, caller, &channel, &project, Target::File(filename)).await
}

async fn conda_file(
    app: State<App>,
    caller: Caller,
    Path((channel, project, subdir, file)): Path<(String, String, String, String)>,
) -> Result<StatusCode, Problem> {
    delete(app, caller, &channel, &project, Target::File(format!("{subdir}/{file}"))).await
}

async fn delete(
    State(app): State<App>,
    caller: Caller,
    channel: &str,
    project: &str,
    target: Target,
) -> Result<StatusCode, Problem> {
    let permit = app.permit_delete(&caller.actor, &caller.origin, channel, project).await?;
    app.delete(permit, caller.origin, target).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn yank(
    State(app): State<App>,
    caller: Caller,
    Path((channel, project, version)): Path<(String, String, String)>,
    body: Body,
) -> Result<StatusCode, Problem> {
    let permit = app.permit_yank(&caller.actor, &caller.origin, &channel, &project).await?;
    let Yank { reason } = if body.is_empty() { Yank::default() } else { body.json()? };
    app.set_yank(permit, caller.origin, &version, Some(reason)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unyank(
    State(app): State<App>,
    caller: Caller,
    Path((channel, project, version)): Path<(String, String, String)>,
    body: Body,
) -> Result<StatusCode, Problem> {
    let permit = app.permit_yank(&caller.actor, &caller.origin, &channel, &project).await?;
    let Yank { reason } = if body.is_empty() { Yank::default() } else { body.json()? };
    app.set_yank(permit, caller.origin, &version, Yanking::TakeBack(reason)).await?;
    Ok(StatusCode::NO_CONTENT)
}
