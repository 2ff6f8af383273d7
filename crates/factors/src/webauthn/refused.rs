//! Why a ceremony failed.

use webauthn_rs_core::error::WebauthnError;

/// Why a ceremony failed. The texts are for the person with the key, who can do something about some of them.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The answer is not what a browser sends.
    #[error("the browser's answer could not be read: try again, or use another browser")]
    Malformed(#[source] serde_json::Error),
    /// The answer is to another challenge: it was used before, or a newer ceremony has replaced this one.
    #[error("this answer belongs to an earlier attempt: begin again")]
    Challenge,
    /// The answer was given on another site. A person who sees this may have been phished.
    #[error(
        "the key was used on another address than this registry's: check the address in your browser and begin again"
    )]
    Origin,
    /// The key is none of those that may be used here.
    #[error("this key is not registered for this account: use one that is")]
    UnknownKey,
    /// The key belongs to another account.
    #[error("this key was registered for another account")]
    OtherUser,
    /// The key was registered before, for this account.
    #[error("this key is registered already")]
    AlreadyRegistered,
    /// The key's counter did not rise: a copy of the key may be in use. Say so to the owner.
    #[error(
        "the key's counter did not rise, as if a copy of the key was in use: remove this key and register another one"
    )]
    ClonedKey,
    /// The key was touched, but did not verify who touched it.
    #[error(
        "the key has to verify you by PIN, fingerprint or face: set one up for it, or sign in with your password"
    )]
    NotVerified,
    /// The state is not of this kind of ceremony, or not written by this version.
    #[error("this attempt cannot be finished any more: begin again")]
    State,
    /// Everything else, for the log: a wrong signature, an unknown algorithm, a malformed structure.
    #[error("the key's answer is not valid: begin again, or use another key")]
    Invalid(#[source] WebauthnError),
}

impl From<WebauthnError> for Refused {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::MismatchedChallenge => Self::Challenge,
            WebauthnError::InvalidRPOrigin
            | WebauthnError::InvalidRPIDHash
            | WebauthnError::CredentialCrossOrigin => Self::Origin,
            WebauthnError::CredentialNotFound => Self::UnknownKey,
            WebauthnError::CredentialPossibleCompromise => Self::ClonedKey,
            WebauthnError::UserNotVerified => Self::NotVerified,
            other => Self::Invalid(other),
        }
    }
}
