//! Which events somebody wants to see.

use crate::ids::{ChannelId, ProjectId, UserId};

/// A kind of event, by the beginning of its tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// Accounts and everything about them.
    Account,
    /// Signing in and out.
    SignIn,
    /// API tokens.
    Token,
    /// Channels, their members and rules.
    Channel,
    /// Files and releases.
    Package,
    /// Invitations to roles.
    Invitation,
    /// What was refused.
    Refusal,
    /// The instance.
    Instance,
}

crate::text_enum!(EventKind {
    Account = "account",
    SignIn = "sign-in",
    Token = "token",
    Channel = "channel",
    Package = "package",
    Invitation = "invitation",
    Refusal = "refusal",
    Instance = "instance",
});

impl EventKind {
    /// What the tags of such events begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Account => "user:",
            Self::SignIn => "user:session:",
            Self::Token => "user:token:",
            Self::Channel => "channel:",
            Self::Package => "project:",
            Self::Invitation => "role:",
            Self::Refusal => "access:",
            Self::Instance => "instance:",
        }
    }
}

/// Which part of the log, as seen from a position in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Window {
    /// The newest events.
    #[default]
    Newest,
    /// The newest of those that are older than this position.
    Before(i64),
    /// The oldest of those that are newer than this position.
    After(i64),
}

/// Which events somebody wants to see: those that meet everything that is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AuditFilter {
    /// Those that concern this person: who did it, or to whom it was done.
    pub person: Option<UserId>,
    /// Those that happened in this channel.
    pub channel: Option<ChannelId>,
    /// Those that happened to this project.
    pub project: Option<ProjectId>,
    /// Those of this kind.
    pub kind: Option<EventKind>,
    /// Which part of the log.
    pub window: Window,
}
