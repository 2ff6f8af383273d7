//! Channels: the list, and what is in one.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ChannelFormat;
use bonded_model::user::ChannelRole;
use bonded_pages::places::{Channel, ChannelRow, Channels, NewProject, ProjectRow, Tab};
use bonded_registry::projects::{ChannelPage, ListedProject, VisibleChannel};
use serde::Deserialize;

use super::head::{self, channel_path, channel_role, segment, status};
use super::looker::Looker;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/channels", list).get("/channels/{channel}", show)
}

/// A channel in a list.
fn row(visible: &VisibleChannel) -> ChannelRow {
    let VisibleChannel { channel, role } = visible;
    ChannelRow {
        name: channel.name.to_string(),
        python: channel.format == ChannelFormat::Python,
        private: channel.visibility == bonded_model::Visibility::Private,
        role: role.map_or_else(String::new, |role| channel_role(role).to_owned()),
    }
}

async fn list(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let looker = Looker::of(&app, &visitor).await?;
    let channels = app.visible_channels(&looker.actor).await?.iter().map(row).collect();
    Ok(visitor.page(&Channels { shell: looker.shell(&visitor), channels }))
}

/// The query of a channel's page.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    after: String,
    done: Option<String>,
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let looker = Looker::of(&app, &visitor).await?;
    let mut page = page(&app, &visitor, &looker, &name, &asked).await?;
    page.shell = Visitor::noticed(page.shell, asked.done.as_deref());
    Ok(visitor.page(&page))
}

/// The page, with an empty form for a project where the viewer may create one.
pub(super) async fn page(
    app: &App,
    visitor: &Visitor,
    looker: &Looker,
    name: &str,
    asked: &Asked,
) -> Result<Channel, Refusal> {
    let found = match app.channel_page(&looker.actor, name, &asked.q, &asked.after).await {
        Ok(found) => found,
        Err(error) => return Err(looker.refuse(app, visitor, error).await),
    };
    let ChannelPage { channel, role, projects, next } = found;
    let next = next.map(|after| {
        let path = channel_path(channel.name.as_str());
        format!("{path}?q={}&after={}", segment(&asked.q), segment(&after))
    });
    Ok(Channel {
        shell: looker.shell(visitor),
        base_url: app.base_url().to_owned(),
        publishes: role.is_some_and(|role| role >= ChannelRole::Publisher),
        q: asked.q.clone(),
        projects: projects.into_iter().map(|project| listed(&channel.name.to_string(), project)).collect(),
        next,
        new: (role == Some(ChannelRole::Admin)).then(NewProject::default),
        head: head::of_channel(&channel, role, Tab::Overview),
    })
}

fn listed(channel: &str, project: ListedProject) -> ProjectRow {
    ProjectRow {
        channel: channel.to_owned(),
        name: project.name,
        version: project.latest,
        published_at: project.released_at,
        status: status(project.status),
    }
}
