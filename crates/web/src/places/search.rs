//! Finding projects by their names.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::places::{ProjectRow, Search};
use bonded_registry::projects::Found;
use serde::Deserialize;

use super::head::status;
use super::looker::Looker;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

/// As many as the registry finds at once.
const MOST: usize = 100;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/search", show)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    q: String,
    channel: String,
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let looker = Looker::of(&app, &visitor).await?;
    let channels = app.visible_channels(&looker.actor).await?;
    let q = asked.q.trim();
    let projects: Option<Vec<_>> = if q.is_empty() {
        None
    } else {
        let channel = Some(asked.channel.as_str()).filter(|name| !name.is_empty());
        Some(app.search(&looker.actor, q, channel).await?.into_iter().map(row).collect())
    };
    Ok(visitor.page(&Search {
        shell: looker.shell(&visitor),
        q: q.to_owned(),
        channel: asked.channel,
        channels: channels.iter().map(|visible| visible.channel.name.to_string()).collect(),
        more: projects.as_ref().is_some_and(|found| found.len() >= MOST),
        projects,
    }))
}

fn row(found: Found) -> ProjectRow {
    ProjectRow {
        channel: found.channel.name.to_string(),
        name: found.name,
        version: None,
        published_at: None,
        status: status(found.status),
    }
}
