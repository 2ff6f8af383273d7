//! The start page.

use axum::extract::State;
use axum::response::Response;
use bonded_model::{Actor, ChannelFormat};
use bonded_pages::public::{Channel, Home};

use super::Done;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::Query;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/", home)
}

/// The channels that the visitor may see, with what clients have to be told.
async fn home(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.session(&app).await?;
    let (actor, shell) = match &session {
        Some(session) => (session.actor(), visitor.shell_for(session)),
        None => (Actor::Anonymous, visitor.shell()),
    };
    let channels = app.access.visible_channels(&actor).await.map_err(Problem::from)?;
    let shown = channels.into_iter().map(|channel| Channel {
        name: channel.name.to_string(),
        python: channel.format == ChannelFormat::Python,
    });
    let shell = Visitor::noticed(shell, done.as_deref());
    Ok(visitor.page(&Home { shell, base_url: app.base_url().to_owned(), channels: shown.collect() }))
}
