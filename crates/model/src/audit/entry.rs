//! From an event to a row of the log, chained to the row before.

use std::net::IpAddr;

use super::Event;
use crate::actor::{Actor, Credential, Origin};
use crate::ids::{ChannelId, ProjectId, RequestId, TokenId, UserId};
use crate::{Sha256, Timestamp};

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
            token: actor.token_id(),
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
