//! Single-use links, mailed or printed.

use crate::Timestamp;
use crate::ids::{EmailId, UserId};
use crate::secret::SecretHash;
use crate::user::Email;

/// What a link is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LinkKind {
    /// Make the first administrator.
    Setup,
    /// Sign up by invitation.
    Invitation,
    /// Prove that an address is one's own.
    VerifyEmail,
    /// Set a new password.
    ResetPassword,
    /// Confirm a sign-in from a new place.
    ConfirmPlace,
    /// Cancel the recovery of one's account.
    CancelRecovery,
}

crate::text_enum!(LinkKind {
    Setup = "setup",
    Invitation = "invitation",
    VerifyEmail = "verify-email",
    ResetPassword = "reset-password",
    ConfirmPlace = "confirm-place",
    CancelRecovery = "cancel-recovery",
});

/// A link as it stands in the database. It is deleted when it is used.
#[derive(Clone, Debug)]
pub struct Link {
    /// The hash of its secret.
    pub secret: SecretHash,
    /// What it is for.
    pub kind: LinkKind,
    /// The account that it belongs to, if there is one yet.
    pub user: Option<UserId>,
    /// The address to be verified.
    pub email: Option<EmailId>,
    /// The only browser that may use it, by the hash of its secret.
    pub browser: Option<SecretHash>,
    /// The invited address.
    pub invited: Option<Email>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}
