//! The addresses of a person.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ids::EmailId;
use bonded_model::people::EmailAddress;
use bonded_pages::account::{Address, Emails};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::Session;
use http::StatusCode;
use serde::Deserialize;

use super::{Done, Nothing};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::routes::Routes;

const PATH: &str = "/account/emails";

pub(super) fn add(table: Routes) -> Routes {
    table
        .get(PATH, show)
        .post(PATH, add_email)
        .post("/account/emails/{id}/verify", mail_again)
        .post("/account/emails/{id}/primary", make_primary)
        .post("/account/emails/{id}/remove", remove)
}

#[derive(Deserialize)]
struct Typed {
    email: String,
}

fn shown(email: EmailAddress) -> Address {
    Address {
        id: email.id.to_string(),
        email: email.address.to_string(),
        primary: email.primary,
        verified: email.verified_at.is_some(),
    }
}

async fn page(app: &App, visitor: &Visitor, session: &Session, new: Field) -> Result<Emails, Refusal> {
    let addresses = app.emails(session).await?.into_iter().map(shown).collect();
    Ok(Emails { shell: visitor.shell_for(session), addresses, new })
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let mut page = page(&app, &visitor, &session, Field::default()).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn add_email(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Typed>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    match app.add_email(&fresh, &visitor.visit, &form.email).await {
        Ok(()) => Ok(visitor.redirect("/account/emails?done=email-added")),
        Err(Error::Field { text, .. }) => {
            let new = Field::of(form.email).with_error(Some(text));
            let page = page(&app, &visitor, &session, new).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

async fn mail_again(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let sent = app.mail_verification_again(&session, &visitor.visit, email_id(&id)?).await;
    answer(&app, &visitor, &session, sent, "verification-sent").await
}

async fn make_primary(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    let made = app.make_primary(&fresh, &visitor.visit, email_id(&id)?).await;
    answer(&app, &visitor, &session, made, "email-primary").await
}

async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    let removed = app.remove_email(&fresh, &visitor.visit, email_id(&id)?).await;
    answer(&app, &visitor, &session, removed, "email-removed").await
}

/// The list again, with what was done or why not.
async fn answer(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    result: Result<(), Error>,
    done: &str,
) -> Result<Response, Refusal> {
    match result {
        Ok(()) => Ok(visitor.redirect(&format!("{PATH}?done={done}"))),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let page = page(app, visitor, session, Field::default()).await?;
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &Emails { shell, ..page }))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

fn email_id(text: &str) -> Result<EmailId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}
