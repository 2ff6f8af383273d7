//! The authenticator app.

use axum::extract::State;
use axum::response::Response;
use bonded_model::people::Factors;
use bonded_pages::Field;
use bonded_pages::account::{SetUpTotp, Totp};
use bonded_registry::Error;
use bonded_registry::people::Session;
use http::StatusCode;
use serde::Deserialize;

use super::Nothing;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

const PATH: &str = "/account/totp";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).post(PATH, add_totp).post("/account/totp/remove", remove)
}

#[derive(Deserialize)]
struct Asked {
    replace: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Asked { replace }): Query<Asked>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let present = app.totp(&session).await?;
    match present {
        Some(totp) if replace.is_none() => {
            let without = Factors { totp: false, ..session.standing().factors };
            Ok(visitor.page(&Totp {
                shell: visitor.shell_for(&session),
                added_at: totp.created_at,
                last: !without.any(),
                kept_because: session.kept_because(without),
            }))
        }
        present => {
            let back = if present.is_some() { "/account/totp?replace=yes" } else { PATH };
            let page = set_up(&app, &visitor, &session, back, Field::default()).await?;
            Ok(visitor.page(&page))
        }
    }
}

async fn set_up(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    back: &str,
    code: Field,
) -> Result<SetUpTotp, Refusal> {
    if app.recovery_codes(session).await?.left == 0 {
        return Err(Refusal::go_to(visitor.local("/account/recovery-codes")));
    }
    let fresh = visitor.fresh(session, back)?;
    let new = app.begin_totp(&fresh, &visitor.visit).await?;
    Ok(SetUpTotp {
        shell: visitor.shell_for(session),
        qr: new.qr.unwrap_or_default(),
        key: new.key,
        replaces: session.standing().factors.totp,
        code,
    })
}

async fn add_totp(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Code>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    match app.add_totp(&fresh, &visitor.visit, &form.code).await {
        Ok(()) => Ok(visitor.redirect("/account/security?done=totp-added")),
        Err(Error::Field { text, .. }) => {
            let page = set_up(&app, &visitor, &session, PATH, Field::wrong(text)).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(other.into()),
    }
}

async fn remove(
    State(app): State<App>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    app.remove_totp(&fresh, &visitor.visit).await?;
    Ok(visitor.redirect("/account/security?done=totp-removed"))
}
