//! Channels: the named places that serve packages of one format.

use std::fmt;
use std::str::FromStr;

use crate::Timestamp;
use crate::ids::ChannelId;
use crate::people::Policy;
use crate::switches::Switches;
use crate::trust::Signing;

/// First path segments that belong to Bonded or to protocols whose paths stand at the host's root. A channel with
/// such a name could never be reached.
pub const RESERVED_NAMES: &[&str] = &[
    "_",
    ".well-known",
    "account",
    "admin",
    "api",
    "assets",
    "authentication-type",
    "authentications",
    "channels",
    "commit",
    "conda",
    "dist",
    "files",
    "groups",
    "health",
    "integrity",
    "invitations",
    "key_mgr.json",
    "label",
    "legacy",
    "login",
    "logout",
    "metrics",
    "noarch",
    "package",
    "packages",
    "projects",
    "pypi-json",
    "ready",
    "release",
    "repo",
    "robots.txt",
    "search",
    "simple",
    "stage",
    "static",
    "t",
    "tuf",
    "user",
    "users",
];

/// The name of a channel and the first segment of its URL: CEP 26's `^[a-z0-9_][a-z0-9_.-]*$`, at most 128
/// characters, not a reserved segment, and not shaped like a conda subdir or a trust file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct ChannelName(Box<str>);

impl ChannelName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChannelName {
    type Err = InvalidChannelName;

    fn from_str(text: &str) -> Result<Self, InvalidChannelName> {
        let starts = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let continues = |c: char| starts(c) || c == '.' || c == '-';
        if text.is_empty() || text.len() > 128 || !text.starts_with(starts) || !text.chars().all(continues) {
            return Err(InvalidChannelName::Form(text.chars().take(128).collect()));
        }
        let trust_file = text.ends_with(".root.json");
        if RESERVED_NAMES.contains(&text) || trust_file || crate::conda::is_known_subdir(text) {
            return Err(InvalidChannelName::Reserved(text.to_owned()));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text cannot name a channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChannelName {
    /// Not of CEP 26's form.
    #[error(
        "{0:?} cannot name a channel: use lower-case letters, digits, '_', '.' and '-', beginning with a letter, a \
         digit or '_', at most 128 characters"
    )]
    Form(String),
    /// Taken by Bonded's own paths or by a conda subdir.
    #[error("{0:?} cannot name a channel: the name is reserved")]
    Reserved(String),
}

/// What a channel serves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelFormat {
    /// A Python package index.
    Python,
    /// A conda channel.
    Conda,
}

/// Who may read a channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Members only; nobody else learns that it exists.
    Private,
}

/// Who may create projects in a channel, by publishing their first file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProjectCreation {
    /// Whoever may publish at all.
    #[default]
    Publishers,
    /// Those who administer the channel.
    Admins,
}

crate::text_enum!(ProjectCreation { Publishers = "publishers", Admins = "admins" });

impl ChannelFormat {
    /// Who signs the records of a new channel.
    pub const fn signing(self) -> Signing {
        match self {
            Self::Python => Signing::Off,
            Self::Conda => Signing::Server,
        }
    }
}

crate::text_enum!(ChannelFormat { Python = "python", Conda = "conda" });
crate::text_enum!(Visibility { Public = "public", Private = "private" });

/// A channel as it stands in the database.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Its name.
    pub name: ChannelName,
    /// Python or conda.
    pub format: ChannelFormat,
    /// Public or private.
    pub visibility: Visibility,
    /// What it asks of its members, beyond what the instance asks of everybody.
    pub policy: Policy,
    /// Who may create projects.
    pub create_projects: ProjectCreation,
    /// What it asks of the credentials that change any of its projects.
    pub switches: Switches,
    /// Who signs its records.
    pub signing: Signing,
    /// When it was created.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_cep_26() {
        for good in ["main", "pypi", "team-a", "_x", "0", "a.b-c_d", &"a".repeat(128)] {
            assert_eq!(good.parse::<ChannelName>().map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "Main", "-a", ".a", "a/b", "a b", "a\n", "ä", "a%2f", &"a".repeat(129)] {
            assert!(matches!(bad.parse::<ChannelName>(), Err(InvalidChannelName::Form(_))), "{bad}");
        }
    }

    #[test]
    fn names_that_would_hide_a_path_are_reserved() {
        for bad in
            ["t", "api", "simple", "linux-64", "noarch", "label", "1.root.json", "key_mgr.json", "conda"]
        {
            assert_eq!(bad.parse::<ChannelName>(), Err(InvalidChannelName::Reserved(bad.to_owned())));
        }
    }
}
