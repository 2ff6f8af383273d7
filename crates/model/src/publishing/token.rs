//! The short-lived tokens of trusted publishers.

use super::Source;
use crate::Timestamp;
use crate::ids::{ChannelId, IssuerId, ProjectId, PublisherId, TokenId};

/// A token that an identity was exchanged for. It publishes and does nothing else; nobody owns it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublisherToken {
    /// Its id.
    pub id: TokenId,
    /// Who issued the identity.
    pub issuer: IssuerId,
    /// Whether that issuer is still believed.
    pub issuer_enabled: bool,
    /// The run that it was given to.
    pub source: Source,
    /// Where it may publish. Each ends with its publisher.
    pub grants: Vec<Grant>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was given back, or found where it leaks.
    pub burnt_at: Option<Timestamp>,
}

/// One place where a publisher's token may publish.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// By which publisher.
    pub publisher: PublisherId,
    /// In which channel.
    pub channel: ChannelId,
    /// What.
    pub to: Granted,
}

/// What a grant is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Granted {
    /// One project.
    Project(ProjectId),
    /// Projects that are not there yet, whose normalized name begins so.
    NewProjects {
        /// How the names begin.
        prefix: String,
    },
}

/// Whether a publisher's token works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublisherTokenState {
    /// It does.
    Active,
    /// It ended by itself.
    Expired,
    /// It was given back, its publishers are gone, or its issuer is not believed any more.
    Revoked,
}

impl PublisherToken {
    /// The state at `now`.
    pub fn state(&self, now: Timestamp) -> PublisherTokenState {
        if self.burnt_at.is_some() || !self.issuer_enabled || self.grants.is_empty() {
            PublisherTokenState::Revoked
        } else if self.expires_at <= now {
            PublisherTokenState::Expired
        } else {
            PublisherTokenState::Active
        }
    }

    /// Whether it may publish anything in the channel.
    pub fn reaches_into(&self, channel: ChannelId) -> bool {
        self.grants.iter().any(|grant| grant.channel == channel)
    }

    /// The grant for a project.
    pub fn grant_for(&self, channel: ChannelId, project: ProjectId) -> Option<&Grant> {
        self.in_channel(channel).find(|grant| grant.to == Granted::Project(project))
    }

    /// The grant by which a project of this normalized name may be made.
    pub fn grant_for_new(&self, channel: ChannelId, normalized: &str) -> Option<&Grant> {
        self.in_channel(channel).find(
            |grant| matches!(&grant.to, Granted::NewProjects { prefix } if normalized.starts_with(prefix.as_str())),
        )
    }

    fn in_channel(&self, channel: ChannelId) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.channel == channel)
    }
}
