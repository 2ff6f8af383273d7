//! What the operator does: accounts, channels, members, tokens. Also the rights that the command line works with.

mod audit;
mod channel;
mod setup;
mod token;
pub(crate) mod user;

pub use audit::{NotNoted, Noted, VerifiedAudit};
pub use channel::NewChannel;
pub use user::NewUser;

use bonded_model::Actor;
use bonded_model::actor::Origin;
use bonded_model::ids::RequestId;

use crate::access::{Operate, Permit};
use crate::{Error, Registry};

impl Registry {
    /// The permit of the operator, who holds the database itself. Only the command line asks for it.
    ///
    /// # Errors
    /// None in practice: the operator is always permitted.
    pub fn operator(&self) -> Result<Permit<Operate>, Error> {
        Ok(self.access.permit(&Actor::Operator, Operate)?)
    }

    /// Where a run of the command line comes from, for audit events.
    pub fn local_origin(&self) -> Origin {
        Origin { request: RequestId::generate(self.clock.now(), &self.random), address: None }
    }
}
