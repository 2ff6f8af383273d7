//! What is known of an actor before any action is decided on: state, standing, and role in a channel.

use bonded_model::people::Requirement;
use bonded_model::publishing::{PublisherToken, PublisherTokenState};
use bonded_model::token::TokenState;
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, Channel, Principal, Timestamp, Visibility};

use super::denial::{BadCredential, Denial};

/// Whether the actor may know that the channel exists: by any right in it, not only by reading.
pub(super) fn may_see(actor: &Actor, channel: &Channel, now: Timestamp) -> bool {
    match actor {
        Actor::Operator => true,
        _ if channel.visibility == Visibility::Public => true,
        Actor::Anonymous => false,
        Actor::Principal(principal) => {
            is_active(principal, now)
                && channel_role(principal, channel).is_some()
                && principal.authority.reaches_into(channel.id)
        }
        Actor::Publisher(token) => check_publisher(token, now).is_ok() && token.reaches_into(channel.id),
    }
}

/// Whoever changes what others install must have proved their address, and have the second factor that instance and
/// channel ask for. What the operator issued is the operator's own decision.
pub(super) fn check_standing(principal: &Principal, requirement: Requirement) -> Result<(), Denial> {
    if principal.authority.token().is_some_and(|token| token.by_operator) {
        return Ok(());
    }
    let user = &principal.user.name;
    if !principal.standing.verified {
        return Err(Denial::Forbidden(format!(
            "The e-mail address of the user '{user}' is not verified: sign in on the web and verify it first."
        )));
    }
    if requirement.is_met_by(principal.standing.factors) {
        return Ok(());
    }
    let missing = match requirement {
        Requirement::PhishingResistant => "a security key or passkey",
        Requirement::SecondFactor | Requirement::Nothing => "two-factor authentication",
    };
    Err(Denial::Forbidden(format!(
        "The user '{user}' must set up {missing} before changing anything here: sign in on the web to do so."
    )))
}

pub(crate) fn channel_role(principal: &Principal, channel: &Channel) -> Option<ChannelRole> {
    if principal.user.admin {
        return Some(ChannelRole::Admin);
    }
    principal.channel_roles.get(&channel.id).copied()
}

/// The role that an actor has in a channel; the operator is as good as an administrator.
pub(crate) fn role_in(actor: &Actor, channel: &Channel) -> Option<ChannelRole> {
    match actor {
        Actor::Operator => Some(ChannelRole::Admin),
        Actor::Anonymous | Actor::Publisher(_) => None,
        Actor::Principal(principal) => channel_role(principal, channel),
    }
}

/// Credentials are checked when they are presented; a long upload may outlive that moment.
pub(super) fn is_active(principal: &Principal, now: Timestamp) -> bool {
    check_state(principal, now).is_ok()
}

/// The credential's own state, as the denial that its holder is told.
pub(crate) fn check_state(principal: &Principal, now: Timestamp) -> Result<(), Denial> {
    let token = principal.authority.token().map(|token| token.state(now));
    let bad = match (principal.user.suspended_at, token) {
        (Some(_), _) => BadCredential::Suspended,
        (None, Some(TokenState::Expired(_))) => BadCredential::Expired,
        (None, Some(TokenState::Revoked(_))) => BadCredential::Revoked,
        (None, Some(TokenState::Replaced)) => BadCredential::Replaced,
        (None, Some(TokenState::Active) | None) => return Ok(()),
    };
    Err(Denial::Unauthenticated(bad))
}

/// The state of a trusted publisher's token, as the denial that its holder is told.
pub(super) fn check_publisher(token: &PublisherToken, now: Timestamp) -> Result<(), Denial> {
    match token.state(now) {
        PublisherTokenState::Active => Ok(()),
        PublisherTokenState::Expired => Err(Denial::Unauthenticated(BadCredential::Expired)),
        PublisherTokenState::Revoked => Err(Denial::Unauthenticated(BadCredential::Revoked)),
    }
}
