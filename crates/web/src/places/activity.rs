//! What happened in a channel or to a project, as a page and as JSON lines.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::places::{PlaceActivity, Tab};
use bonded_registry::Error;
use bonded_registry::activity::Activities;
use bonded_registry::people::Session;

use super::place::Place;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::activity::{Asked, IN_AN_EXPORT, ON_A_PAGE, kinds, lines, shown};
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/channels/{channel}/activity", show_channel)
        .get("/channels/{channel}/activity.jsonl", export_channel)
        .get("/projects/{channel}/{project}/activity", show_project)
        .get("/projects/{channel}/{project}/activity.jsonl", export_project)
}

async fn events(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    (place, asked): (&Place, &Asked),
    limit: usize,
) -> Result<Activities, Refusal> {
    let wanted = asked.wanted()?;
    let back = place.below("/activity");
    let found: Result<Activities, Error> = async {
        let cleared = session.cleared()?;
        match &place.project {
            None => {
                let permit = app.inspect_channel(&cleared, &place.channel).await?;
                app.channel_events(&permit, &wanted, limit).await
            }
            Some(project) => {
                let permit = app.inspect_project(&cleared, &place.channel, project).await?;
                app.project_events(&permit, &wanted, limit).await
            }
        }
    }
    .await;
    found.map_err(|error| visitor.refuse(error, &back))
}

async fn show(app: &App, visitor: &Visitor, place: &Place, asked: &Asked) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let found = events(app, visitor, &session, (place, asked), ON_A_PAGE).await?;
    let head = place.people(app, visitor, &session).await?.head(Tab::Activity);
    let (path, export) = (place.below("/activity"), place.below("/activity.jsonl"));
    Ok(visitor.page(&PlaceActivity {
        shell: visitor.shell_for(&session),
        head,
        person: asked.person.trim().to_owned(),
        project: asked.project.trim().to_owned(),
        kinds: kinds(&asked.kind),
        newer: found.newer.map(|window| asked.path(&path, window)),
        older: found.older.map(|window| asked.path(&path, window)),
        export: asked.path(&export, bonded_model::audit::Window::Newest),
        events: found.events.into_iter().map(shown).collect(),
    }))
}

async fn export(app: &App, visitor: &Visitor, place: &Place, asked: &Asked) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let found = events(app, visitor, &session, (place, asked), IN_AN_EXPORT).await?;
    lines(visitor, asked, &found, &place.below("/activity.jsonl"))
}

async fn show_channel(
    State(app): State<App>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Place::channel(channel), &asked).await
}

async fn export_channel(
    State(app): State<App>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    export(&app, &visitor, &Place::channel(channel), &asked).await
}

async fn show_project(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Place::project(place), &asked).await
}

async fn export_project(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    export(&app, &visitor, &Place::project(place), &asked).await
}
