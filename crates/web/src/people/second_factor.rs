//! The second step of a sign-in.

use axum::extract::State;
use axum::response::Response;
use bonded_model::people::SignInStage;
use bonded_pages::sign_in::SecondFactor;
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::{Entry, Pending};
use http::StatusCode;
use serde::Deserialize;

use super::{entered, options};
use crate::App;
use crate::browser::{Posted, Refusal, Scripted, Visitor};
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/login/second-factor", form)
        .post("/login/totp", totp)
        .post("/login/recovery-code", recovery_code)
        .post("/login/key/options", key_options)
        .post("/login/key", key)
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Credential {
    credential: String,
}

async fn form(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let pending = pending(&app, &visitor).await?;
    Ok(visitor.page(&blank(&app, &visitor, &pending)))
}

async fn pending(app: &App, visitor: &Visitor) -> Result<Pending, Refusal> {
    let pending = app.pending_sign_in(&visitor.visit).await?;
    match pending {
        Some(pending) if pending.stage == SignInStage::Factor => Ok(pending),
        Some(_) => Err(Refusal::go_to(visitor.local("/login/place/wait"))),
        None => Err(Refusal::go_to(visitor.local("/login"))),
    }
}

fn blank(app: &App, visitor: &Visitor, pending: &Pending) -> SecondFactor {
    SecondFactor {
        shell: visitor.shell(),
        name: pending.user.name.to_string(),
        key: pending.factors.key && app.keys_unavailable().is_none(),
        totp: pending.factors.totp,
        recovery_code: true,
        totp_code: Field::default(),
        recovery: Field::default(),
    }
}

async fn totp(State(app): State<App>, Posted { visitor, form }: Posted<Code>) -> Result<Response, Refusal> {
    let pending = pending(&app, &visitor).await?;
    let entry = app.sign_in_with_totp(&visitor.visit, &form.code).await;
    answer(&app, &visitor, &pending, entry, |page, wrong| SecondFactor { totp_code: wrong, ..page })
}

async fn recovery_code(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Code>,
) -> Result<Response, Refusal> {
    let pending = pending(&app, &visitor).await?;
    let entry = app.sign_in_with_recovery_code(&visitor.visit, &form.code).await;
    answer(&app, &visitor, &pending, entry, |page, wrong| SecondFactor { recovery: wrong, ..page })
}

async fn key_options(State(app): State<App>, Scripted(visitor): Scripted) -> Result<Response, Problem> {
    options(app.begin_sign_in_with_key(&visitor.visit).await)
}

async fn key(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Credential>,
) -> Result<Response, Refusal> {
    let pending = pending(&app, &visitor).await?;
    let entry = app.sign_in_with_key(&visitor.visit, &form.credential).await;
    answer(&app, &visitor, &pending, entry, |page, wrong| {
        let notice = Notice::error(wrong.error.unwrap_or_default());
        SecondFactor { shell: page.shell.clone().with_notice(notice), ..page }
    })
}

fn answer(
    app: &App,
    visitor: &Visitor,
    pending: &Pending,
    entry: Result<Entry, Error>,
    with: impl FnOnce(SecondFactor, Field) -> SecondFactor,
) -> Result<Response, Refusal> {
    match entry {
        Ok(entry) => Ok(entered(visitor, entry)),
        Err(Error::Field { text, .. }) => {
            let page = with(blank(app, visitor, pending), Field::wrong(text));
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(Error::SignIn(_)) => Err(Refusal::go_to(visitor.local("/login"))),
        Err(other) => Err(other.into()),
    }
}
