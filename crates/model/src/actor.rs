//! Who acts.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::ids::{ChannelId, ProjectId, RequestId};
use crate::token::Token;
use crate::user::{ChannelRole, ProjectRole, User};

/// The one on whose behalf something happens.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Nobody in particular.
    Anonymous,
    /// A token, with the rights that its owner has now.
    Token(Arc<Principal>),
    /// The operator at the server's own command line, who holds the database and so every right.
    Operator,
}

/// A token together with all that decides what it may do.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The token.
    pub token: Token,
    /// Its owner.
    pub user: User,
    /// The owner's roles in channels.
    pub channel_roles: HashMap<ChannelId, ChannelRole>,
    /// The owner's roles in projects.
    pub project_roles: HashMap<ProjectId, ProjectRole>,
}

/// How an actor proved itself, as audit events record it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Credential {
    /// Not at all.
    None,
    /// By an API token.
    Token,
    /// By access to the server's own data.
    Operator,
}

crate::text_enum!(Credential { None = "none", Token = "token", Operator = "operator" });

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The request, or the run of the command line.
    pub request: RequestId,
    /// The client's address; `None` for the command line.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// The token's principal, if there is one.
    pub fn principal(&self) -> Option<&Principal> {
        match self {
            Self::Token(principal) => Some(principal),
            Self::Anonymous | Self::Operator => None,
        }
    }

    /// How the actor proved itself.
    pub const fn credential(&self) -> Credential {
        match self {
            Self::Anonymous => Credential::None,
            Self::Token(_) => Credential::Token,
            Self::Operator => Credential::Operator,
        }
    }
}
