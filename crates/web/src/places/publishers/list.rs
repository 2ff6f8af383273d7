//! The list of a place's publishers.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::places::Publishers;
use bonded_registry::people::Session;

use super::of::{Found, Of};
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::Done;
use crate::publishers::issuers;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/projects/{channel}/{project}/publishers", of_project)
        .get("/channels/{channel}/publishers", of_channel)
        .get("/groups/{name}/publishers", of_group)
}

async fn of_project(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Of::project(place), done).await
}

async fn of_channel(
    State(app): State<App>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Of::channel(channel), done).await
}

async fn of_group(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Of::Group(name), done).await
}

async fn show(app: &App, visitor: &Visitor, of: &Of, done: Option<String>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let found = of.found(app, visitor, &session).await?;
    let mut page = page(app, visitor, &session, of, found).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

pub(super) async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    of: &Of,
    found: Found,
) -> Result<Publishers, Refusal> {
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, &of.path()))?;
    Ok(Publishers {
        shell: visitor.shell_for(session),
        head: found.head,
        publishers: found.publishers,
        issuers: issuers(app, &cleared).await?,
        adds: found.manages,
        reserves: found.reserves,
    })
}
