//! What happened, as the audit log tells it.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Shell, filters};

/// One event.
#[derive(Clone)]
pub struct Event {
    /// What happened, as a sentence.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// Who did it, such as "you" or "the operator".
    pub by: String,
    /// How they proved who they are, such as "the token 'laptop'".
    pub with: Option<String>,
    /// The network address.
    pub address: Option<String>,
}

/// A kind of event to choose.
#[derive(Clone)]
pub struct Kind {
    /// What the form sends.
    pub value: &'static str,
    /// Its name.
    pub words: &'static str,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// What was asked for, as the form sends it.
#[derive(Clone)]
pub struct Filter {
    /// `person`: the name of an account, where it can be asked for.
    pub person: Option<String>,
    /// `channel`: the name of a channel.
    pub channel: String,
    /// `project`: the name of a project in it.
    pub project: String,
    /// `kind`: the kinds to choose from.
    pub kinds: Vec<Kind>,
}

/// `/account/activity`, and `/admin/activity` where [`Filter::person`] is there. The form asks the same path.
#[derive(Clone, Template)]
#[template(path = "account/activity.html")]
pub struct Activity {
    /// What all pages share.
    pub shell: Shell,
    /// What was asked for.
    pub filter: Filter,
    /// The events, newest first.
    pub events: Vec<Event>,
    /// The local path to newer ones.
    pub newer: Option<String>,
    /// The local path to older ones.
    pub older: Option<String>,
    /// The local path to the same events as JSON lines.
    pub export: String,
}

impl Activity {
    /// Whether it is about the whole registry.
    fn of_registry(&self) -> bool {
        self.filter.person.is_some()
    }
}
