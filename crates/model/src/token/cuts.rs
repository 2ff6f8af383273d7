//! Where a token was cut off.

use crate::Timestamp;
use crate::ids::{ChannelId, ProjectId, TokenId, UserId};

/// That a token may do nothing any more in a channel, or in one project of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenCut {
    /// The token.
    pub token: TokenId,
    /// The channel.
    pub channel: ChannelId,
    /// The project, or `None` for the whole channel.
    pub project: Option<ProjectId>,
    /// When it was cut off.
    pub at: Timestamp,
    /// By whom; `None` for the operator, and once the account is gone.
    pub by: Option<UserId>,
}

/// Every place that a token was cut off from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cuts {
    channels: Vec<ChannelId>,
    projects: Vec<(ChannelId, ProjectId)>,
}

impl Cuts {
    /// Whether the token was cut off from the whole channel.
    pub fn hold_for_channel(&self, channel: ChannelId) -> bool {
        self.channels.contains(&channel)
    }

    /// Whether the token was cut off from the project, alone or with its channel.
    pub fn hold_for_project(&self, channel: ChannelId, project: ProjectId) -> bool {
        self.projects.contains(&(channel, project)) || self.hold_for_channel(channel)
    }

    /// The channels that the token was cut off from, whole.
    pub(super) fn channels(&self) -> &[ChannelId] {
        &self.channels
    }

    /// The projects that it was cut off from alone, each with its channel.
    pub(super) fn projects(&self) -> &[(ChannelId, ProjectId)] {
        &self.projects
    }
}

impl Extend<TokenCut> for Cuts {
    fn extend<I: IntoIterator<Item = TokenCut>>(&mut self, cuts: I) {
        for cut in cuts {
            match cut.project {
                Some(project) => self.projects.push((cut.channel, project)),
                None => self.channels.push(cut.channel),
            }
        }
    }
}

impl FromIterator<TokenCut> for Cuts {
    fn from_iter<I: IntoIterator<Item = TokenCut>>(cuts: I) -> Self {
        let mut all = Self::default();
        all.extend(cuts);
        all
    }
}
