//! Confirming a new place.

use axum::extract::State;
use axum::response::Response;
use bonded_model::people::SignInStage;
use bonded_model::secret::Secret;
use bonded_pages::sign_in::{ConfirmPlace, OtherBrowser, PlaceWait};
use bonded_registry::Error;
use http::StatusCode;
use serde::Deserialize;

use super::{Done, Nothing, entered};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/login/place/wait", wait)
        .post("/login/place/resend", resend)
        .get("/login/place", ask)
        .post("/login/place", confirm)
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

async fn wait(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let pending = app.pending_sign_in(&visitor.visit).await?;
    let Some(pending) = pending.filter(|pending| pending.stage == SignInStage::Place) else {
        return Ok(visitor.redirect("/login"));
    };
    let shell = Visitor::noticed(visitor.shell(), done.as_deref());
    Ok(visitor.page(&PlaceWait { shell, email: masked(pending.user.email.as_str()) }))
}

/// Enough of an address for its owner to recognize it, not enough for others to write to it.
fn masked(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, host)) => {
            format!("{}…@{host}", local.chars().next().map(String::from).unwrap_or_default())
        }
        None => String::new(),
    }
}

async fn resend(
    State(app): State<App>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    match app.mail_place_again(&visitor.visit).await {
        Ok(()) => Ok(visitor.redirect("/login/place/wait?done=resent")),
        Err(Error::SignIn(_)) => Ok(visitor.redirect("/login")),
        Err(other) => Err(other.into()),
    }
}

async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Query(Key { key }): Query<Key>,
) -> Result<Response, Refusal> {
    let begun = match key.parse::<Secret>() {
        Ok(secret) => app.place_to_confirm(&visitor.visit, &secret).await?,
        Err(_) => None,
    };
    Ok(match begun {
        Some(at) => {
            visitor.page(&ConfirmPlace { shell: visitor.shell(), key, location: visitor.location(), at })
        }
        None => elsewhere(&visitor),
    })
}

async fn confirm(State(app): State<App>, Posted { visitor, form }: Posted<Key>) -> Result<Response, Refusal> {
    let Ok(secret) = form.key.parse::<Secret>() else { return Ok(elsewhere(&visitor)) };
    match app.confirm_place(&visitor.visit, &secret).await {
        Ok(entry) => Ok(entered(&visitor, entry)),
        Err(Error::SignIn(_)) => Ok(elsewhere(&visitor)),
        Err(other) => Err(other.into()),
    }
}

fn elsewhere(visitor: &Visitor) -> Response {
    visitor.page_with(StatusCode::GONE, &OtherBrowser { shell: visitor.shell() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_in_part() {
        assert_eq!(masked("ada@example.org"), "a…@example.org");
    }
}
