//! The first administrator, by the link that the server printed.

use axum::extract::State;
use axum::response::Response;
use bonded_pages::Field;
use bonded_pages::sign_in::{DeadLinkKind, SetUp};
use bonded_registry::Error;
use http::StatusCode;

use super::entered;
use super::link::{Key, dead};
use super::sign_up::Applicant;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

const PATH: &str = "/account/setup";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, form).post(PATH, set_up)
}

async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(link): Query<Key>,
) -> Result<Response, Refusal> {
    let open = match link.secret() {
        Some(secret) => app.is_setup_open(&secret).await?,
        None => false,
    };
    if !open {
        return Ok(dead(&visitor, DeadLinkKind::SetUp));
    }
    Ok(visitor.page(&SetUp {
        shell: visitor.shell(),
        key: link.key,
        name: Field::default(),
        email: Field::default(),
        password: Field::default(),
    }))
}

async fn set_up(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Applicant>,
) -> Result<Response, Refusal> {
    let key = form.key.clone();
    let Some(secret) = (Key { key: key.clone() }).secret() else {
        return Ok(dead(&visitor, DeadLinkKind::SetUp));
    };
    match app.set_up_administrator(&visitor.visit, &secret, form.person()).await {
        Ok(entry) => Ok(entered(&visitor, entry)),
        Err(Error::Field { field, text }) => {
            let [name, email, password] = form.fields(field, text);
            let page = SetUp { shell: visitor.shell(), key, name, email, password };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(Error::NotFound(_)) => Ok(dead(&visitor, DeadLinkKind::SetUp)),
        Err(other) => Err(other.into()),
    }
}
