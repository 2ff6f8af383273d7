//! What becomes of the wish for something that only one can have.

use std::fmt;

use crate::channel::ChannelName;

/// What became of a new account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum UserInserted {
    /// It exists now.
    Done,
    /// Its name belongs to another account, or once did.
    NameTaken,
    /// Its address is verified, but another account has verified it before.
    EmailTaken,
}

/// What became of a new security key or passkey.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum KeyInserted {
    /// It was added.
    Done,
    /// The account has another key of this name.
    NameTaken,
    /// This key was added before, to this account or another one.
    CredentialTaken,
}

/// What became of a key's new name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum KeyRenamed {
    /// The key has it now.
    Done,
    /// The account has another key of this name.
    NameTaken,
    /// The account has no such key.
    Missing,
}

/// What would belong to nobody without an account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SoleOwnership {
    /// There would be no administrator.
    Instance,
    /// A channel would have no admin.
    Channel(ChannelName),
    /// A project would have no owner.
    Project {
        /// The channel that it stands in.
        channel: ChannelName,
        /// Its name as its publisher spells it.
        name: String,
    },
}

impl fmt::Display for SoleOwnership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance => f.write_str("the instance"),
            Self::Channel(name) => write!(f, "the channel {name}"),
            Self::Project { channel, name } => write!(f, "the project {channel}/{name}"),
        }
    }
}
