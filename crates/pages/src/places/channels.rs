//! Channels and what is in them.

use askama::Template;
use bonded_model::Timestamp;

use super::{Head, Status};
use crate::paths::segment;
use crate::snippets::{Snippet, installing, uploading};
use crate::{Field, Shell, filters};

/// A channel in a list.
#[derive(Clone)]
pub struct ChannelRow {
    /// Its name.
    pub name: String,
    /// Python, else conda.
    pub python: bool,
    /// Whether only those with a role see it.
    pub private: bool,
    /// The viewer's role in it, in words; empty where there is none.
    pub role: String,
}

impl ChannelRow {
    pub(crate) fn path(&self) -> String {
        format!("/channels/{}", segment(&self.name))
    }
}

/// `/channels`: those that the viewer may see.
#[derive(Clone, Template)]
#[template(path = "places/channels.html")]
pub struct Channels {
    /// What all pages share.
    pub shell: Shell,
    /// The channels, by name.
    pub channels: Vec<ChannelRow>,
}

/// A project in a list.
#[derive(Clone)]
pub struct ProjectRow {
    /// The channel that it lies in.
    pub channel: String,
    /// Its name.
    pub name: String,
    /// Its newest version; nothing where it has no release.
    pub version: Option<String>,
    /// When something was last published.
    pub published_at: Option<Timestamp>,
    /// How it stands.
    pub status: Status,
}

impl ProjectRow {
    pub(crate) fn path(&self) -> String {
        format!("/projects/{}/{}", segment(&self.channel), segment(&self.name))
    }
}

/// The form for an empty project, for administrators of the channel. It posts `name` and `owner`.
#[derive(Clone, Default)]
pub struct NewProject {
    /// The project's name.
    pub name: Field,
    /// The user who owns it first.
    pub owner: Field,
}

/// `/channels/{channel}`. The filter asks the same path with `q`; an empty project is posted to
/// `/channels/{channel}/projects`.
#[derive(Clone, Template)]
#[template(path = "places/channel.html")]
pub struct Channel {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// The URL under which the outside reaches the registry, without a slash at its end.
    pub base_url: String,
    /// Whether the viewer may publish here.
    pub publishes: bool,
    /// The beginning of names that was asked for.
    pub q: String,
    /// The projects, by name.
    pub projects: Vec<ProjectRow>,
    /// The local path to the next ones.
    pub next: Option<String>,
    /// The form for an empty project, where the viewer may make one.
    pub new: Option<NewProject>,
}

impl Channel {
    fn install(&self) -> Vec<Snippet> {
        installing(self.head.python, &self.base_url, &self.head.name, None)
    }

    fn upload(&self) -> Vec<Snippet> {
        uploading(self.head.python, &self.base_url, &self.head.name)
    }
}

/// `/search?q=&channel=`: projects by name.
#[derive(Clone, Template)]
#[template(path = "places/search.html")]
pub struct Search {
    /// What all pages share.
    pub shell: Shell,
    /// What was asked for.
    pub q: String,
    /// The channel to look in; empty for all.
    pub channel: String,
    /// The channels to choose from.
    pub channels: Vec<String>,
    /// What was found; nothing where nothing was asked for.
    pub projects: Option<Vec<ProjectRow>>,
    /// Whether there may be more than that.
    pub more: bool,
}
