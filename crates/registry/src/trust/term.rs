//! How much time the documents have left.

use bonded_model::Timestamp;

use super::page::{Term, key_manager_term, root_term};
use crate::{Error, Registry};

/// When the documents end. Clients refuse everything under one that has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrustTerms {
    /// The end of the newest root.
    pub root_ends_at: Timestamp,
    /// How much time it has left.
    pub root: Term,
    /// Seconds until then; negative afterwards.
    pub root_seconds: i64,
    /// The end of the key manager document.
    pub key_manager_ends_at: Timestamp,
    /// How much time it has left.
    pub key_manager: Term,
    /// Seconds until then; negative afterwards.
    pub key_manager_seconds: i64,
}

impl Registry {
    /// How much time the documents have left; `None` before the first root.
    ///
    /// # Errors
    /// When the database fails, or holds documents that do not verify.
    pub async fn trust_terms(&self) -> Result<Option<TrustTerms>, Error> {
        let Some(trust) = self.trust().await? else { return Ok(None) };
        let now = self.clock.now();
        let root_ends_at = trust.root.role().expiration;
        let key_manager_ends_at = trust.key_manager_row.expires_at;
        Ok(Some(TrustTerms {
            root_ends_at,
            root: root_term(&trust, now),
            root_seconds: (root_ends_at - now).num_seconds(),
            key_manager_ends_at,
            key_manager: key_manager_term(&trust, now),
            key_manager_seconds: (key_manager_ends_at - now).num_seconds(),
        }))
    }
}
