//! What happens to issuers, trusted publishers and their tokens, and to signed statements about files.

use crate::Timestamp;
use crate::ids::{IssuerId, ProjectId, PublisherId, TokenId, UserId};
use crate::publishing::{Algorithm, Provider, Source};

/// Something that happened to an issuer, to a trusted publisher, or to what came from one.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event")]
pub enum PublisherEvent {
    /// An issuer of identity tokens was added.
    #[serde(rename = "instance:issuer:add")]
    IssuerAdded {
        /// The issuer.
        issuer: IssuerId,
        /// Its URL.
        url: String,
        /// Its kind.
        provider: Provider,
        /// Whether it may stand at a private address.
        private_network: bool,
    },
    /// An issuer was switched on or off, or something else about it was changed.
    #[serde(rename = "instance:issuer:change")]
    IssuerChanged {
        /// The issuer.
        issuer: IssuerId,
        /// Its URL.
        url: String,
        /// Whether its tokens are accepted from now on.
        enabled: bool,
        /// Whether it may stand at a private address.
        private_network: bool,
        /// How it signs; `None` where it was written before that could be changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        algorithm: Option<Algorithm>,
        /// Where its projects are, if not at its URL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
    },
    /// An issuer was removed, with all its publishers.
    #[serde(rename = "instance:issuer:remove")]
    IssuerRemoved {
        /// The issuer.
        issuer: IssuerId,
        /// Its URL.
        url: String,
        /// How many publishers went with it.
        publishers: u64,
    },
    /// A trusted publisher was added to a project, or to a channel or group with a prefix.
    #[serde(rename = "project:publisher:add")]
    PublisherAdded {
        /// The publisher.
        publisher: PublisherId,
        /// Its kind.
        provider: Provider,
        /// What must be true of its identities, in words.
        identity: String,
        /// How the names begin, where it is for more than one project.
        prefix: Option<String>,
    },
    /// A trusted publisher asks for an environment from now on.
    #[serde(rename = "project:publisher:constrain")]
    PublisherConstrained {
        /// The publisher.
        publisher: PublisherId,
        /// What must be true of its identities, in words.
        identity: String,
    },
    /// A trusted publisher was removed.
    #[serde(rename = "project:publisher:remove")]
    PublisherRemoved {
        /// The publisher.
        publisher: PublisherId,
        /// What had to be true of its identities, in words.
        identity: String,
    },
    /// A trusted publisher was registered for a project that does not exist yet.
    #[serde(rename = "channel:publisher:register")]
    PendingRegistered {
        /// The publisher.
        publisher: PublisherId,
        /// In whose name the project will be made.
        registrant: UserId,
        /// The project's name.
        name: String,
        /// What must be true of its identities, in words.
        identity: String,
    },
    /// A publisher for a project that did not exist made it.
    #[serde(rename = "channel:publisher:fulfil")]
    PendingFulfilled {
        /// The publisher.
        publisher: PublisherId,
        /// In whose name the project was made.
        registrant: UserId,
        /// The project's name.
        name: String,
    },
    /// A publisher for a project that does not exist ended without being used.
    #[serde(rename = "channel:publisher:lapse")]
    PendingLapsed {
        /// The publisher.
        publisher: PublisherId,
        /// In whose name the project would have been made.
        registrant: UserId,
        /// The project's name.
        name: String,
        /// Why: `expired`, `name taken`, `removed`.
        reason: String,
    },
    /// A channel keeps the names of pending publishers free for those who registered them, or does not any more.
    #[serde(rename = "channel:publisher:reserve")]
    PendingReserved {
        /// Whether it does from now on.
        reserve: bool,
    },
    /// An identity was exchanged for a token. One event for each publisher that matched.
    #[serde(rename = "project:publisher:mint")]
    PublisherTokenMinted {
        /// The publisher.
        publisher: PublisherId,
        /// The token.
        token: TokenId,
        /// The run that got it.
        source: Box<Source>,
        /// Which projects this publisher opened.
        projects: Vec<ProjectId>,
        /// When the token ends.
        expires_at: Timestamp,
    },
    /// A publisher's token ended before its time.
    #[serde(rename = "project:publisher:burn")]
    PublisherTokenBurnt {
        /// The token.
        token: TokenId,
        /// Whether somebody found it where it leaks; else it was given back.
        leaked: bool,
        /// Where it was found, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// In what it was found, in the word of whoever reported it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// The key that signed the report.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// Signed statements about a file were verified and kept.
    #[serde(rename = "project:file:attest")]
    FileAttested {
        /// The file's name.
        file: String,
        /// What kinds of statement.
        predicates: Vec<String>,
    },
}

impl PublisherEvent {
    /// The person to whom it happened, if it happened to one.
    pub const fn subject(&self) -> Option<UserId> {
        match self {
            Self::PendingRegistered { registrant, .. }
            | Self::PendingFulfilled { registrant, .. }
            | Self::PendingLapsed { registrant, .. } => Some(*registrant),
            Self::IssuerAdded { .. }
            | Self::IssuerChanged { .. }
            | Self::IssuerRemoved { .. }
            | Self::PublisherAdded { .. }
            | Self::PublisherConstrained { .. }
            | Self::PublisherRemoved { .. }
            | Self::PendingReserved { .. }
            | Self::PublisherTokenMinted { .. }
            | Self::PublisherTokenBurnt { .. }
            | Self::FileAttested { .. } => None,
        }
    }
}
