//! What can go wrong in a use case, in two voices: what the caller is told, and what the log is told.

use std::sync::Arc;

use bonded_model::Principal;

use crate::access::Denial;

/// A use case did not succeed. `Display` is the text for the caller; only [`Error::Internal`] hides its cause, which
/// belongs into the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// A token that can do more than read came in a URL, where it has leaked into logs by now.
    #[error(
        "this token can do more than read, so it is not accepted in a URL; consider it leaked and revoke it"
    )]
    TokenInUrl(Arc<Principal>),
    /// There is no such thing in a place that the caller may see.
    #[error("{0}")]
    NotFound(String),
    /// The request or the archive breaks a rule.
    #[error("{0}")]
    Invalid(String),
    /// What was announced about the bytes and the bytes themselves differ.
    #[error("{0}")]
    WrongDigest(String),
    /// Larger than a limit.
    #[error("{0}")]
    TooLarge(String),
    /// The name is taken, now or for ever.
    #[error("{0}")]
    Conflict(String),
    /// The database is out of reach or too busy; the same request may succeed later.
    #[error("the registry cannot answer right now; try again in a moment")]
    Unavailable,
    /// Something that is not the caller's doing.
    #[error("an internal error happened")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Hides `cause` from the caller and keeps it for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<bonded_store::StoreError> for Error {
    fn from(error: bonded_store::StoreError) -> Self {
        if error.is_unavailable() {
            tracing::error!(%error, "the database is unavailable");
            return Self::Unavailable;
        }
        Self::internal(error)
    }
}
