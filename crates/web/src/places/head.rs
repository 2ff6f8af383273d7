//! What stands above the pages of a channel, a project or a group.

use bonded_model::project::Project;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_model::{Channel, ChannelFormat, Lifecycle, ProjectStatus, Visibility};
use bonded_pages::places::{Head, Standing, Status, Subject, Tab};
use bonded_registry::projects::ProjectPage;

/// Names in a path, as links have them.
pub(super) fn segment(name: &str) -> String {
    const ESCAPED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(name, ESCAPED).to_string()
}

/// The local path of a channel's page.
pub(super) fn channel_path(channel: &str) -> String {
    format!("/channels/{}", segment(channel))
}

/// The local path of a project's page.
pub(super) fn project_path(channel: &str, project: &str) -> String {
    format!("/projects/{}/{}", segment(channel), segment(project))
}

/// The local path of a release's page.
pub(super) fn release_path(channel: &str, project: &str, version: &str) -> String {
    format!("{}/releases/{}", project_path(channel, project), segment(version))
}

/// The pages that are open to whoever looks after a place or does not.
fn tabs(manages: bool) -> Vec<Tab> {
    if manages { Tab::ALL.into() } else { vec![Tab::Overview] }
}

/// What stands above a page of a channel. Conda channels have one about their signatures, which is open to everybody.
pub(super) fn of_channel(channel: &Channel, role: Option<ChannelRole>, here: Tab) -> Head {
    let mut head = plain(channel, role, here);
    if !head.python {
        head.tabs.insert(1, Tab::Trust);
    }
    head
}

/// What stands above a page of any channel.
fn plain(channel: &Channel, role: Option<ChannelRole>, here: Tab) -> Head {
    Head {
        subject: Subject::Channel,
        name: channel.name.to_string(),
        python: channel.format == ChannelFormat::Python,
        private: channel.visibility == Visibility::Private,
        standing: Standing::default(),
        tabs: tabs(role == Some(ChannelRole::Admin)),
        here,
    }
}

/// What stands above a page of a project.
pub(super) fn of_project(channel: &Channel, project: &Project, manages: bool, here: Tab) -> Head {
    Head {
        subject: Subject::Project(channel.name.to_string()),
        name: project.name.clone(),
        standing: standing(&project.lifecycle),
        tabs: tabs(manages),
        ..of_channel(channel, None, here)
    }
}

/// What stands above a project's own page.
pub(super) fn of_page(page: &ProjectPage) -> Head {
    of_project(&page.channel, &page.project, page.may.manage, Tab::Overview)
}

fn standing(lifecycle: &Lifecycle) -> Standing {
    Standing { status: status(lifecycle.status), reason: lifecycle.reason.clone(), since: lifecycle.at }
}

/// A status as pages show it.
pub(super) const fn status(status: ProjectStatus) -> Status {
    match status {
        ProjectStatus::Active => Status::Active,
        ProjectStatus::Archived => Status::Archived,
        ProjectStatus::Deprecated => Status::Deprecated,
        ProjectStatus::Quarantined => Status::Quarantined,
    }
}

/// A channel's role in words.
pub(super) const fn channel_role(role: ChannelRole) -> &'static str {
    match role {
        ChannelRole::Reader => "reader",
        ChannelRole::Publisher => "publisher",
        ChannelRole::Admin => "administrator",
    }
}

/// A project's role in words.
pub(super) const fn project_role(role: ProjectRole) -> &'static str {
    match role {
        ProjectRole::Maintainer => "maintainer",
        ProjectRole::Owner => "owner",
    }
}
