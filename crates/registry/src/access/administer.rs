//! What administrators of the instance may do with the accounts of others: only as themselves, in a browser. Tokens
//! that leak must not reach people.

use bonded_model::people::Requirement;
use bonded_model::{Actor, Authority, Timestamp};

use super::action::Action;
use super::denial::Denial;
use super::principal::check_state;

/// Look at the accounts of others.
#[derive(Clone, Copy, Debug)]
pub struct ViewPeople(Requirement);

/// Change the accounts of others and what is required of them. Whoever makes this has seen a fresh proof.
#[derive(Clone, Copy, Debug)]
pub struct Administer(Requirement);

impl ViewPeople {
    /// What is asked of the administrator by instance and channels.
    pub(crate) const fn asking(requirement: Requirement) -> Self {
        Self(requirement)
    }
}

impl Administer {
    /// What is asked of the administrator by instance and channels.
    pub(crate) const fn asking(requirement: Requirement) -> Self {
        Self(requirement)
    }
}

impl Action for ViewPeople {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        decide(actor, now, self.0)
    }
}

impl Action for Administer {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        decide(actor, now, self.0)
    }
}

fn decide(actor: &Actor, now: Timestamp, requirement: Requirement) -> Result<(), Denial> {
    let permitted = match actor {
        Actor::Operator => true,
        Actor::Anonymous | Actor::Publisher(_) => false,
        Actor::Principal(principal) => {
            principal.user.admin
                && matches!(principal.authority, Authority::Session(_))
                && check_state(principal, now).is_ok()
                && principal.standing.meets(requirement)
        }
    };
    if permitted { Ok(()) } else { Err(Denial::hidden(actor)) }
}
