//! The design system, shown by itself.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::public::Design;

use super::link::shell_of_anybody;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/account/design", show)
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    Ok(visitor.page(&Design::new(shell_of_anybody(&app, &visitor).await?)))
}
