//! What happens to projects, beside publishing.

use crate::ProjectStatus;
use crate::ids::{TokenId, UserId};

/// Something that happened to a project, or to a token in a project or channel.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event")]
pub enum ProjectEvent {
    /// Every file of a release was taken out of the index for good.
    #[serde(rename = "project:release:delete")]
    ReleaseDeleted {
        /// The version.
        version: String,
        /// How many files there were.
        files: usize,
    },
    /// A project was deleted, with all its files and roles.
    #[serde(rename = "project:project:delete")]
    ProjectDeleted {
        /// Its name as the index showed it.
        name: String,
        /// How many files there were.
        files: usize,
    },
    /// A project was archived, deprecated, put into quarantine, or made active again (PEP 792).
    #[serde(rename = "project:status:set")]
    StatusSet {
        /// Where it stands from now on.
        status: ProjectStatus,
        /// Why, in somebody's words; may be empty.
        reason: String,
    },
    /// A token was cut off.
    #[serde(rename = "channel:token:cut")]
    TokenCut {
        /// The token.
        token: TokenId,
        /// Its owner.
        owner: UserId,
        /// From the whole channel, and not from the project alone.
        whole_channel: bool,
    },
    /// A token may do again what it could before it was cut off.
    #[serde(rename = "channel:token:restore")]
    TokenRestored {
        /// The token.
        token: TokenId,
        /// Its owner.
        owner: UserId,
        /// In the whole channel, and not in the project alone.
        whole_channel: bool,
    },
}

impl ProjectEvent {
    /// The person to whom it happened, if it happened to one.
    pub const fn subject(&self) -> Option<UserId> {
        match self {
            Self::TokenCut { owner, .. } | Self::TokenRestored { owner, .. } => Some(*owner),
            Self::ReleaseDeleted { .. } | Self::ProjectDeleted { .. } | Self::StatusSet { .. } => None,
        }
    }
}
