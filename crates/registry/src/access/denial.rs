//! Why something is not permitted, in the three ways that clients tell apart.

use bonded_model::Actor;

/// Something is not permitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The caller must present a credential, or a better one (401).
    #[error("{0}")]
    Unauthenticated(BadCredential),
    /// The caller may not even learn whether the thing exists (404).
    #[error("there is nothing here, or the credential may not see it")]
    Hidden,
    /// The caller is known, sees the thing, and may not do this (403).
    #[error("{0}")]
    Forbidden(String),
}

/// What is wrong with the credential that came with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCredential {
    /// There is none.
    #[error("this needs a credential: an API token, as password of the user '__token__' or as bearer token")]
    Missing,
    /// It is no token at all, or there is none like it.
    #[error("the token is not valid")]
    Unknown,
    /// It ended by itself.
    #[error("the token is expired")]
    Expired,
    /// It was revoked.
    #[error("the token is revoked")]
    Revoked,
    /// It got a new secret, and the time of the one before is over.
    #[error("the token got a new secret, so this one does not work any more")]
    Replaced,
    /// It does not work from the address that the request comes from.
    #[error("the token does not work from this address")]
    Elsewhere,
    /// Its owner's account is suspended.
    #[error("the account of the token's owner is suspended")]
    Suspended,
    /// A user name and password, which open nothing here.
    #[error("passwords are not accepted here: use an API token as password of the user '__token__'")]
    Password,
    /// A user name and a password, one of which is wrong.
    #[error("the user name or the password is not right")]
    WrongPassword,
    /// The password of an account with a second factor, which never uploads with it.
    #[error(
        "this account has a second factor, so it uploads with an API token, as password of the user '__token__'"
    )]
    PasswordOfSecured,
}

impl Denial {
    /// The answer for things that the actor may not see: the same whether they exist or not.
    pub const fn hidden(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self::Unauthenticated(BadCredential::Missing),
            Actor::Principal(_) | Actor::Publisher(_) | Actor::Operator => Self::Hidden,
        }
    }
}
