//! Everything that happened in the instance.

use axum::extract::State;
use axum::response::Response;

use super::viewing;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::Query;
use crate::people::activity::{Asked, IN_AN_EXPORT, ON_A_PAGE, lines, page};
use crate::routes::Routes;

const PATH: &str = "/admin/activity";
const EXPORT: &str = "/admin/activity.jsonl";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).get(EXPORT, export)
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = viewing(&app, &visitor, &session, PATH)?;
    let found = app.events(&permit, &asked.wanted()?, ON_A_PAGE).await?;
    let mut page = page(&visitor, &session, &asked, found, (PATH, EXPORT));
    page.shell = super::shell(&app, &visitor, &session).await;
    Ok(visitor.page(&page))
}

async fn export(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = viewing(&app, &visitor, &session, PATH)?;
    let found = app.events(&permit, &asked.wanted()?, IN_AN_EXPORT).await?;
    lines(&visitor, &asked, &found, EXPORT)
}
