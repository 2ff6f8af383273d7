//! The addresses of an account.

use crate::Timestamp;
use crate::ids::{EmailId, UserId};
use crate::user::Email;

/// An address of an account. One of them is the primary one, where mail goes. Only verified addresses are unique:
/// whoever types an address that is not theirs takes it from nobody.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct EmailAddress {
    /// Its id.
    pub id: EmailId,
    /// Whose it is.
    pub user: UserId,
    /// The address.
    pub address: Email,
    /// Whether mail goes there.
    pub primary: bool,
    /// When its owner proved to receive mail there.
    pub verified_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}
