//! API tokens: the secret that a client holds, and the row that says what it may do.

mod secret;
mod verbs;

pub use secret::{ApiToken, MalformedToken, TokenHash};
pub use verbs::{Verb, Verbs};

use crate::Timestamp;
use crate::ids::{ChannelId, ProjectId, TokenId, UserId};

/// What a token can reach. The present rights of its owner bound it as well, at each use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenScope {
    /// Everything that its owner may reach.
    Owner,
    /// These channels, whole, and these projects.
    Limited {
        /// Channels with all that is in them.
        channels: Vec<ChannelId>,
        /// Single projects, each with the channel that it stands in.
        projects: Vec<(ChannelId, ProjectId)>,
    },
}

impl TokenScope {
    /// Whether everything in the channel is in scope.
    pub fn covers_channel(&self, channel: ChannelId) -> bool {
        match self {
            Self::Owner => true,
            Self::Limited { channels, .. } => channels.contains(&channel),
        }
    }

    /// Whether anything in the channel is in scope.
    pub fn reaches_into(&self, channel: ChannelId) -> bool {
        match self {
            Self::Owner => true,
            Self::Limited { channels, projects } => {
                channels.contains(&channel) || projects.iter().any(|(of, _)| *of == channel)
            }
        }
    }

    /// Whether the project is in scope, alone or with its channel.
    pub fn covers_project(&self, channel: ChannelId, project: ProjectId) -> bool {
        match self {
            Self::Owner => true,
            Self::Limited { channels, projects } => {
                channels.contains(&channel) || projects.contains(&(channel, project))
            }
        }
    }
}

/// A token as it stands in the database. The secret itself is kept nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// Its id: what people revoke, and what logs and audit events name.
    pub id: TokenId,
    /// Its owner.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub verbs: Verbs,
    /// Where it may do it.
    pub scope: TokenScope,
    /// Whether the operator issued it: such a token works whatever factors its owner has.
    pub by_operator: bool,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends by itself; `None` means never.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last seen, within a minute or so.
    pub last_used_at: Option<Timestamp>,
}

impl Token {
    /// The state of the token at `now`. A revoked token stays revoked, whatever its expiry.
    pub fn state(&self, now: Timestamp) -> TokenState {
        match (self.revoked_at, self.expires_at) {
            (Some(at), _) => TokenState::Revoked(at),
            (None, Some(at)) if at <= now => TokenState::Expired(at),
            _ => TokenState::Active,
        }
    }
}

/// Whether a token still works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenState {
    /// It works.
    Active,
    /// It ended at this moment.
    Expired(Timestamp),
    /// It was revoked at this moment.
    Revoked(Timestamp),
}
