//! What the database keeps of a key.

use std::fmt;
use std::str::FromStr;

use webauthn_rs_core::proto::{AuthenticationResult, Credential, ParsedAttestation, UserVerificationPolicy};

/// A registered key: its credential id, its public key, its counter and what it said of itself. Nothing in it is secret.
#[derive(Clone)]
pub struct Key(Credential);

impl Key {
    /// Keeps no attestation: it was not asked for, and some keys can be told apart by it.
    pub(super) fn new(mut credential: Credential) -> Self {
        credential.attestation = ParsedAttestation::default();
        Self(credential)
    }

    /// JSON text for the database.
    pub fn to_text(&self) -> String {
        serde_json::to_string(&self.0).expect("a credential has only text keys and finite numbers")
    }

    /// The id by which the browser and the database know the key; unique in an instance.
    pub fn credential_id(&self) -> Vec<u8> {
        self.0.cred_id.clone()
    }

    /// How often the key was used, as it says itself. Keys that do not count, as most passkeys, say 0.
    pub const fn counter(&self) -> u32 {
        self.0.counter
    }

    /// The key can exist on several devices, as passkeys of a password manager do.
    pub const fn is_synchronized(&self) -> bool {
        self.0.backup_eligible
    }

    pub(super) const fn credential(&self) -> &Credential {
        &self.0
    }

    /// The key as a second factor: it must be there, and need not know who touches it, as the password was given. The
    /// library would insist on verification where the registration had it, and lock people out whose fingerprint
    /// reader is not at hand on that day.
    pub(super) fn without_verification(&self) -> Credential {
        Credential { registration_policy: UserVerificationPolicy::Discouraged_DO_NOT_USE, ..self.0.clone() }
    }

    /// The key after it was used.
    pub(super) fn after(&self, result: &AuthenticationResult) -> Self {
        Self(Credential { counter: result.counter(), backup_state: result.backup_state(), ..self.0.clone() })
    }
}

impl FromStr for Key {
    type Err = MalformedKey;

    /// Reads what [`Key::to_text`] wrote.
    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        serde_json::from_str(text).map(Self).map_err(MalformedKey)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("counter", &self.0.counter).finish_non_exhaustive()
    }
}

/// The stored text is not a key; it was not written by Bonded.
#[derive(Debug, thiserror::Error)]
#[error("a stored security key is damaged: restore it from a backup, or remove it")]
pub struct MalformedKey(#[source] serde_json::Error);
