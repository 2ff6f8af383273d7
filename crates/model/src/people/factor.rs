//! Second factors and recovery codes, as they stand in the database.

use crate::Timestamp;
use crate::ids::{KeyId, RecoveryCodeId, UserId};

/// The authenticator app of an account (RFC 6238).
#[derive(Clone, Debug)]
pub struct Totp {
    /// Whose it is.
    pub user: UserId,
    /// The secret, sealed under the instance key.
    pub secret: Vec<u8>,
    /// The last time step whose code was accepted; only greater ones are.
    pub last_step: i64,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// A WebAuthn credential of an account: a security key or a passkey.
#[derive(Clone, Debug)]
pub struct WebauthnKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it; unique for the owner.
    pub name: String,
    /// What the authenticator calls it; unique in the instance.
    pub credential_id: Vec<u8>,
    /// The credential with its public key and counter, as JSON.
    pub credential: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// One recovery code.
#[derive(Clone, Debug)]
pub struct RecoveryCode {
    /// Its id.
    pub id: RecoveryCodeId,
    /// Whose it is.
    pub user: UserId,
    /// Its argon2id hash, as a PHC string.
    pub hash: String,
    /// When its set was made.
    pub created_at: Timestamp,
    /// When its owner typed back a code of its set; before that the set opens nothing.
    pub confirmed_at: Option<Timestamp>,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// Which second factors an account has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Factors {
    /// An authenticator app.
    pub totp: bool,
    /// At least one security key or passkey.
    pub key: bool,
}

impl Factors {
    /// Whether there is any.
    pub const fn any(self) -> bool {
        self.totp || self.key
    }
}

/// How well an account is secured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Whether the primary address is verified.
    pub verified: bool,
    /// Which second factors there are.
    pub factors: Factors,
}
