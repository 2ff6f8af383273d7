//! Why an identity is not exchanged, in the words and codes that upload clients know.

use bonded_oidc::{IdentityError, Malformed, VerifyError};

use crate::Error;

/// An identity was not exchanged for a token. The text is for the log of the job, and repeats no token.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// Not a token, or one of an issuer that nobody knows here.
    #[error("{0}")]
    Payload(String),
    /// Trusted publishing, or this issuer, is switched off.
    #[error("{0}")]
    NotEnabled(String),
    /// The token is not believed.
    #[error("malformed or invalid token: {0}")]
    Token(String),
    /// It was registered for a project that exists by now, or that may not be made any more.
    #[error("valid token, but the project cannot be made: {0}")]
    Pending(String),
    /// It was exchanged before.
    #[error("this identity token was exchanged already: every exchange needs a new one")]
    Reused,
    /// Nobody trusts this identity.
    #[error("valid token, but no corresponding publisher ({0})")]
    NoPublisher(String),
    /// Anything else: tried too often, or not the caller's doing.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl ExchangeError {
    /// The code, as clients of PyPI know it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Payload(_) => "invalid-payload",
            Self::NotEnabled(_) => "not-enabled",
            Self::Token(_) => "invalid-token",
            Self::Pending(_) => "invalid-pending-publisher",
            Self::Reused => "invalid-reuse-token",
            Self::NoPublisher(_) => "invalid-publisher",
            Self::Failed(Error::TooMany { .. }) => "too-many-requests",
            Self::Failed(_) => "unavailable",
        }
    }
}

impl From<Malformed> for ExchangeError {
    fn from(error: Malformed) -> Self {
        Self::Payload(error.to_string())
    }
}

impl From<VerifyError> for ExchangeError {
    fn from(error: VerifyError) -> Self {
        Self::Token(error.to_string())
    }
}

impl From<IdentityError> for ExchangeError {
    fn from(error: IdentityError) -> Self {
        Self::NoPublisher(error.to_string())
    }
}

impl From<bonded_store::StoreError> for ExchangeError {
    fn from(error: bonded_store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}
