//! What can go wrong in a use case, in two voices: what the caller is told, and what the log is told.

use bonded_model::Actor;
use chrono::TimeDelta;

use crate::access::Denial;
use crate::people::Fence;

/// A use case did not succeed. `Display` is the text for the caller; only [`Error::Internal`] hides its cause, which
/// belongs into the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// A token that can do more than read came in a URL, where it has leaked into logs by now.
    #[error("{}", match .0 {
        Actor::Publisher(_) => "The token of a trusted publisher uploads, and opens no URL.",
        _ => "this token can do more than read, so it is not accepted in a URL; consider it leaked: give it a new secret \
              on the page of your tokens, or revoke it",
    })]
    TokenInUrl(Actor),
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
    /// A field of a form holds what cannot be taken. The text is for the person who filled it in.
    #[error("{text}")]
    Field {
        /// The field's name.
        field: &'static str,
        /// What is wrong with it.
        text: String,
    },
    /// A sign-in did not succeed, for a reason that is told.
    #[error("{0}")]
    SignIn(String),
    /// Tried too often.
    #[error("too many tries: wait {} and try again", in_words(*wait))]
    TooMany {
        /// How long to wait.
        wait: TimeDelta,
    },
    /// The account lacks something that is asked of it.
    #[error("{}", match .0 {
        Fence::Unverified => "verify your e-mail address first",
        Fence::SecondFactor => "set up a second factor first: it is required here",
        Fence::Key => "set up a security key or passkey first: it is required here",
    })]
    Fenced(Fence),
    /// The person has to prove again who they are.
    #[error("prove again that it is you")]
    ProofNeeded,
    /// The database is out of reach or too busy; the same request may succeed later.
    #[error("the registry cannot answer right now; try again in a moment")]
    Unavailable,
    /// Something that is not the caller's doing.
    #[error("an internal error happened")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A field that cannot be taken.
    pub(crate) fn field(field: &'static str, text: impl Into<String>) -> Self {
        Self::Field { field, text: text.into() }
    }

    /// A key of the server's that cannot be had. Only the operator meets it, who can mend it.
    pub(crate) fn trust(cause: impl std::error::Error) -> Self {
        Self::Invalid(cause.to_string())
    }

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

/// A waiting time as people say it, rounded up.
fn in_words(wait: TimeDelta) -> String {
    let counted = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match wait.num_seconds().max(1) {
        seconds @ ..=60 => counted(seconds, "second"),
        seconds @ 61..=3_600 => counted((seconds + 59) / 60, "minute"),
        seconds => counted((seconds + 3_599) / 3_600, "hour"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_are_told_in_words() {
        let told = [0, 1, 59, 61, 3_600, 3_601, 86_400].map(|seconds| in_words(TimeDelta::seconds(seconds)));
        assert_eq!(
            told,
            ["1 second", "1 second", "59 seconds", "2 minutes", "60 minutes", "2 hours", "24 hours"]
        );
    }
}
