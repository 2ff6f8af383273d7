//! What a person sees and changes about themselves.

use axum::extract::State;
use axum::response::Response;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_pages::account::{OwnRole, Profile, Role};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::{HeldRole, Session};
use bonded_registry::roles::Leaving;
use http::StatusCode;
use serde::Deserialize;

use super::Done;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

const PATH: &str = "/account";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).post("/account/profile", save).post("/account/roles/leave", leave)
}

#[derive(Deserialize)]
struct Typed {
    display_name: String,
}

/// A role in words.
pub(super) fn shown(role: HeldRole) -> Role {
    match role {
        HeldRole::Administrator => Role { place: "Everything".to_owned(), role: "administrator".to_owned() },
        HeldRole::Channel { channel, role, .. } => {
            let role = match role {
                ChannelRole::Reader => "reader",
                ChannelRole::Publisher => "publisher",
                ChannelRole::Admin => "administrator",
            };
            Role { place: format!("Channel {channel}"), role: role.to_owned() }
        }
        HeldRole::Project { channel, project, role, .. } => {
            let role = match role {
                ProjectRole::Maintainer => "maintainer",
                ProjectRole::Owner => "owner",
            };
            Role { place: format!("Project {channel}/{project}"), role: role.to_owned() }
        }
    }
}

/// What is sent to leave the place of a role: nothing, where it cannot be left.
fn left(role: &HeldRole) -> Vec<(&'static str, String)> {
    match role {
        HeldRole::Channel { channel, own: true, .. } => vec![("channel", channel.to_string())],
        HeldRole::Project { channel, project, own: true, .. } => {
            vec![("channel", channel.to_string()), ("project", project.clone())]
        }
        HeldRole::Administrator | HeldRole::Channel { .. } | HeldRole::Project { .. } => Vec::new(),
    }
}

/// Everything that the person has, and the groups that they are in.
async fn own_roles(app: &App, session: &Session) -> Result<Vec<OwnRole>, Refusal> {
    let own = |role: HeldRole| OwnRole { leave: left(&role), held: shown(role) };
    let mut roles: Vec<_> = app.own_roles(session).await?.into_iter().map(own).collect();
    for summary in app.own_groups(session).await? {
        let name = summary.group.name.to_string();
        let role = summary.own.map_or_else(String::new, |own| own.as_str().to_owned());
        let held = Role { place: format!("Group {name}"), role };
        roles.push(OwnRole { held, leave: vec![("group", name)] });
    }
    Ok(roles)
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let name = session.user().display_name.clone().unwrap_or_default();
    let mut page = page(&app, &visitor, &session, Field::of(name)).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    display_name: Field,
) -> Result<Profile, Refusal> {
    let user = session.user();
    Ok(Profile {
        shell: visitor.shell_for(session),
        name: user.name.to_string(),
        email: user.email.to_string(),
        verified: session.standing().verified,
        created_at: user.created_at,
        display_name,
        roles: own_roles(app, session).await?,
    })
}

async fn save(State(app): State<App>, Posted { visitor, form }: Posted<Typed>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    match app.change_profile(&cleared, &visitor.visit, &form.display_name).await {
        Ok(()) => Ok(visitor.redirect("/account?done=profile-saved")),
        Err(Error::Field { text, .. }) => {
            let field = Field::of(form.display_name).with_error(Some(text));
            let page = page(&app, &visitor, &session, field).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

#[derive(Deserialize)]
struct Place {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    project: String,
    #[serde(default)]
    group: String,
}

impl Place {
    fn leaving(self) -> Leaving {
        match (self.group.is_empty(), self.project.is_empty()) {
            (false, _) => Leaving::Group(self.group),
            (true, false) => Leaving::Project(self.channel, self.project),
            (true, true) => Leaving::Channel(self.channel),
        }
    }
}

async fn leave(State(app): State<App>, Posted { visitor, form }: Posted<Place>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    match app.leave(&fresh, &visitor.visit, &form.leaving()).await {
        Ok(()) => Ok(visitor.redirect("/account?done=role-left")),
        Err(error @ Error::Invalid(_)) => {
            let name = session.user().display_name.clone().unwrap_or_default();
            let mut page = page(&app, &visitor, &session, Field::of(name)).await?;
            page.shell.notice = Some(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &page))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}
