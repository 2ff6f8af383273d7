//! The start page: the channels that the visitor may see, and what a person has to do with.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ChannelFormat;
use bonded_pages::public::{Channel, Home, Mine, OwnPlace, Waiting};
use bonded_registry::people::{HeldRole, Session};

use super::head::{project_path, project_role, segment};
use super::invitations::{inviter, offer};
use super::looker::Looker;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::Query;
use crate::people::Done;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/", home)
}

async fn home(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let looker = Looker::of(&app, &visitor).await?;
    let channels = app.visible_channels(&looker.actor).await?;
    let shown = channels.into_iter().map(|visible| Channel {
        name: visible.channel.name.to_string(),
        python: visible.channel.format == ChannelFormat::Python,
    });
    let mine = match looker.session() {
        Some(session) => Some(mine(&app, session).await?),
        None => None,
    };
    let shell = Visitor::noticed(looker.shell(&visitor), done.as_deref());
    Ok(visitor.page(&Home { shell, base_url: app.base_url().to_owned(), channels: shown.collect(), mine }))
}

async fn mine(app: &App, session: &Session) -> Result<Mine, Refusal> {
    let invitations = app.role_offers(session).await?.into_iter().map(|waiting| Waiting {
        id: waiting.id.to_string(),
        by: inviter(&waiting),
        offer: offer(&waiting),
        expires_at: waiting.expires_at,
    });
    let projects = app.own_roles(session).await?.into_iter().filter_map(|role| match role {
        HeldRole::Project { channel, project, role, .. } => Some(OwnPlace {
            path: project_path(channel.as_str(), &project),
            name: format!("{channel}/{project}"),
            role: project_role(role).to_owned(),
        }),
        HeldRole::Administrator | HeldRole::Channel { .. } => None,
    });
    let groups = app.own_groups(session).await?.into_iter().map(|summary| OwnPlace {
        path: format!("/groups/{}", segment(summary.group.name.as_str())),
        name: summary.group.name.to_string(),
        role: summary.own.map_or_else(String::new, |own| own.as_str().to_owned()),
    });
    Ok(Mine { invitations: invitations.collect(), projects: projects.collect(), groups: groups.collect() })
}
