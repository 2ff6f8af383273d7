//! The recovery of an account whose owner is locked out.

use crate::Timestamp;
use crate::ids::{RecoveryId, UserId};

/// A recovery as it stands in the database. It is open until it is cancelled or completed; an account has at most one
/// open one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountRecovery {
    /// Its id.
    pub id: RecoveryId,
    /// The account.
    pub user: UserId,
    /// The administrator who asked for it; `None` once that account is gone.
    pub requested_by: Option<UserId>,
    /// When.
    pub requested_at: Timestamp,
    /// When it takes effect by itself; `None` if only a second administrator can make it.
    pub due_at: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// When it took effect.
    pub completed_at: Option<Timestamp>,
}
