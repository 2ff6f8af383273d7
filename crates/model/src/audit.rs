//! Audit events: what happened, by whom, chained by hashes so that nothing can be edited, dropped or slipped in unseen.

mod entry;
mod filter;
mod person;
mod project;
mod publisher;
mod role;
mod trust;

use std::fmt::Display;
use std::str::FromStr;

use crate::channel::{ChannelFormat, ChannelName, Visibility};
use crate::ids::{TokenId, UserId};
use crate::token::{Networks, Verbs};
use crate::user::ChannelRole;
use crate::{Sha256, Timestamp};

pub use entry::{AuditEntry, AuditRow, genesis};
pub use filter::{AuditFilter, EventKind, Window};
pub use person::PersonEvent;
pub use project::ProjectEvent;
pub use publisher::PublisherEvent;
pub use role::{Place, RoleEvent};
pub use trust::TrustEvent;

/// What happened. The tag has the form `subject:noun:verb` and never changes once it was written.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event")]
pub enum Event {
    /// The database was made.
    #[serde(rename = "instance:registry:create")]
    RegistryCreated,
    /// An account was made.
    #[serde(rename = "instance:user:create")]
    UserCreated {
        /// The new account.
        user: UserId,
        /// Its name.
        name: String,
        /// Whether it administers the instance.
        admin: bool,
    },
    /// A channel was made.
    #[serde(rename = "instance:channel:create")]
    ChannelCreated {
        /// Its name.
        #[serde(deserialize_with = "from_text")]
        name: ChannelName,
        /// Its format.
        format: ChannelFormat,
        /// Its visibility.
        visibility: Visibility,
    },
    /// Another Python channel became the default one.
    #[serde(rename = "instance:channel:default")]
    DefaultChannelSet {
        /// Its name.
        #[serde(deserialize_with = "from_text")]
        name: ChannelName,
    },
    /// Stored bytes that nothing referred to were removed.
    #[serde(rename = "instance:storage:collect")]
    StorageCollected {
        /// How many blobs.
        blobs: u64,
        /// How many bytes they held.
        bytes: u64,
    },
    /// A member came or got another role.
    #[serde(rename = "channel:member:add")]
    MemberAdded {
        /// The member.
        user: UserId,
        /// The role from now on.
        role: ChannelRole,
    },
    /// A member lost its role.
    #[serde(rename = "channel:member:remove")]
    MemberRemoved {
        /// Who was a member.
        user: UserId,
    },
    /// A token was issued.
    #[serde(rename = "user:token:create")]
    TokenCreated {
        /// The token.
        token: TokenId,
        /// Its owner.
        owner: UserId,
        /// What its owner calls it.
        name: String,
        /// What it may do.
        verbs: Verbs,
        /// When it ends.
        expires_at: Option<Timestamp>,
        /// Whether the operator issued it: it works whatever factors its owner has.
        by_operator: bool,
    },
    /// A token was revoked.
    #[serde(rename = "user:token:revoke")]
    TokenRevoked {
        /// The token.
        token: TokenId,
        /// Its owner.
        owner: UserId,
    },
    /// A token got a new secret.
    #[serde(rename = "user:token:rotate")]
    TokenRotated {
        /// The token.
        token: TokenId,
        /// Its owner.
        owner: UserId,
        /// Until when the old secret works as well.
        previous_until: Timestamp,
        /// When the token ends.
        expires_at: Option<Timestamp>,
    },
    /// A token may do less, in fewer places, or not as long.
    #[serde(rename = "user:token:narrow")]
    TokenNarrowed {
        /// The token.
        token: TokenId,
        /// Its owner.
        owner: UserId,
        /// What it may do from now on.
        verbs: Verbs,
        /// When it ends.
        expires_at: Option<Timestamp>,
        /// From where it works.
        networks: Networks,
    },
    /// A token was found where it leaks, and ended.
    #[serde(rename = "user:token:leak")]
    TokenLeaked {
        /// The token.
        token: TokenId,
        /// Its owner.
        owner: UserId,
        /// Where it was found, without anything that may be a secret; `None` where nobody said so.
        url: Option<String>,
        /// In what it was found, in the scanner's words, or `operator`.
        source: String,
        /// Which key signed the report; `None` for the operator's.
        key: Option<String>,
    },
    /// A project came into being with its first file.
    #[serde(rename = "channel:project:create")]
    ProjectCreated {
        /// Its name as the index shows it.
        name: String,
    },
    /// A file was published.
    #[serde(rename = "project:file:publish")]
    FilePublished {
        /// Its name.
        file: String,
        /// The version that it belongs to.
        version: String,
        /// Its digest.
        #[serde(deserialize_with = "from_text")]
        sha256: Sha256,
        /// Its size in bytes.
        size: u64,
    },
    /// A file was taken out of the index for good.
    #[serde(rename = "project:file:delete")]
    FileDeleted {
        /// Its name.
        file: String,
    },
    /// A release was yanked (PEP 592).
    #[serde(rename = "project:release:yank")]
    ReleaseYanked {
        /// The version.
        version: String,
        /// Why, in its owner's words.
        reason: String,
    },
    /// A yank was taken back.
    #[serde(rename = "project:release:unyank")]
    ReleaseUnyanked {
        /// The version.
        version: String,
        /// Why, in its owner's words; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Somebody was refused something that changes the registry, or presented a token where it leaks.
    #[serde(rename = "access:request:refuse")]
    Refused {
        /// What was asked for.
        action: String,
        /// Why it was refused.
        reason: String,
    },
    /// Something happened to an account.
    #[serde(untagged)]
    Person(PersonEvent),
    /// Something happened to a group, a role, or the rules of a channel or project.
    #[serde(untagged)]
    Role(RoleEvent),
    /// Something happened to a project, or to a token in a place.
    #[serde(untagged)]
    Project(ProjectEvent),
    /// Something happened to a key of signed channels.
    #[serde(untagged)]
    Trust(TrustEvent),
    /// Something happened to an issuer, to a trusted publisher, or to what came from one.
    #[serde(untagged)]
    Publisher(PublisherEvent),
}

impl Event {
    /// The person to whom it happened, if it happened to one.
    pub const fn subject(&self) -> Option<UserId> {
        match self {
            Self::UserCreated { user, .. }
            | Self::MemberAdded { user, .. }
            | Self::MemberRemoved { user } => Some(*user),
            Self::TokenCreated { owner, .. }
            | Self::TokenRevoked { owner, .. }
            | Self::TokenRotated { owner, .. }
            | Self::TokenNarrowed { owner, .. }
            | Self::TokenLeaked { owner, .. } => Some(*owner),
            Self::Person(event) => event.subject(),
            Self::Role(event) => event.subject(),
            Self::Project(event) => event.subject(),
            Self::Publisher(event) => event.subject(),
            Self::RegistryCreated
            | Self::ChannelCreated { .. }
            | Self::DefaultChannelSet { .. }
            | Self::StorageCollected { .. }
            | Self::ProjectCreated { .. }
            | Self::FilePublished { .. }
            | Self::FileDeleted { .. }
            | Self::ReleaseYanked { .. }
            | Self::ReleaseUnyanked { .. }
            | Self::Refused { .. }
            | Self::Trust(_) => None,
        }
    }
}

impl From<PublisherEvent> for Event {
    fn from(event: PublisherEvent) -> Self {
        Self::Publisher(event)
    }
}

impl From<TrustEvent> for Event {
    fn from(event: TrustEvent) -> Self {
        Self::Trust(event)
    }
}

/// Reads a value that is written as text.
fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text: String = serde::Deserialize::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

impl From<PersonEvent> for Event {
    fn from(event: PersonEvent) -> Self {
        Self::Person(event)
    }
}

impl From<ProjectEvent> for Event {
    fn from(event: ProjectEvent) -> Self {
        Self::Project(event)
    }
}

impl From<RoleEvent> for Event {
    fn from(event: RoleEvent) -> Self {
        Self::Role(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::{Actor, Origin};
    use crate::ids::RequestId;
    use crate::{Clock, Random};

    fn row(seq: i64, previous: Sha256) -> AuditRow {
        let (clock, random) = (Clock::manual(chrono::DateTime::UNIX_EPOCH), Random::seeded(3));
        let origin = Origin { request: RequestId::generate(clock.now(), &random), address: None };
        let event = Event::ProjectCreated { name: "acme".into() };
        AuditEntry::new(clock.now(), &Actor::Operator, &origin, event).chain(seq, previous)
    }

    #[test]
    fn a_row_carries_its_tag_and_hash() {
        let row = row(1, genesis());
        assert_eq!(row.tag, "channel:project:create");
        assert_eq!(row.hash, row.expected_hash());
    }

    #[test]
    fn events_of_people_carry_their_own_tag() {
        let event = Event::from(PersonEvent::Invited);
        assert_eq!(serde_json::to_string(&event).unwrap(), r#"{"event":"instance:invitation:create"}"#);
    }

    #[test]
    fn events_come_back_from_their_rows() {
        let (clock, random) = (Clock::manual(chrono::DateTime::UNIX_EPOCH), Random::seeded(3));
        let user = UserId::generate(clock.now(), &random);
        let token = TokenId::generate(clock.now(), &random);
        let events = [
            Event::RegistryCreated,
            Event::DefaultChannelSet { name: "pypi".parse().unwrap() },
            Event::TokenCreated {
                token,
                owner: user,
                name: "\"user\":\"".into(),
                verbs: Verbs::from_bits(3),
                expires_at: Some(clock.now()),
                by_operator: false,
            },
            Event::TokenNarrowed {
                token,
                owner: user,
                verbs: Verbs::from_bits(1),
                expires_at: None,
                networks: "192.0.2.0/24, 2001:db8::1".parse().unwrap(),
            },
            Event::FilePublished {
                file: "acme-1.tar.gz".into(),
                version: "1".into(),
                sha256: Sha256::of(b"acme"),
                size: 4,
            },
            PersonEvent::RecoveryCodeUsed { user, left: 7 }.into(),
            PersonEvent::PolicySet { policy: crate::people::Policy::default() }.into(),
            RoleEvent::InvitationAccepted {
                to: Place::Channel {
                    channel: crate::ids::ChannelId::generate(clock.now(), &random),
                    role: ChannelRole::Admin,
                },
                user,
            }
            .into(),
            ProjectEvent::TokenCut { token, owner: user, whole_channel: true }.into(),
            ProjectEvent::StatusSet { status: crate::ProjectStatus::Archived, reason: "done".into() }.into(),
            RoleEvent::ProjectSwitchesSet { switches: crate::Switches::default() }.into(),
            TrustEvent::SigningSet { signing: crate::trust::Signing::Publisher }.into(),
            TrustEvent::PackageManagerRetired { key: [7; 32].into() }.into(),
        ];
        let origin = Origin { request: RequestId::generate(clock.now(), &random), address: None };
        for event in events {
            let subject = event.subject();
            let row = AuditEntry::new(clock.now(), &Actor::Operator, &origin, event).chain(1, genesis());
            let read = row.event().unwrap();
            assert_eq!((read.subject(), serde_json::to_string(&read).unwrap()), (subject, row.body));
        }
        let newer = AuditRow { body: r#"{"event":"user:moon:land"}"#.into(), ..row(1, genesis()) };
        assert!(newer.event().is_none());
    }

    #[test]
    fn editing_moving_or_rechaining_a_row_changes_its_hash() {
        let honest = row(1, genesis());
        let edited = AuditRow { body: honest.body.replace("acme", "evil"), ..honest.clone() };
        let moved = AuditRow { seq: 2, ..honest.clone() };
        let rechained = AuditRow { previous: Sha256::of(b"x"), ..honest.clone() };
        for forged in [edited, moved, rechained] {
            assert_ne!(forged.expected_hash(), honest.hash);
        }
    }
}
