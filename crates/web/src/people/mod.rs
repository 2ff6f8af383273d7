//! The pages for people: from forms to use cases and back. Nothing is decided here.

pub(crate) mod activity;
mod admin;
mod assets;
mod delete;
mod design;
mod emails;
mod keys;
mod link;
mod password;
mod place;
mod profile;
mod proof;
mod publishers;
mod recovery;
mod recovery_codes;
mod reset;
mod second_factor;
mod security;
mod sessions;
mod setup;
mod sign_in;
mod sign_up;
mod tokens;
mod totp;
mod verify;

pub(crate) use link::{Key, dead, shell_of_anybody};

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
    let sign_in = [assets::add, sign_in::add, second_factor::add, place::add];
    let newcomers = [sign_up::add, setup::add, verify::add, reset::add, design::add];
    let factors = [proof::add, recovery_codes::add, totp::add, keys::add, security::add];
    let account = [profile::add, emails::add, password::add, sessions::add, tokens::add, publishers::add];
    let endings = [activity::add, recovery::add, delete::add, admin::add];
    let all = sign_in.into_iter().chain(newcomers).chain(factors).chain(account).chain(endings);
    all.fold(table, |table, add| add(table))
}

/// The query of a page that may be come to after something was done.
#[derive(serde::Deserialize)]
pub(crate) struct Done {
    pub(crate) done: Option<String>,
}

/// A form with nothing but a button.
#[derive(serde::Deserialize)]
pub(crate) struct Nothing {}

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
