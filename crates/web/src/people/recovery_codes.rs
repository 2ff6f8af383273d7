//! Recovery codes: shown once, and valid once one of them was typed back.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::Field;
use bonded_pages::account::{NewRecoveryCodes, RecoveryCodes};
use bonded_registry::Error;
use bonded_registry::people::Session;
use http::StatusCode;
use serde::Deserialize;

use super::Nothing;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::routes::Routes;

const PATH: &str = "/account/recovery-codes";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).post(PATH, make).post("/account/recovery-codes/confirm", confirm)
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    visitor.fresh(&session, PATH)?;
    let page = page(&app, &visitor, &session, Field::default()).await?;
    Ok(visitor.page(&page))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    code: Field,
) -> Result<RecoveryCodes, Refusal> {
    let codes = app.recovery_codes(session).await?;
    Ok(RecoveryCodes {
        shell: visitor.shell_for(session),
        left: codes.made_at.map(|_| codes.left),
        made_at: codes.made_at,
        unconfirmed: codes.unconfirmed,
        code,
    })
}

async fn make(State(app): State<App>, Posted { visitor, .. }: Posted<Nothing>) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    let replaces = app.recovery_codes(&session).await?.left > 0;
    let codes = app.make_recovery_codes(&fresh, &visitor.visit).await?;
    Ok(visitor.page(&NewRecoveryCodes {
        shell: visitor.shell_for(&session),
        name: session.user().name.to_string(),
        codes,
        replaces,
        code: Field::default(),
    }))
}

async fn confirm(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Code>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    match app.confirm_recovery_codes(&session, &visitor.visit, &form.code).await {
        Ok(()) => Ok(visitor.redirect("/account/security?done=codes-confirmed")),
        Err(Error::Field { text, .. }) => {
            let page = page(&app, &visitor, &session, Field::wrong(text)).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(other.into()),
    }
}
