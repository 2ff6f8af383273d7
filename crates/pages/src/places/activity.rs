//! What happened in a channel or to a project.

use askama::Template;

use super::Head;
use crate::activity::{Event, Kind};
use crate::{Shell, filters};

/// `/channels/{channel}/activity` and `/projects/{channel}/{project}/activity`. The form asks the same path.
#[derive(Clone, Template)]
#[template(path = "places/activity.html")]
pub struct PlaceActivity {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// `person`: the name of an account.
    pub person: String,
    /// `project`: the name of a project of the channel; not asked of projects.
    pub project: String,
    /// `kind`: the kinds to choose from.
    pub kinds: Vec<Kind>,
    /// The events, newest first.
    pub events: Vec<Event>,
    /// The local path to newer ones.
    pub newer: Option<String>,
    /// The local path to older ones.
    pub older: Option<String>,
    /// The local path to the same events as JSON lines.
    pub export: String,
}
