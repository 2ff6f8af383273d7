//! What a commit changed, told to every process that may remember the old state.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use bonded_model::ids::{ChannelId, ProjectId, SubdirId};

/// What somebody who remembers things must forget.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Change {
    /// Accounts, tokens, members or roles.
    Access,
    /// A channel itself, or which projects it has.
    Channel(ChannelId),
    /// What the pages of a project show.
    Project {
        /// The channel that it stands in.
        channel: ChannelId,
        /// The project.
        project: ProjectId,
    },
    /// What is published of a subdir.
    Subdir(SubdirId),
    /// Trust documents, or the keys that sign.
    Trust,
    /// The background jobs.
    Jobs,
    /// Anything: some changes were missed.
    Everything,
}

/// Somebody who wants to know of changes. It is called on the task that commits, so it must not block.
pub type Listener = Arc<dyn Fn(&Change) + Send + Sync>;

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Access => f.write_str("access"),
            Self::Channel(channel) => write!(f, "channel {channel}"),
            Self::Project { channel, project } => write!(f, "project {channel} {project}"),
            Self::Subdir(subdir) => write!(f, "subdir {subdir}"),
            Self::Trust => f.write_str("trust"),
            Self::Jobs => f.write_str("jobs"),
            Self::Everything => f.write_str("everything"),
        }
    }
}

impl Change {
    /// Reads what another process wrote. What a newer Bonded may mean by an unknown word is unknown too: everything.
    pub(crate) fn read(line: &str) -> Self {
        Self::read_known(line).unwrap_or(Self::Everything)
    }

    fn read_known(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        Some(match words.next()? {
            "access" => Self::Access,
            "channel" => Self::Channel(words.next()?.parse().ok()?),
            "project" => {
                Self::Project { channel: words.next()?.parse().ok()?, project: words.next()?.parse().ok()? }
            }
            "subdir" => Self::Subdir(words.next()?.parse().ok()?),
            "trust" => Self::Trust,
            "jobs" => Self::Jobs,
            _ => Self::Everything,
        })
    }
}

/// The listeners of a store.
#[derive(Clone, Default)]
pub(crate) struct Listeners(Arc<RwLock<Vec<Listener>>>);

impl Listeners {
    pub(crate) fn add(&self, listener: Listener) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    pub(crate) fn tell(&self, change: &Change) {
        for listener in self.0.read().unwrap_or_else(PoisonError::into_inner).iter() {
            listener(change);
        }
    }

    /// Tells each change of a text with one change a line.
    pub(crate) fn tell_lines(&self, body: &str) {
        body.lines().map(Change::read).for_each(|change| self.tell(&change));
    }
}

#[cfg(test)]
mod tests {
    use bonded_model::{Clock, Random};

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let (now, random) = (Clock::System.now(), Random::System);
        let channel = ChannelId::generate(now, &random);
        let project = ProjectId::generate(now, &random);
        for change in [
            Change::Access,
            Change::Channel(channel),
            Change::Project { channel, project },
            Change::Subdir(SubdirId::generate(now, &random)),
            Change::Trust,
            Change::Jobs,
            Change::Everything,
        ] {
            assert_eq!(Change::read(&change.to_string()), change);
        }
    }

    #[test]
    fn what_cannot_be_read_means_everything() {
        for line in ["", "mail", "channel", "channel x", "project x"] {
            assert_eq!(Change::read(line), Change::Everything, "{line}");
        }
    }
}
