//! What publishers open at the moment of an exchange: exact projects, and new ones under a prefix.

use bonded_model::channel::ProjectCreation;
use bonded_model::ids::{ChannelId, GroupId, ProjectId};
use bonded_model::project::{Project, ProjectListing};
use bonded_model::publishing::{Grant, Granted, Publisher, PublisherPlace};
use bonded_model::user::ChannelRole;
use bonded_store::Queries;

use crate::Error;

/// The most projects that one publisher opens. More have a publisher each, or a longer prefix.
const MOST_PROJECTS: i64 = 1_000;

/// What a publisher opens now. A pending one opens nothing: it is made into one of a project first.
pub(super) async fn grants(queries: &mut Queries, publisher: &Publisher) -> Result<Vec<Grant>, Error> {
    let granted = match &publisher.place {
        PublisherPlace::Project { project, .. } => project_alone(queries, *project).await?,
        PublisherPlace::Prefix { channel, group: None, prefix } => {
            let mut granted = existing(queries, *channel, prefix).await?;
            granted.push(Granted::NewProjects { prefix: prefix.clone() });
            granted
        }
        PublisherPlace::Prefix { channel, group: Some(group), prefix } => {
            of_group(queries, *channel, *group, prefix).await?
        }
        PublisherPlace::Pending { .. } => Vec::new(),
    };
    let (publisher, channel) = (publisher.id, publisher.place.channel());
    Ok(granted.into_iter().map(|to| Grant { publisher, channel, to }).collect())
}

async fn project_alone(queries: &mut Queries, project: ProjectId) -> Result<Vec<Granted>, Error> {
    let found = queries.project(project).await?.filter(|project| project.deleted_at.is_none());
    Ok(found.map(|project| Granted::Project(project.id)).into_iter().collect())
}

async fn existing(queries: &mut Queries, channel: ChannelId, prefix: &str) -> Result<Vec<Granted>, Error> {
    let listing = ProjectListing { prefix, after: "", empty_too: true };
    let projects = queries.project_page(channel, &listing, MOST_PROJECTS).await?;
    Ok(projects.into_iter().map(|project| Granted::Project(project.id)).collect())
}

/// The publishers with a prefix that open a project which exists.
pub(super) async fn reaching(queries: &mut Queries, project: &Project) -> Result<Vec<Publisher>, Error> {
    let mut found = Vec::new();
    for publisher in queries.publishers_of_channel(project.channel).await? {
        let PublisherPlace::Prefix { channel, group, prefix } = &publisher.place else { continue };
        if !project.name.starts_with(prefix.as_str()) {
            continue;
        }
        let reaches = match group {
            None => true,
            Some(group) => match role_of(queries, *channel, *group).await? {
                None | Some(ChannelRole::Reader) => false,
                Some(ChannelRole::Admin) => true,
                Some(ChannelRole::Publisher) => {
                    queries.projects_of_group(*group).await?.iter().any(|(own, _)| *own == project.id)
                }
            },
        };
        if reaches {
            found.push(Publisher { last_refused_at: None, last_refusal: None, ..publisher });
        }
    }
    Ok(found)
}

async fn role_of(
    queries: &mut Queries,
    channel: ChannelId,
    group: GroupId,
) -> Result<Option<ChannelRole>, Error> {
    let roles = queries.channels_of_group(group).await?;
    Ok(roles.into_iter().find(|(id, _)| *id == channel).map(|(_, role)| role))
}

/// A group's publisher reaches as far as the group does now: its projects, and new ones where its members make them.
async fn of_group(
    queries: &mut Queries,
    channel: ChannelId,
    group: GroupId,
    prefix: &str,
) -> Result<Vec<Granted>, Error> {
    let role = role_of(queries, channel, group).await?;
    let creation = queries.channel(channel).await?.map(|channel| channel.create_projects);
    let mut granted = match role {
        None | Some(ChannelRole::Reader) => return Ok(Vec::new()),
        Some(ChannelRole::Admin) => existing(queries, channel, prefix).await?,
        Some(ChannelRole::Publisher) => {
            let own = queries.project_page_of_group(channel, group, prefix, MOST_PROJECTS).await?;
            own.into_iter().map(|project| Granted::Project(project.id)).collect()
        }
    };
    if role == Some(ChannelRole::Admin) || creation == Some(ProjectCreation::Publishers) {
        granted.push(Granted::NewProjects { prefix: prefix.to_owned() });
    }
    Ok(granted)
}
