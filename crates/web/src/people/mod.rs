//! The pages for people: from forms to use cases and back. Nothing is decided here.

mod assets;
mod home;
mod keys;
mod place;
mod proof;
mod recovery_codes;
mod second_factor;
mod sign_in;
mod totp;

use axum::response::{IntoResponse, Response};
use bonded_registry::Error;
use bonded_registry::people::Entry;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::browser::Visitor;
use crate::problem::Problem;
use crate::routes::Routes;

/// Adds every page.
pub(crate) fn add(table: Routes) -> Routes {
    let sign_in = [home::add, assets::add, sign_in::add, second_factor::add, place::add];
    let account = [proof::add, recovery_codes::add, totp::add, keys::add];
    sign_in.into_iter().chain(account).fold(table, |table, add| add(table))
}

/// The query of a page that may be come to after something was done.
#[derive(serde::Deserialize)]
struct Done {
    done: Option<String>,
}

/// A form with nothing but a button.
#[derive(serde::Deserialize)]
struct Nothing {}

/// Where a sign-in that went one step further goes on.
fn entered(visitor: &Visitor, entry: Entry) -> Response {
    let (rotated, path) = match entry {
        Entry::SignedIn { rotated, next } => (rotated, next),
        Entry::NeedsFactor(rotated) => (rotated, "/login/second-factor".to_owned()),
        Entry::NeedsPlace(rotated) => (rotated, "/login/place/wait".to_owned()),
    };
    visitor.rotate(&rotated, visitor.redirect(&path))
}

/// What the script asks a key for.
fn options(result: Result<String, Error>) -> Result<Response, Problem> {
    let mut response = result?.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
