//! Mail on its way.

use crate::Timestamp;
use crate::ids::MailId;
use crate::user::Email;

/// A mail that was not handed over yet. It is deleted when it was.
#[derive(Clone, Debug)]
pub struct OutgoingMail {
    /// Its id.
    pub id: MailId,
    /// Where it goes.
    pub recipient: Email,
    /// What it says, sealed under the instance key: it may hold a link.
    pub body: Vec<u8>,
    /// When it was written.
    pub created_at: Timestamp,
}
