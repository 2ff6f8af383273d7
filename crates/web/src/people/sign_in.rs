//! Signing in with name and password or with a passkey, and signing out.

use axum::extract::State;
use axum::response::Response;
use bonded_model::secret::Secret;
use bonded_pages::sign_in::SignIn;
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::{Rotated, SignUp};
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;

use super::{Nothing, entered, options};
use crate::App;
use crate::browser::{Posted, Refusal, Scripted, Visitor, local_path};
use crate::extract::Query;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/login", form)
        .post("/login", sign_in)
        .post("/login/passkey/options", passkey_options)
        .post("/login/passkey", passkey)
        .post("/logout", sign_out)
}

#[derive(Deserialize)]
struct Asked {
    next: Option<String>,
    done: Option<String>,
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: SecretString,
    next: String,
}

#[derive(Deserialize)]
struct Passkey {
    credential: String,
    next: String,
}

async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(Asked { next, done }): Query<Asked>,
) -> Result<Response, Refusal> {
    let next = local_path(next.as_deref());
    if visitor.session(&app).await?.is_some() {
        return Ok(visitor.redirect(&next));
    }
    let mut page = blank(&app, &visitor, next);
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

fn blank(app: &App, visitor: &Visitor, next: String) -> SignIn {
    SignIn {
        shell: visitor.shell(),
        name: Field::default(),
        password: Field::default(),
        next,
        passkeys: app.keys_unavailable().is_none(),
        sign_up: app.settings.people.sign_up == SignUp::Open,
    }
}

async fn sign_in(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Credentials>,
) -> Result<Response, Refusal> {
    let next = local_path(Some(&form.next));
    match app.sign_in(&visitor.visit, &form.name, form.password, &next).await {
        Ok(entry) => Ok(entered(&visitor, entry)),
        Err(error) => again(&app, &visitor, next, form.name, error),
    }
}

async fn passkey_options(State(app): State<App>, Scripted(visitor): Scripted) -> Result<Response, Problem> {
    options(app.begin_sign_in_with_passkey(&visitor.visit).await)
}

async fn passkey(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Passkey>,
) -> Result<Response, Refusal> {
    let next = local_path(Some(&form.next));
    match app.sign_in_with_passkey(&visitor.visit, &form.credential, &next).await {
        Ok(entry) => Ok(entered(&visitor, entry)),
        Err(error) => again(&app, &visitor, next, String::new(), error),
    }
}

/// The form again, with what was wrong.
fn again(
    app: &App,
    visitor: &Visitor,
    next: String,
    name: String,
    error: Error,
) -> Result<Response, Refusal> {
    let text = match error {
        Error::SignIn(text) | Error::Field { text, .. } => text,
        other => return Err(other.into()),
    };
    let page = blank(app, visitor, next);
    let page = SignIn { name: Field::of(name), shell: page.shell.with_notice(Notice::error(text)), ..page };
    Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn sign_out(
    State(app): State<App>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    app.sign_out(&visitor.visit).await?;
    // Whoever uses the browser next begins with a secret that never belonged to anybody.
    let rotated = Rotated { browser: Secret::generate(&app.random), device: None };
    Ok(visitor.rotate(&rotated, visitor.redirect("/login?done=signed-out")))
}
