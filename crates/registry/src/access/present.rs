//! The rights of this very moment, for decisions inside write transactions.

use std::sync::Arc;

use bonded_model::ids::{ChannelId, SessionId, UserId};
use bonded_model::token::Token;
use bonded_model::{Actor, Authority, Channel, Principal};
use bonded_store::Queries;

use super::denial::{BadCredential, Denial};
use super::directory::instance_policy;
use crate::error::Error;

/// The channel as the database has it now, with what the instance asks besides.
pub(crate) async fn present_channel(queries: &mut Queries, id: ChannelId) -> Result<Arc<Channel>, Error> {
    let instance = instance_policy(queries).await?;
    let mut channel = queries.channel(id).await?.ok_or(Denial::Hidden)?;
    channel.policy = channel.policy.and(instance);
    Ok(Arc::new(channel))
}

/// A person as if they were in a browser now: for what they began there, and somebody else finishes.
pub(crate) async fn as_in_browser(
    queries: &mut Queries,
    user: UserId,
    session: SessionId,
) -> Result<Option<Actor>, Error> {
    let Some((user, standing, roles)) = queries.person(user).await? else { return Ok(None) };
    let (channel_roles, project_roles) = (roles.channels, roles.projects);
    let authority = Authority::Session(session);
    Ok(Some(Actor::Principal(Principal { user, standing, channel_roles, project_roles, authority }.into())))
}

/// The actor with the rights that the database has for it now.
pub(crate) async fn present(queries: &mut Queries, known: &Actor) -> Result<Actor, Error> {
    let gone = || Denial::Unauthenticated(BadCredential::Unknown);
    let principal = match known {
        Actor::Principal(principal) => principal,
        Actor::Publisher(token) => {
            let present = queries.publisher_token(token.id).await?.ok_or_else(gone)?;
            return Ok(Actor::Publisher(present.into()));
        }
        Actor::Anonymous | Actor::Operator => return Ok(known.clone()),
    };
    let authority = match &principal.authority {
        Authority::Token(known) => {
            let token = queries.token(known.id).await?.ok_or_else(gone)?;
            Authority::Token(Token { presented: known.presented, ..token }.into())
        }
        other => other.clone(),
    };
    let user = queries.user(principal.user.id).await?.ok_or_else(gone)?;
    let standing = queries.standing_of(user.id).await?;
    let roles = queries.roles_of(user.id).await?;
    let (channel_roles, project_roles) = (roles.channels, roles.projects);
    Ok(Actor::Principal(Principal { user, standing, channel_roles, project_roles, authority }.into()))
}
