//! A forgotten password.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::Field;
use bonded_pages::sign_in::{DeadLinkKind, ResetPassword, ResetRequest, ResetSent};
use bonded_registry::Error;
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;

use super::Done;
use super::link::{Key, dead, shell_of_anybody};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

const ASK: &str = "/account/reset";
const SET: &str = "/account/reset/password";
/// The word of the query for which the page says that a mail is on its way.
const SENT: &str = "sent";

pub(super) fn add(table: Routes) -> Routes {
    table.get(ASK, form).post(ASK, ask).get(SET, new_password).post(SET, set_password)
}

#[derive(Deserialize)]
struct Asked {
    account: String,
}

#[derive(Deserialize)]
struct Chosen {
    key: String,
    password: SecretString,
}

async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let shell = shell_of_anybody(&app, &visitor).await?;
    Ok(match done.as_deref() {
        Some(SENT) => visitor.page(&ResetSent { shell }),
        _ => visitor.page(&ResetRequest { shell, account: Field::default() }),
    })
}

async fn ask(State(app): State<App>, Posted { visitor, form }: Posted<Asked>) -> Result<Response, Refusal> {
    app.forgot_password(&visitor.visit, &form.account).await?;
    Ok(visitor.redirect(&format!("{ASK}?done={SENT}")))
}

async fn new_password(
    State(app): State<App>,
    visitor: Visitor,
    Query(link): Query<Key>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, link, StatusCode::OK, Field::default()).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    link: Key,
    status: StatusCode,
    password: Field,
) -> Result<Response, Refusal> {
    let found = match link.secret() {
        Some(secret) => app.reset_link(&secret).await?,
        None => None,
    };
    let Some(user) = found else { return Ok(dead(visitor, DeadLinkKind::Reset)) };
    let (shell, name) = (visitor.shell(), user.name.to_string());
    Ok(visitor.page_with(status, &ResetPassword { shell, key: link.key, name, password }))
}

async fn set_password(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    let link = Key { key: form.key };
    let Some(secret) = link.secret() else { return Ok(dead(&visitor, DeadLinkKind::Reset)) };
    match app.reset_password(&visitor.visit, &secret, form.password).await {
        Ok(()) => Ok(visitor.redirect("/login?done=password-set")),
        Err(Error::Field { text, .. }) => {
            show(&app, &visitor, link, StatusCode::UNPROCESSABLE_ENTITY, Field::wrong(text)).await
        }
        Err(Error::NotFound(_)) => Ok(dead(&visitor, DeadLinkKind::Reset)),
        Err(other) => Err(other.into()),
    }
}
