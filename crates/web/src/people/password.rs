//! Changing the password, or choosing the first one.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::Field;
use bonded_pages::account::ChangePassword;
use bonded_registry::Error;
use bonded_registry::people::Session;
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;

use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::routes::Routes;

const PATH: &str = "/account/password";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, form).post(PATH, change)
}

#[derive(Deserialize)]
struct Typed {
    current_password: Option<SecretString>,
    new_password: SecretString,
}

async fn form(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    visitor.fresh(&session, PATH)?;
    let page = blank(&app, &visitor, &session).await?;
    Ok(visitor.page(&page))
}

async fn blank(app: &App, visitor: &Visitor, session: &Session) -> Result<ChangePassword, Refusal> {
    let has_password = app.has_password(session).await?;
    Ok(ChangePassword {
        shell: visitor.shell_for(session),
        name: session.user().name.to_string(),
        has_password,
        asks_current: has_password,
        current: Field::default(),
        password: Field::default(),
    })
}

async fn change(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Typed>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    match app.change_password(&fresh, &visitor.visit, form.current_password, form.new_password).await {
        Ok(rotated) => {
            Ok(visitor.rotate(&rotated, visitor.redirect("/account/security?done=password-changed")))
        }
        Err(Error::Field { field, text }) => {
            let page = blank(&app, &visitor, &session).await?;
            let wrong = Field::wrong(text);
            let page = match field {
                "current" => ChangePassword { current: wrong, ..page },
                _ => ChangePassword { password: wrong, ..page },
            };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}
