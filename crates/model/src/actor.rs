//! Who acts.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::ids::{ChannelId, ProjectId, RequestId, SessionId, TokenId};
use crate::people::Standing;
use crate::publishing::PublisherToken;
use crate::token::{Token, Verb};
use crate::user::{ChannelRole, ProjectRole, User};

/// The one on whose behalf something happens.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Nobody in particular.
    Anonymous,
    /// A person, present or represented by a token, with the rights that they have now.
    Principal(Arc<Principal>),
    /// A CI job whose identity was exchanged for a token: no person, and may publish only.
    Publisher(Arc<PublisherToken>),
    /// The operator at the server's own command line, who holds the database and so every right.
    Operator,
}

/// A person together with all that decides what they may do at this moment.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Who.
    pub user: User,
    /// How well the account is secured.
    pub standing: Standing,
    /// The roles in channels.
    pub channel_roles: HashMap<ChannelId, ChannelRole>,
    /// The roles in projects.
    pub project_roles: HashMap<ProjectId, ProjectRole>,
    /// What the person is represented by.
    pub authority: Authority,
}

/// What represents a person, and bounds what it may do for them.
#[derive(Clone, Debug)]
pub enum Authority {
    /// A token, with its verbs and scope.
    Token(Box<Token>),
    /// A signed-in browser.
    Session(SessionId),
    /// Name and password with an upload: for accounts without a second factor, where an administrator allows it.
    Password,
}

impl Authority {
    /// The token, if it is one.
    pub fn token(&self) -> Option<&Token> {
        match self {
            Self::Token(token) => Some(token),
            Self::Session(_) | Self::Password => None,
        }
    }

    /// Whether it may be used for `verb` at all. A password only publishes: it is no key to everything else.
    pub fn permits(&self, verb: Verb) -> bool {
        match self {
            Self::Token(token) => token.verbs.contains(verb),
            Self::Session(_) => true,
            Self::Password => verb == Verb::Publish,
        }
    }

    /// Whether everything in the channel is in its scope.
    pub fn covers_channel(&self, channel: ChannelId) -> bool {
        self.token().is_none_or(|token| token.covers_channel(channel))
    }

    /// Whether anything in the channel is in its scope.
    pub fn reaches_into(&self, channel: ChannelId) -> bool {
        self.token().is_none_or(|token| token.reaches_into(channel))
    }

    /// Whether the project is in its scope, alone or with its channel.
    pub fn covers_project(&self, channel: ChannelId, project: ProjectId) -> bool {
        self.token().is_none_or(|token| token.covers_project(channel, project))
    }
}

/// How an actor proved itself, as audit events record it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Credential {
    /// Not at all.
    None,
    /// By an API token.
    Token,
    /// By a signed-in browser.
    Session,
    /// By name and password, with an upload.
    Password,
    /// By the token of a trusted publisher.
    Publisher,
    /// By access to the server's own data.
    Operator,
}

crate::text_enum!(Credential {
    None = "none",
    Token = "token",
    Session = "session",
    Password = "password",
    Publisher = "publisher",
    Operator = "operator",
});

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The request, or the run of the command line.
    pub request: RequestId,
    /// The client's address; `None` for the command line.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// The person, if there is one.
    pub fn principal(&self) -> Option<&Principal> {
        match self {
            Self::Principal(principal) => Some(principal),
            Self::Anonymous | Self::Publisher(_) | Self::Operator => None,
        }
    }

    /// The trusted publisher's token, if it is one's.
    pub fn publisher(&self) -> Option<&PublisherToken> {
        match self {
            Self::Publisher(token) => Some(token),
            Self::Anonymous | Self::Principal(_) | Self::Operator => None,
        }
    }

    /// The id of the token that is used, whoever's it is.
    pub fn token_id(&self) -> Option<TokenId> {
        self.token().map(|token| token.id).or_else(|| self.publisher().map(|token| token.id))
    }

    /// The person's token, if one is used.
    pub fn token(&self) -> Option<&Token> {
        self.principal().and_then(|principal| principal.authority.token())
    }

    /// How the actor proved itself.
    pub fn credential(&self) -> Credential {
        match self {
            Self::Anonymous => Credential::None,
            Self::Publisher(_) => Credential::Publisher,
            Self::Operator => Credential::Operator,
            Self::Principal(principal) => match principal.authority {
                Authority::Token(_) => Credential::Token,
                Authority::Session(_) => Credential::Session,
                Authority::Password => Credential::Password,
            },
        }
    }
}
