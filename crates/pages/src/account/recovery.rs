//! A recovery that an administrator asked for.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Shell, filters};

/// A recovery that has not taken place yet.
#[derive(Clone)]
pub struct Recovery {
    /// The administrator who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// When it takes place by itself; nothing where it waits for a second administrator.
    pub due_at: Option<Timestamp>,
}

impl Recovery {
    /// When it happens, in a sentence.
    pub(crate) fn effect(&self) -> String {
        match self.due_at {
            Some(due) => format!("It takes place on {}.", due.format("%-d %B %Y at %H:%M UTC")),
            None => "It takes place as soon as a second administrator approves.".to_owned(),
        }
    }
}

/// `/account/recovery/cancel?key=`. The form sends `key`; from the page of a signed-in person, without `key`.
#[derive(Clone, Template)]
#[template(path = "account/cancel_recovery.html")]
pub struct CancelRecovery {
    /// What all pages share.
    pub shell: Shell,
    /// The link's secret.
    pub key: String,
    /// The account.
    pub name: String,
    /// What was asked for.
    pub recovery: Recovery,
}
