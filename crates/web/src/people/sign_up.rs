//! Making an account.

use axum::extract::State;
use axum::response::Response;
use bonded_model::secret::Secret;
use bonded_pages::Field;
use bonded_pages::sign_in::{DeadLinkKind, Invitation, SignUp as Page, SignUpClosed};
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bonded_registry::people::{NewPerson, SignUp};
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;

use super::entered;
use super::link::{Key, dead};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/account/new", form).post("/account/new", sign_up)
}

/// What somebody types who wants an account.
#[derive(Deserialize)]
pub(super) struct Applicant {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: SecretString,
    #[serde(default)]
    pub(super) key: String,
}

impl Applicant {
    pub(super) fn person(&self) -> NewPerson {
        NewPerson {
            name: self.name.clone(),
            email: self.email.clone(),
            display_name: None,
            password: self.password.clone(),
        }
    }

    /// The fields of the form again: name, address and password, with what is wrong.
    pub(super) fn fields(self, field: &str, text: String) -> [Field; 3] {
        let wrong = |name| (name == field).then(|| text.clone());
        let password = Field::default().with_error(wrong("password"));
        [
            Field::of(self.name).with_error(wrong("name")),
            Field::of(self.email).with_error(wrong("email")),
            password,
        ]
    }
}

async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(link): Query<Key>,
) -> Result<Response, Refusal> {
    if visitor.session(&app).await?.is_some() {
        return Ok(visitor.redirect("/account"));
    }
    let (invitation, email) = match invited(&app, &link).await? {
        Ok(invited) => invited.map_or((None, Field::default()), |(by, email)| (Some(by), email)),
        Err(()) => return Ok(dead(&visitor, DeadLinkKind::Invitation)),
    };
    if !app.sign_up_allowed(invitation.is_some()) {
        return Ok(closed(&app, &visitor));
    }
    Ok(visitor.page(&Page {
        shell: visitor.shell(),
        invitation,
        name: Field::default(),
        email,
        password: Field::default(),
    }))
}

/// The invitation in hand, if there is one, with the address that it was sent to; an error for a dead one.
async fn invited(app: &App, link: &Key) -> Result<Result<Option<(Invitation, Field)>, ()>, Refusal> {
    if link.key.is_empty() {
        return Ok(Ok(None));
    }
    let found = match link.secret() {
        Some(secret) => app.invitation(&secret).await?,
        None => None,
    };
    let Some(found) = found else { return Ok(Err(())) };
    let by = found.by.map_or_else(|| "The operator".to_owned(), |name| name.to_string());
    let email = Field::of(found.address.as_str());
    Ok(Ok(Some((Invitation { key: link.key.clone(), by }, email))))
}

fn closed(app: &App, visitor: &Visitor) -> Response {
    let by_invitation = app.settings.people.sign_up != SignUp::Closed;
    visitor.page_with(StatusCode::FORBIDDEN, &SignUpClosed { shell: visitor.shell(), by_invitation })
}

async fn sign_up(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Applicant>,
) -> Result<Response, Refusal> {
    let link = Key { key: form.key.clone() };
    let secret: Option<Secret> = link.secret();
    if secret.is_none() && !link.key.is_empty() {
        return Ok(dead(&visitor, DeadLinkKind::Invitation));
    }
    match app.sign_up(&visitor.visit, form.person(), secret).await {
        Ok(entry) => Ok(entered(&visitor, entry)),
        Err(Error::Field { field, text }) => {
            let invitation = invited(&app, &link).await?.unwrap_or_default().map(|(by, _)| by);
            let [name, email, password] = form.fields(field, text);
            let page = Page { shell: visitor.shell(), invitation, name, email, password };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(Error::NotFound(_)) => Ok(dead(&visitor, DeadLinkKind::Invitation)),
        Err(Error::Denied(Denial::Forbidden(_))) => Ok(closed(&app, &visitor)),
        Err(other) => Err(other.into()),
    }
}
