//! What a person sees and changes about themselves.

use axum::extract::State;
use axum::response::Response;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_pages::Field;
use bonded_pages::account::{Profile, Role};
use bonded_registry::Error;
use bonded_registry::people::{HeldRole, Session};
use http::StatusCode;
use serde::Deserialize;

use super::Done;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

const PATH: &str = "/account";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).post("/account/profile", save)
}

#[derive(Deserialize)]
struct Typed {
    display_name: String,
}

/// A role in words.
pub(super) fn shown(role: HeldRole) -> Role {
    match role {
        HeldRole::Administrator => Role { place: "Everything".to_owned(), role: "administrator".to_owned() },
        HeldRole::Channel { channel, role } => {
            let role = match role {
                ChannelRole::Reader => "reader",
                ChannelRole::Publisher => "publisher",
                ChannelRole::Admin => "administrator",
            };
            Role { place: format!("Channel {channel}"), role: role.to_owned() }
        }
        HeldRole::Project { channel, project, role } => {
            let role = match role {
                ProjectRole::Maintainer => "maintainer",
                ProjectRole::Owner => "owner",
            };
            Role { place: format!("Project {channel}/{project}"), role: role.to_owned() }
        }
    }
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
        roles: app.own_roles(session).await?.into_iter().map(shown).collect(),
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
