//! Yanking a release, and taking that back.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use http::StatusCode;
use serde::Deserialize;

use super::head::release_path;
use super::looker::Looker;
use super::project::{found, release_page};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .post("/projects/{channel}/{project}/yank", yank)
        .post("/projects/{channel}/{project}/unyank", unyank)
}

#[derive(Deserialize)]
struct Yanking {
    version: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

async fn yank(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Yanking>,
) -> Result<Response, Refusal> {
    set(&app, &visitor, place, &form.version, Some(form.reason)).await
}

async fn unyank(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Version>,
) -> Result<Response, Refusal> {
    set(&app, &visitor, place, &form.version, None).await
}

async fn set(
    app: &App,
    visitor: &Visitor,
    (channel, project): (String, String),
    version: &str,
    reason: Option<String>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let looker = Looker::signed_in(&session);
    // What is hidden or forbidden is so before anything is proved.
    if !found(app, visitor, &looker, (&channel, &project), None).await?.may.yank {
        return Err(Problem::forbidden(
            "Yanking needs a role in the project, or in its channel that of an administrator.",
        )
        .into());
    }
    let shown = found(app, visitor, &looker, (&channel, &project), Some(version)).await?;
    let path = release_path(&channel, &project, version);
    let fresh = visitor.fresh(&session, &path)?;
    let word = if reason.is_some() { "yanked" } else { "unyanked" };
    let set = app.set_yank_in_person(&fresh, &visitor.visit, &channel, &project, version, reason.clone());
    let (status, notice, error) = match set.await {
        Ok(()) => return Ok(visitor.redirect(&format!("{path}?done={word}"))),
        Err(Error::Field { text, .. }) => (StatusCode::UNPROCESSABLE_ENTITY, None, Some(text)),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            (StatusCode::CONFLICT, Some(Notice::error(error.to_string())), None)
        }
        Err(other) => return Err(visitor.refuse(other, &path)),
    };
    let mut shell = looker.shell(visitor);
    shell.notice = notice;
    let reason = Field::of(reason.unwrap_or_default()).with_error(error);
    Ok(visitor.page_with(status, &release_page(app, shell, shown, reason)?))
}
