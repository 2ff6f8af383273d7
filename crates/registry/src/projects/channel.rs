//! The page of a channel, and the list of channels.

use std::collections::HashMap;
use std::sync::Arc;

use bonded_model::ids::ProjectId;
use bonded_model::project::{ProjectListing, ReleaseOutline};
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, Channel, ProjectStatus, Timestamp};

use super::find::normalized_part;
use super::versions::{latest, newest_first};
use crate::access::{Read, role_in};
use crate::{Error, Registry};

/// Projects on one page.
const ON_A_PAGE: usize = 50;

/// A channel with what the viewer is in it.
#[derive(Clone, Debug)]
pub struct VisibleChannel {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The viewer's role in it. Administrators of the instance administer every channel.
    pub role: Option<ChannelRole>,
}

/// What the page of a channel shows to one viewer.
#[derive(Clone, Debug)]
pub struct ChannelPage {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The viewer's role in it.
    pub role: Option<ChannelRole>,
    /// Its projects, by their normalized names.
    pub projects: Vec<ListedProject>,
    /// Behind which name the next page begins, if there is one.
    pub next: Option<String>,
}

/// A project in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedProject {
    /// Its normalized name.
    pub name: String,
    /// Its name as its publisher spells it.
    pub display_name: String,
    /// Where it stands in its life.
    pub status: ProjectStatus,
    /// The version that stands for it; `None` without files, and while they are withheld.
    pub latest: Option<String>,
    /// When that release was created.
    pub released_at: Option<Timestamp>,
}

impl Registry {
    /// The channels that the actor may know of, by name.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn visible_channels(&self, actor: &Actor) -> Result<Vec<VisibleChannel>, Error> {
        let channels = self.access.visible_channels(actor).await?.into_iter();
        Ok(channels.map(|channel| VisibleChannel { role: role_in(actor, &channel), channel }).collect())
    }

    /// What the page of a channel shows to the actor: the projects whose normalized names begin with `prefix`, behind
    /// the name `after`. Projects without files are shown to those alone who have a role in the channel.
    ///
    /// # Errors
    /// The [`Denial`](crate::access::Denial) of a channel that the actor may not read, the same as for an unknown one.
    pub async fn channel_page(
        &self,
        actor: &Actor,
        channel: &str,
        prefix: &str,
        after: &str,
    ) -> Result<ChannelPage, Error> {
        let channel = self.access.visible_channel(actor, channel).await?;
        self.access.permit(actor, Read { channel: Arc::clone(&channel) })?;
        let role = role_in(actor, &channel);
        let prefix = normalized_part(channel.format, prefix);
        let after = after.replace('\0', "");
        let listing = ProjectListing { prefix: &prefix, after: &after, empty_too: role.is_some() };
        let mut snapshot = self.store.snapshot().await?;
        // One more than is shown tells whether there are more.
        let asked = i64::try_from(ON_A_PAGE + 1).unwrap_or(i64::MAX);
        let mut found = snapshot.project_page(channel.id, &listing, asked).await?;
        let more = found.len() > ON_A_PAGE;
        found.truncate(ON_A_PAGE);
        let (first, last) = (found.first().map(|first| &first.name), found.last().map(|last| &last.name));
        let outlines = match first.zip(last) {
            Some((first, last)) => snapshot.release_outlines_between(channel.id, first, last).await?,
            None => Vec::new(),
        };
        drop(snapshot);
        let next = last.filter(|_| more).cloned();
        let latest = latest_of_each(&channel, outlines);
        let listed = |project: bonded_model::project::Project| {
            let status = project.lifecycle.status;
            let latest = latest.get(&project.id).filter(|_| !status.withholds_files());
            ListedProject {
                latest: latest.map(|release| release.version.clone()),
                released_at: latest.map(|release| release.created_at),
                name: project.name,
                display_name: project.display_name,
                status,
            }
        };
        let projects = found.into_iter().map(listed).collect();
        Ok(ChannelPage { channel, role, projects, next })
    }
}

/// The release that stands for each project.
fn latest_of_each(channel: &Channel, outlines: Vec<ReleaseOutline>) -> HashMap<ProjectId, ReleaseOutline> {
    let mut by_project: HashMap<ProjectId, Vec<ReleaseOutline>> = HashMap::new();
    for outline in outlines {
        by_project.entry(outline.project).or_default().push(outline);
    }
    let standing = |(project, mut releases): (ProjectId, Vec<ReleaseOutline>)| {
        newest_first(channel.format, &mut releases);
        Some((project, latest(channel.format, &releases)?.clone()))
    };
    by_project.into_iter().filter_map(standing).collect()
}
