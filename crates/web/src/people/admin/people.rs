//! The list of accounts.

use axum::extract::State;
use axum::response::Response;
use bonded_model::people::Standing;
use bonded_model::user::User;
use bonded_pages::Field;
use bonded_pages::admin::{OpenInvitation, People, Person};
use bonded_registry::people::{Session, SignUp};

use super::viewing;
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::Query;
use crate::people::Done;
use crate::routes::Routes;

pub(super) const PATH: &str = "/admin/people";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show)
}

/// An account at a glance.
pub(super) fn shown(user: &User, standing: Standing) -> Person {
    Person {
        name: user.name.to_string(),
        display_name: user.display_name.clone().unwrap_or_default(),
        email: user.email.to_string(),
        admin: user.admin,
        suspended: user.suspended_at.is_some(),
        verified: standing.verified,
        second_factor: standing.factors.any(),
        created_at: user.created_at,
    }
}

/// The page, with what was typed into the form of invitations.
pub(super) async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    invite: Field,
) -> Result<People, Refusal> {
    let permit = viewing(app, visitor, session, PATH)?;
    let people = app.people(&permit).await?;
    let open = app
        .invitations(&permit)
        .await?
        .into_iter()
        .map(|open| OpenInvitation { email: open.address.to_string(), expires_at: open.expires_at });
    Ok(People {
        shell: super::shell(app, visitor, session).await,
        people: people.iter().map(|person| shown(&person.user, person.standing)).collect(),
        invitations: app.settings.people.sign_up != SignUp::Closed,
        open: open.collect(),
        invite,
    })
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let mut page = page(&app, &visitor, &session, Field::default()).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}
