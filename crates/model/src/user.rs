//! Accounts and their roles.

use std::fmt;
use std::str::FromStr;

use crate::Timestamp;
use crate::ids::UserId;

/// The name of an account: 1 to 50 letters, digits, `.`, `_` and `-`, beginning and ending with a letter or digit.
/// Two names that differ only in case are the same account.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct UserName(Box<str>);

impl UserName {
    /// The name as its owner spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which names are compared.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for UserName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for UserName {}

impl FromStr for UserName {
    type Err = InvalidUserName;

    fn from_str(text: &str) -> Result<Self, InvalidUserName> {
        let ends = |c: char| c.is_ascii_alphanumeric();
        let inner = |c: char| ends(c) || matches!(c, '.' | '_' | '-');
        let fits = (1..=50).contains(&text.len()) && text.chars().all(inner);
        if fits && text.starts_with(ends) && text.ends_with(ends) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidUserName(text.chars().take(64).collect()))
        }
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text cannot name an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot name an account: use 1 to 50 letters, digits, '.', '_' and '-', beginning and ending with a letter \
     or a digit"
)]
pub struct InvalidUserName(String);

/// An e-mail address, checked for its form only: something, one `@`, a host with a dot or `localhost`.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct Email(Box<str>);

impl Email {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared. Hosts ignore case by rule, mailboxes by custom. Only ASCII letters
    /// have a case here: some others become one of those in lower case, and would be another's address.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let plain =
            text.len() <= 254 && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != ',');
        match text.rsplit_once('@') {
            Some((local, host)) if plain && !local.is_empty() && !local.contains('@') && is_host(host) => {
                Ok(Self(text.into()))
            }
            _ => Err(InvalidEmail(text.chars().take(64).collect())),
        }
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    host.split('.').all(label) && (host.contains('.') || host == "localhost")
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an e-mail address")]
pub struct InvalidEmail(String);

/// An account as it stands in the database.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its name.
    pub name: UserName,
    /// What its owner is called; up to 100 characters.
    pub display_name: Option<String>,
    /// The primary address, where mail goes.
    pub email: Email,
    /// When the primary address was verified.
    pub verified_at: Option<Timestamp>,
    /// An administrator of the instance holds every right in every channel.
    pub admin: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was suspended; nothing that it owns works from then on.
    pub suspended_at: Option<Timestamp>,
}

/// What a member may do in a channel. Greater roles include the smaller ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelRole {
    /// Reads a private channel.
    Reader,
    /// Also creates projects and publishes to the projects that it owns or maintains.
    Publisher,
    /// Also publishes to every project and manages the channel.
    Admin,
}

/// What a person may do with a project, as long as the channel lets them publish at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProjectRole {
    /// Publishes.
    Maintainer,
    /// Publishes and manages.
    Owner,
}

crate::text_enum!(ChannelRole { Reader = "reader", Publisher = "publisher", Admin = "admin" });
crate::text_enum!(ProjectRole { Maintainer = "maintainer", Owner = "owner" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names() {
        for good in ["a", "Ada", "ada.l-99_x", &"a".repeat(50)] {
            assert!(good.parse::<UserName>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a b", "a@b", "ä", "a\n", &"a".repeat(51)] {
            assert!(bad.parse::<UserName>().is_err(), "{bad}");
        }
        assert_eq!("ADA".parse::<UserName>(), "ada".parse::<UserName>());
    }

    #[test]
    fn email_addresses() {
        for good in ["a@b.example", "a+b@localhost", "ä@b.example"] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.example",
            "a@b",
            "a@@b.example",
            "a b@c.example",
            "a@b..c",
            "a@b.example\n",
            "a,b@c.d",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_look_alike_letter_does_not_become_anothers_address() {
        let key = |text: &str| text.parse::<Email>().unwrap().key();
        assert_eq!(key("Mike@Example.Org"), key("mike@example.org"));
        assert_ne!(key("mi\u{212a}e@example.org"), key("mike@example.org"));
    }
}
