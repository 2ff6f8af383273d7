//! The proof that somebody decided.

use bonded_model::Actor;

/// A moment in the history of everybody's rights. Whoever acts long after they were authenticated takes it before that, so
/// that what was revoked in between is not missed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Epoch(pub(super) u64);

/// The capability to carry out `A`, on behalf of one actor. Only [`Access::permit`](super::Access::permit) makes one,
/// and a use case cannot be called without it.
#[derive(Clone, Debug)]
pub struct Permit<A> {
    actor: Actor,
    action: A,
    epoch: Epoch,
}

impl<A> Permit<A> {
    pub(super) const fn new(actor: Actor, action: A, epoch: Epoch) -> Self {
        Self { actor, action, epoch }
    }

    pub(super) const fn epoch(&self) -> Epoch {
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
