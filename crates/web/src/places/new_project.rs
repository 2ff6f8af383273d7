//! An empty project, made by an administrator of the channel.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::Field;
use bonded_pages::places::{Channel, NewProject};
use bonded_registry::Error;
use http::StatusCode;
use serde::Deserialize;

use super::channels::{Asked, page};
use super::head::{channel_path, project_path};
use super::looker::Looker;
use crate::App;
use crate::browser::{Posted, Refusal};
use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.post("/channels/{channel}/projects", create)
}

#[derive(Deserialize)]
struct Form {
    name: String,
    owner: String,
}

async fn create(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Form>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let looker = Looker::signed_in(&session);
    let shown = page(&app, &visitor, &looker, &channel, &Asked::default()).await?;
    if shown.new.is_none() {
        return Err(Problem::forbidden("Only those who administer the channel can do this.").into());
    }
    let path = channel_path(&channel);
    let fresh = visitor.fresh(&session, &path)?;
    let permit = app.manage_channel(&fresh, &channel).await;
    let permit = permit.map_err(|error| visitor.refuse(error, &path))?;
    match app.create_project(&permit, &visitor.visit.origin, &form.name, &form.owner).await {
        Ok(project) => {
            Ok(visitor.redirect(&format!("{}?done=project-created", project_path(&channel, &project.name))))
        }
        Err(Error::Field { field, text }) => {
            let wrong = |of: &str| (field == of).then(|| text.clone());
            let new = Some(NewProject {
                name: Field::of(form.name).with_error(wrong("name")),
                owner: Field::of(form.owner).with_error(wrong("holder")),
            });
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &Channel { new, ..shown }))
        }
        Err(other) => Err(visitor.refuse(other, &path)),
    }
}
