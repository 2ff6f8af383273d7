//! Inviting people, and taking that back.

use axum::extract::State;
use axum::response::Response;
use bonded_model::user::Email;
use bonded_pages::Field;
use bonded_registry::Error;
use http::StatusCode;
use serde::Deserialize;

use super::administering;
use super::people::{PATH, page};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.post("/admin/people/invite", invite).post("/admin/people/invite/withdraw", withdraw)
}

#[derive(Deserialize)]
struct Address {
    email: String,
}

async fn invite(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Address>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = administering(&app, &visitor, &session, PATH)?;
    match app.invite(&permit, &visitor.visit.origin, &form.email).await {
        Ok(_) => Ok(done(&visitor, "invited")),
        Err(Error::Field { text, .. }) => {
            let invite = Field::of(form.email).with_error(Some(text));
            let page = page(&app, &visitor, &session, invite).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

async fn withdraw(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Address>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = administering(&app, &visitor, &session, PATH)?;
    let address: Email = form.email.parse().map_err(|_| Problem::not_found())?;
    match app.withdraw_invitation(&permit, &visitor.visit.origin, &address).await {
        Ok(()) => Ok(done(&visitor, "withdrawn")),
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

fn done(visitor: &Visitor, word: &str) -> Response {
    visitor.redirect(&format!("{PATH}?done={word}"))
}
