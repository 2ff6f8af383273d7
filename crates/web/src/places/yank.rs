//! Yanking a release, and taking that back.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::projects::Yanking;
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
struct Form {
    version: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    typed: String,
}

async fn yank(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Form>,
) -> Result<Response, Refusal> {
    set(&app, &visitor, place, &form, Yanking::Yank(form.reason.clone())).await
}

async fn unyank(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Form>,
) -> Result<Response, Refusal> {
    set(&app, &visitor, place, &form, Yanking::TakeBack(form.reason.clone())).await
}

async fn set(
    app: &App,
    visitor: &Visitor,
    (channel, project): (String, String),
    form: &Form,
    yanking: Yanking,
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
    let version = form.version.as_str();
    let shown = found(app, visitor, &looker, (&channel, &project), Some(version)).await?;
    let path = release_path(&channel, &project, version);
    let fresh = visitor.fresh(&session, &path)?;
    let word = if matches!(yanking, Yanking::Yank(_)) { "yanked" } else { "unyanked" };
    let place = (channel.as_str(), project.as_str());
    let set = app.set_yank_in_person(&fresh, &visitor.visit, place, version, yanking, &form.typed);
    let (mut reason, mut typed) = (Field::of(form.reason.clone()), Field::of(form.typed.clone()));
    let (status, notice) = match set.await {
        Ok(()) => return Ok(visitor.redirect(&format!("{path}?done={word}"))),
        Err(Error::Field { field, text }) => {
            match field {
                "confirm" => typed = typed.with_error(Some(text)),
                _ => reason = reason.with_error(Some(text)),
            }
            (StatusCode::UNPROCESSABLE_ENTITY, None)
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            (StatusCode::CONFLICT, Some(Notice::error(error.to_string())))
        }
        Err(other) => return Err(visitor.refuse(other, &path)),
    };
    let mut shell = looker.shell(visitor);
    shell.notice = notice;
    Ok(visitor.page_with(status, &release_page(app, shell, shown, reason, typed)?))
}
