//! What places are called, for pages and mails.

use std::fmt;

use bonded_model::ChannelName;
use bonded_model::group::GroupName;
use bonded_model::role_invitation::Offer;
use bonded_store::Queries;

use crate::Error;
use crate::people::{channel_name, project_name};

/// The name of a place in which people have roles. `Display` says what it is: "the channel main".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PlaceName {
    /// A channel.
    Channel(ChannelName),
    /// A project.
    Project {
        /// The channel that it stands in.
        channel: ChannelName,
        /// Its name as its publisher spells it.
        project: String,
    },
    /// A group.
    Group(GroupName),
}

impl PlaceName {
    /// The place that an offer is about; `None` when it is gone.
    pub(super) async fn of(queries: &mut Queries, offer: Offer) -> Result<Option<Self>, Error> {
        Ok(match offer {
            Offer::Channel(id, _) => channel_name(queries, id).await?.map(Self::Channel),
            Offer::Project(id, _) | Offer::Transfer(id) => {
                project_name(queries, id).await?.map(|(channel, project)| Self::Project { channel, project })
            }
            Offer::Group(id, _) => queries.group(id).await?.map(|group| Self::Group(group.name)),
        })
    }
}

impl fmt::Display for PlaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(name) => write!(f, "the channel {name}"),
            Self::Project { channel, project } => write!(f, "the project {channel}/{project}"),
            Self::Group(name) => write!(f, "the group {name}"),
        }
    }
}
