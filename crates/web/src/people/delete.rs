//! Deleting one's account.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::Field;
use bonded_pages::account::DeleteAccount;
use bonded_registry::Error;
use bonded_registry::people::Session;
use http::StatusCode;
use serde::Deserialize;

use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::routes::Routes;

const PATH: &str = "/account/delete";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, form).post(PATH, delete)
}

#[derive(Deserialize)]
struct Typed {
    name: String,
}

async fn form(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    visitor.fresh(&session, PATH)?;
    let page = page(&app, &visitor, &session, Field::default()).await?;
    Ok(visitor.page(&page))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    typed: Field,
) -> Result<DeleteAccount, Refusal> {
    let obstacles = app.sole_ownerships(session).await?.iter().map(ToString::to_string).collect();
    let (shell, name) = (visitor.shell_for(session), session.user().name.to_string());
    Ok(DeleteAccount { shell, name, typed, obstacles })
}

async fn delete(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Typed>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    let typed = Field::of(&form.name);
    let (status, typed) = match app.delete_account(&fresh, &visitor.visit, &form.name).await {
        Ok(()) => return Ok(visitor.redirect("/?done=account-deleted")),
        Err(Error::Field { text, .. }) => (StatusCode::UNPROCESSABLE_ENTITY, typed.with_error(Some(text))),
        // The page says what belongs to nobody else.
        Err(Error::Conflict(_)) => (StatusCode::CONFLICT, typed),
        Err(other) => return Err(visitor.refuse(other, PATH)),
    };
    let page = page(&app, &visitor, &session, typed).await?;
    Ok(visitor.page_with(status, &page))
}
