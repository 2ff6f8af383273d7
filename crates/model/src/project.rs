//! Projects, their releases, and who has which role in them.

use std::collections::HashMap;

use crate::ids::{ChannelId, ProjectId, ReleaseId, UserId};
use crate::lifecycle::ProjectStatus;
use crate::switches::Switches;
use crate::user::{ChannelRole, ProjectRole, UserName};
use crate::{Lifecycle, Timestamp};

/// A project as it stands in the database.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The channel that it stands in.
    pub channel: ChannelId,
    /// Its name in the form in which names are compared: PEP 503's for Python, the package name for conda.
    pub name: String,
    /// Its name as its publisher spells it.
    pub display_name: String,
    /// Grows with each change of what the project's pages show.
    pub serial: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// Where it stands in its life.
    pub lifecycle: Lifecycle,
    /// When it was deleted. Its name stays taken.
    pub deleted_at: Option<Timestamp>,
    /// What it asks of the credentials that change it, beyond what its channel asks.
    pub switches: Switches,
}

impl Project {
    /// What decides about changes of the project.
    pub const fn rules(&self) -> ProjectRules {
        ProjectRules {
            id: self.id,
            status: self.lifecycle.status,
            deleted: self.deleted_at.is_some(),
            switches: self.switches,
        }
    }
}

/// What of a project decides whether somebody may change it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProjectRules {
    /// Which project.
    pub id: ProjectId,
    /// Where it stands in its life.
    pub status: ProjectStatus,
    /// Whether it was deleted: only those who administer the channel can begin it anew.
    pub deleted: bool,
    /// What it asks of credentials, beyond what its channel asks.
    pub switches: Switches,
}

/// One version of a project.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// The project that it belongs to.
    pub project: ProjectId,
    /// The version in canonical form.
    pub version: String,
    /// Core metadata as JSON, from the release's first file.
    pub metadata: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Set while the release is yanked (PEP 592).
    pub yanked: Option<Yank>,
}

/// A release without what its metadata says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReleaseOutline {
    /// Its id.
    pub id: ReleaseId,
    /// The project that it belongs to.
    pub project: ProjectId,
    /// The version in canonical form.
    pub version: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Set while the release is yanked (PEP 592).
    pub yanked: Option<Yank>,
}

/// Which projects of a channel are listed, in the order of their normalized names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ProjectListing<'a> {
    /// Only those whose name begins so.
    pub prefix: &'a str,
    /// Only those behind this name.
    pub after: &'a str,
    /// Also those without files.
    pub empty_too: bool,
}

/// That a release was taken back from everybody who does not pin it (PEP 592).
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Yank {
    /// When.
    pub at: Timestamp,
    /// Why, in its owner's words; may be empty.
    pub reason: String,
}

/// A member of a channel.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ChannelMember {
    /// The account.
    pub user: UserId,
    /// Its name.
    pub name: UserName,
    /// What it may do.
    pub role: ChannelRole,
}

/// A member of a project.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ProjectMember {
    /// The account.
    pub user: UserId,
    /// Its name.
    pub name: UserName,
    /// What it may do.
    pub role: ProjectRole,
}

/// Every role of one account.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roles {
    /// In channels.
    pub channels: HashMap<ChannelId, ChannelRole>,
    /// In projects.
    pub projects: HashMap<ProjectId, ProjectRole>,
}
