//! The proof that somebody decided.

use bonded_model::Actor;

/// The capability to carry out `A`, on behalf of one actor. Only [`Access::permit`](super::Access::permit) makes one,
/// and a use case cannot be called without it.
#[derive(Clone, Debug)]
pub struct Permit<A> {
    actor: Actor,
    action: A,
    epoch: u64,
}

impl<A> Permit<A> {
    pub(super) const fn new(actor: Actor, action: A, epoch: u64) -> Self {
        Self { actor, action, epoch }
    }

    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// On whose behalf.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What is permitted.
    pub const fn action(&self) -> &A {
        &self.action
    }
}
