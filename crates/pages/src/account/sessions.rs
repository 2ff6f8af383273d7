//! Where the person is signed in.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Location, Shell, filters};

/// One session.
#[derive(Clone)]
pub struct Session {
    /// Its id, for paths.
    pub id: String,
    /// From where it was begun.
    pub location: Location,
    /// Whether this page was asked for in it.
    pub current: bool,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
}

/// `/account/sessions`. The buttons post to `/account/sessions/{id}/end` and `/account/sessions/end-all`.
#[derive(Clone, Template)]
#[template(path = "account/sessions.html")]
pub struct Sessions {
    /// What all pages share.
    pub shell: Shell,
    /// All sessions, this one first.
    pub sessions: Vec<Session>,
}
