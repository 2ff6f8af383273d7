//! Trusted publishers: which identity may publish where.

use super::Source;
use crate::Timestamp;
use crate::ids::{ChannelId, GroupId, IssuerId, ProjectId, PublisherId, UserId};

/// A trusted publisher.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Publisher {
    /// Its id.
    pub id: PublisherId,
    /// Whose identities it takes. What another issuer says never matches.
    pub issuer: IssuerId,
    /// Where it may publish.
    pub place: PublisherPlace,
    /// What must be true of an identity, as JSON.
    pub config: String,
    /// By what it is found: the part of the configuration that every identity of it has as well.
    pub lookup: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it; `None` for the operator, and once the account is gone.
    pub created_by: Option<UserId>,
    /// When it last got a token.
    pub last_used_at: Option<Timestamp>,
    /// For which run that was.
    pub last_source: Option<Source>,
    /// When it was last the nearest one to an identity that was refused.
    pub last_refused_at: Option<Timestamp>,
    /// What differed, for those who look after the place.
    pub last_refusal: Option<String>,
}

/// Where a trusted publisher may publish.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PublisherPlace {
    /// To one project.
    Project {
        /// The channel.
        channel: ChannelId,
        /// The project.
        project: ProjectId,
    },
    /// To all projects of a channel whose normalized name begins so, also to those that it makes.
    Prefix {
        /// The channel.
        channel: ChannelId,
        /// The group in whose name it acts: only as far as the group may, and new projects belong to it.
        group: Option<GroupId>,
        /// How the normalized names begin.
        prefix: String,
    },
    /// To a project that does not exist yet. The first identity that comes makes it, in the name of whoever registered it.
    Pending {
        /// The channel.
        channel: ChannelId,
        /// The name as it was typed.
        name: String,
        /// The name under which the project will be found.
        normalized: String,
        /// In whose name the project is made.
        registrant: UserId,
        /// When it ends by itself.
        expires_at: Timestamp,
    },
}

impl PublisherPlace {
    /// The channel.
    pub const fn channel(&self) -> ChannelId {
        match self {
            Self::Project { channel, .. } | Self::Prefix { channel, .. } | Self::Pending { channel, .. } => {
                *channel
            }
        }
    }

    /// The project, if it is one that exists.
    pub const fn project(&self) -> Option<ProjectId> {
        match self {
            Self::Project { project, .. } => Some(*project),
            Self::Prefix { .. } | Self::Pending { .. } => None,
        }
    }
}
