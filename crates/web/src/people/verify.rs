//! Verifying an address by the link that was mailed to it.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::sign_in::{DeadLinkKind, VerifyEmail};
use bonded_registry::Error;

use super::link::{Key, dead, shell_of_anybody};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

const PATH: &str = "/account/verify";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, form).post(PATH, verify)
}

async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(link): Query<Key>,
) -> Result<Response, Refusal> {
    let found = match link.secret() {
        Some(secret) => app.verification(&secret).await?,
        None => None,
    };
    let Some(verification) = found else { return Ok(dead(&visitor, DeadLinkKind::Verify)) };
    Ok(visitor.page(&VerifyEmail {
        shell: shell_of_anybody(&app, &visitor).await?,
        key: link.key,
        email: verification.address.to_string(),
        name: verification.user.to_string(),
    }))
}

async fn verify(State(app): State<App>, Posted { visitor, form }: Posted<Key>) -> Result<Response, Refusal> {
    let Some(secret) = form.secret() else { return Ok(dead(&visitor, DeadLinkKind::Verify)) };
    match app.verify_email(&visitor.visit, &secret).await {
        Ok(_) if visitor.session(&app).await?.is_some() => {
            Ok(visitor.redirect("/account/security?done=verified"))
        }
        Ok(_) => Ok(visitor.redirect("/login?done=verified")),
        Err(Error::NotFound(_)) => Ok(dead(&visitor, DeadLinkKind::Verify)),
        Err(other) => Err(other.into()),
    }
}
