//! Cancelling the recovery of one's own account.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::account::CancelRecovery;
use bonded_pages::sign_in::DeadLinkKind;
use bonded_registry::Error;

use super::link::{Key, dead, shell_of_anybody};
use super::security::shown_recovery;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

const PATH: &str = "/account/recovery/cancel";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, form).post(PATH, cancel)
}

async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(link): Query<Key>,
) -> Result<Response, Refusal> {
    let found = match link.secret() {
        Some(secret) => app.recovery_to_cancel(&secret).await?,
        None => None,
    };
    let Some(open) = found else { return Ok(dead(&visitor, DeadLinkKind::Recovery)) };
    Ok(visitor.page(&CancelRecovery {
        shell: shell_of_anybody(&app, &visitor).await?,
        key: link.key,
        name: open.user.to_string(),
        recovery: shown_recovery(open),
    }))
}

/// By the link's secret, or, without one, by whoever is signed in.
async fn cancel(State(app): State<App>, Posted { visitor, form }: Posted<Key>) -> Result<Response, Refusal> {
    if form.key.is_empty() {
        let session = visitor.mending(&app).await?;
        app.cancel_own_recovery(&session, &visitor.visit).await?;
        return Ok(visitor.redirect("/account/security?done=recovery-cancelled"));
    }
    let Some(secret) = form.secret() else { return Ok(dead(&visitor, DeadLinkKind::Recovery)) };
    match app.cancel_recovery_by_link(&visitor.visit, &secret).await {
        Ok(()) => Ok(visitor.redirect("/login?done=recovery-cancelled")),
        Err(Error::NotFound(_)) => Ok(dead(&visitor, DeadLinkKind::Recovery)),
        Err(other) => Err(other.into()),
    }
}
