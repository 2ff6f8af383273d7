//! Links with a secret in their query: it opens a page, and the page's form uses it up.

use axum::response::Response;
use bonded_model::secret::Secret;
use bonded_pages::Shell;
use bonded_pages::sign_in::{DeadLink, DeadLinkKind};
use http::StatusCode;
use serde::Deserialize;

use crate::App;
use crate::browser::{Refusal, Visitor};

/// The secret of a link, in its query or in the form that uses it.
#[derive(Deserialize)]
pub(crate) struct Key {
    #[serde(default)]
    pub(crate) key: String,
}

impl Key {
    /// The secret, if it can be one at all.
    pub(crate) fn secret(&self) -> Option<Secret> {
        self.key.parse().ok()
    }
}

/// What whoever follows a link sees that does not work any more.
pub(crate) fn dead(visitor: &Visitor, kind: DeadLinkKind) -> Response {
    visitor.page_with(StatusCode::GONE, &DeadLink { shell: visitor.shell(), kind })
}

/// What a page shares that is for people who are signed in and for others. What is missing is not said there: the page
/// may be the one that mends it.
pub(crate) async fn shell_of_anybody(app: &App, visitor: &Visitor) -> Result<Shell, Refusal> {
    let session = visitor.session(app).await?;
    Ok(match session {
        Some(session) => Shell { fence: None, ..visitor.shell_for(&session) },
        None => visitor.shell(),
    })
}
