//! How a project stands (PEP 792), set by those who look after it.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ProjectStatus;
use bonded_pages::places::ProjectSettings;
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use http::StatusCode;
use serde::Deserialize;

use super::head;
use super::place::Place;
use super::settings::project_page;
use crate::App;
use crate::browser::{Posted, Refusal};
use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.post("/projects/{channel}/{project}/status", save)
}

#[derive(Deserialize)]
struct Stands {
    status: String,
    #[serde(default)]
    reason: String,
}

async fn save(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Stands>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let place = Place::project(place);
    let page = project_page(&app, &visitor, &session, &place).await?;
    let path = place.below("/settings");
    let fresh = visitor.fresh(&session, &path)?;
    let unknown = |_| Problem::bad_request("there is no such status");
    let status: ProjectStatus = form.status.parse().map_err(unknown)?;
    let project = place.project.as_deref().unwrap_or_default();
    let set = app.set_status_in_person(&fresh, &visitor.visit, &place.channel, project, status, &form.reason);
    let reason = Field::of(&form.reason);
    let page = ProjectSettings { status: head::status(status), ..page };
    match set.await {
        Ok(()) => Ok(visitor.redirect(&format!("{path}?done=status-saved"))),
        Err(Error::Field { text, .. }) => {
            let page = ProjectSettings { reason: reason.with_error(Some(text)), ..page };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &ProjectSettings { shell, reason, ..page }))
        }
        Err(other) => Err(visitor.refuse(other, &path)),
    }
}
