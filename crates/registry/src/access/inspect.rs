//! Who may see what happened in a channel.

use std::sync::Arc;

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, Authority, Channel, Timestamp};

use super::action::Action;
use super::denial::Denial;
use super::principal::{channel_role, check_standing, check_state, may_see};

/// See what happened in a channel, and by whom: for those who administer it, as themselves in a browser or with a token
/// that was made to manage. Any other token that leaks must not tell about people.
#[derive(Clone, Debug)]
pub struct Inspect {
    /// The channel.
    pub channel: Arc<Channel>,
}

impl Action for Inspect {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        let principal = match actor {
            Actor::Operator => return Ok(()),
            Actor::Anonymous | Actor::Publisher(_) => return Err(Denial::hidden(actor)),
            Actor::Principal(principal) => principal,
        };
        if !may_see(actor, &self.channel, now) || check_state(principal, now).is_err() {
            return Err(Denial::hidden(actor));
        }
        let administers = channel_role(principal, &self.channel) == Some(ChannelRole::Admin);
        let by_means = match &principal.authority {
            Authority::Session(_) => true,
            Authority::Token(token) => {
                token.verbs.contains(Verb::Manage) && token.covers_channel(self.channel.id)
            }
            Authority::Password => false,
        };
        if administers && by_means && check_standing(principal, self.channel.policy.asks(true)).is_ok() {
            return Ok(());
        }
        let text = "Only those who administer the channel see what happened in it, in a browser or with a token that manages.";
        Err(Denial::Forbidden(text.into()))
    }
}
