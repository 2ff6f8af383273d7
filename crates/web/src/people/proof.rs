//! Proving again who one is.

use axum::extract::State;
use axum::response::Response;
use bonded_model::people::ProofKind;
use bonded_pages::account::{Proof, Strongest};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::{Rotated, Session};
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;

use super::options;
use crate::App;
use crate::browser::{Posted, Refusal, Scripted, Visitor, local_path};
use crate::extract::Query;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/account/proof", form)
        .post("/account/proof/password", password)
        .post("/account/proof/totp", totp)
        .post("/account/proof/recovery-code", recovery_code)
        .post("/account/proof/key/options", key_options)
        .post("/account/proof/key", key)
}

#[derive(Deserialize)]
struct Asked {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Password {
    password: SecretString,
    next: String,
}

#[derive(Deserialize)]
struct Code {
    code: String,
    next: String,
}

#[derive(Deserialize)]
struct Credential {
    credential: String,
    next: String,
}

async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(Asked { next }): Query<Asked>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let page = blank(&app, &visitor, &session, local_path(next.as_deref())).await?;
    Ok(visitor.page(&page))
}

async fn blank(app: &App, visitor: &Visitor, session: &Session, next: String) -> Result<Proof, Refusal> {
    let strongest = match session.proof_needed() {
        ProofKind::Password => Strongest::Password,
        ProofKind::Totp => Strongest::Totp,
        ProofKind::Key | ProofKind::RecoveryCode => Strongest::Key,
    };
    Ok(Proof {
        shell: visitor.shell_for(session),
        name: session.user().name.to_string(),
        next,
        strongest,
        recovery_code: app.recovery_codes(session).await?.left > 0,
        password: Field::default(),
        totp_code: Field::default(),
        recovery: Field::default(),
    })
}

async fn password(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Password>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let proved = app.prove_with_password(&session, &visitor.visit, form.password).await;
    answer(&app, &visitor, &session, &form.next, proved, |page, wrong| Proof { password: wrong, ..page })
        .await
}

async fn totp(State(app): State<App>, Posted { visitor, form }: Posted<Code>) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let proved = app.prove_with_totp(&session, &visitor.visit, &form.code).await;
    answer(&app, &visitor, &session, &form.next, proved, |page, wrong| Proof { totp_code: wrong, ..page })
        .await
}

async fn recovery_code(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Code>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let proved = app.prove_with_recovery_code(&session, &visitor.visit, &form.code).await;
    answer(&app, &visitor, &session, &form.next, proved, |page, wrong| Proof { recovery: wrong, ..page })
        .await
}

async fn key_options(State(app): State<App>, Scripted(visitor): Scripted) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    Ok(options(app.begin_proof_with_key(&session, &visitor.visit).await)?)
}

async fn key(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Credential>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let proved = app.prove_with_key(&session, &visitor.visit, &form.credential).await;
    answer(&app, &visitor, &session, &form.next, proved, |page, wrong| {
        let notice = Notice::error(wrong.error.unwrap_or_default());
        Proof { shell: page.shell.clone().with_notice(notice), ..page }
    })
    .await
}

async fn answer(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    next: &str,
    proved: Result<Rotated, Error>,
    with: impl FnOnce(Proof, Field) -> Proof,
) -> Result<Response, Refusal> {
    let next = local_path(Some(next));
    match proved {
        Ok(rotated) => Ok(visitor.rotate(&rotated, visitor.redirect(&next))),
        Err(Error::Field { text, .. }) => {
            let page = with(blank(app, visitor, session, next).await?, Field::wrong(text));
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(other.into()),
    }
}
