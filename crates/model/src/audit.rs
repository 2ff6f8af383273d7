//! Audit events: what happened, by whom, chained by hashes so that nothing can be edited, dropped or slipped in unseen.

mod filter;
mod person;

use std::fmt::Display;
use std::net::IpAddr;
use std::str::FromStr;

use crate::actor::{Actor, Credential, Origin};
use crate::channel::{ChannelFormat, ChannelName, Visibility};
use crate::ids::{ChannelId, ProjectId, RequestId, TokenId, UserId};
use crate::token::{Networks, Verbs};
use crate::user::ChannelRole;
use crate::{Sha256, Timestamp};

pub use filter::{AuditFilter, EventKind, Window};
pub use person::PersonEvent;

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
            | Self::TokenNarrowed { owner, .. } => Some(*owner),
            Self::Person(event) => event.subject(),
            Self::RegistryCreated
            | Self::ChannelCreated { .. }
            | Self::DefaultChannelSet { .. }
            | Self::StorageCollected { .. }
            | Self::ProjectCreated { .. }
            | Self::FilePublished { .. }
            | Self::FileDeleted { .. }
            | Self::ReleaseYanked { .. }
            | Self::ReleaseUnyanked { .. }
            | Self::Refused { .. } => None,
        }
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

/// An event on its way into the log.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// How the actor proved itself.
    pub credential: Credential,
    /// Whose rights were used.
    pub user: Option<UserId>,
    /// Which token was used.
    pub token: Option<TokenId>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The request.
    pub request: RequestId,
    /// The channel that it happened in.
    pub channel: Option<ChannelId>,
    /// The project that it happened to.
    pub project: Option<ProjectId>,
    /// What happened.
    pub event: Event,
}

impl AuditEntry {
    /// An entry for something that `actor` did, not yet tied to a channel or project.
    pub fn new(at: Timestamp, actor: &Actor, origin: &Origin, event: impl Into<Event>) -> Self {
        Self {
            at,
            credential: actor.credential(),
            user: actor.principal().map(|principal| principal.user.id),
            token: actor.token().map(|token| token.id),
            address: origin.address,
            request: origin.request,
            channel: None,
            project: None,
            event: event.into(),
        }
    }

    /// An entry for something that a person did, or that was done in their name, without a session or token.
    pub fn of_person(
        at: Timestamp,
        user: UserId,
        credential: Credential,
        origin: &Origin,
        event: impl Into<Event>,
    ) -> Self {
        let entry = Self::new(at, &Actor::Anonymous, origin, event);
        Self { credential, user: Some(user), ..entry }
    }

    /// The same entry, tied to a channel.
    #[must_use]
    pub fn in_channel(mut self, channel: ChannelId) -> Self {
        self.channel = Some(channel);
        self
    }

    /// The same entry, tied to a project.
    #[must_use]
    pub fn of_project(mut self, project: ProjectId) -> Self {
        self.project = Some(project);
        self
    }

    /// The entry as a row of the log at position `seq` behind the row whose hash is `previous`.
    pub fn chain(self, seq: i64, previous: Sha256) -> AuditRow {
        let body = serde_json::to_string(&self.event).expect("events are plain data");
        let tag = tag_of(&body);
        let mut row = AuditRow {
            seq,
            at: self.at,
            tag,
            credential: self.credential,
            user: self.user,
            token: self.token,
            address: self.address.map(|address| address.to_string()),
            request: self.request,
            channel: self.channel,
            project: self.project,
            body,
            previous,
            hash: previous,
        };
        row.hash = row.expected_hash();
        row
    }
}

fn tag_of(body: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Tagged {
        event: String,
    }
    serde_json::from_str::<Tagged>(body).expect("the serializer wrote the tag").event
}

/// A row of the log as the database keeps it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct AuditRow {
    /// Position in the log, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// The event's tag.
    pub tag: String,
    /// How the actor proved itself.
    pub credential: Credential,
    /// Whose rights were used.
    pub user: Option<UserId>,
    /// Which token was used.
    pub token: Option<TokenId>,
    /// The client's address.
    pub address: Option<String>,
    /// The request.
    pub request: RequestId,
    /// The channel that it happened in.
    pub channel: Option<ChannelId>,
    /// The project that it happened to.
    pub project: Option<ProjectId>,
    /// The event as JSON, exactly as it was hashed.
    pub body: String,
    /// The hash of the row before; zeros for the first.
    pub previous: Sha256,
    /// SHA-256 over everything above.
    pub hash: Sha256,
}

impl AuditRow {
    /// What happened; `None` when the row was written by a version that knew events which this one does not.
    pub fn event(&self) -> Option<Event> {
        serde_json::from_str(&self.body).ok()
    }

    /// The hash that the row must carry: SHA-256 over the JSON array of all other columns, in the order of the
    /// declaration, times as microseconds since 1970.
    pub fn expected_hash(&self) -> Sha256 {
        let columns = serde_json::to_vec(&(
            self.seq,
            self.at.timestamp_micros(),
            &self.tag,
            self.credential,
            self.user,
            self.token,
            &self.address,
            self.request,
            self.channel,
            self.project,
            &self.body,
            self.previous,
        ));
        Sha256::of(&columns.expect("columns are plain data"))
    }
}

/// The hash before the first row.
pub fn genesis() -> Sha256 {
    Sha256::from([0; 32])
}

#[cfg(test)]
mod tests {
    use super::*;
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
