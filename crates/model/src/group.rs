//! Groups: people that hold roles together, in any channel and project of the instance.

use std::fmt;
use std::str::FromStr;

use crate::Timestamp;
use crate::ids::{GroupId, UserId};
use crate::user::{ChannelRole, ProjectRole, UserName};

/// The name of a group, of the same form as the name of an account. Two names that differ only in case are the same
/// group; a group and an account may share a name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct GroupName(UserName);

impl GroupName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The form in which names are compared.
    pub fn key(&self) -> String {
        self.0.key()
    }
}

impl FromStr for GroupName {
    type Err = InvalidGroupName;

    fn from_str(text: &str) -> Result<Self, InvalidGroupName> {
        text.parse().map(Self).map_err(|_| InvalidGroupName(text.chars().take(64).collect()))
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text cannot name a group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot name a group: use 1 to 50 letters, digits, '.', '_' and '-', beginning and ending with a letter or a \
     digit"
)]
pub struct InvalidGroupName(String);

/// A group as it stands in the database.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: GroupName,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What somebody is in a group. Both have the group's roles.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupRole {
    /// Has the group's roles.
    Member,
    /// Also says who is in the group.
    Manager,
}

crate::text_enum!(GroupRole { Member = "member", Manager = "manager" });

/// Somebody in a group.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct GroupMember {
    /// The account.
    pub user: UserId,
    /// Its name.
    pub name: UserName,
    /// Member or manager.
    pub role: GroupRole,
}

/// A group with a role in a channel.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ChannelGroup {
    /// The group.
    pub group: GroupId,
    /// Its name.
    pub name: GroupName,
    /// What its members may do.
    pub role: ChannelRole,
}

/// A group with a role in a project.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ProjectGroup {
    /// The group.
    pub group: GroupId,
    /// Its name.
    pub name: GroupName,
    /// What its members may do.
    pub role: ProjectRole,
}
