//! Key managers: who may sign the records of packages.

use bonded_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::envelope::{Envelope, EnvelopeError, Form};
use crate::role::{SPEC_VERSION, Signed};
use crate::{CanonicalError, Delegation, RoleError, TrustedRoot};

const TYPE: &str = "key_mgr";

/// What a key manager says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyManagerRole {
    /// From 1; never lower than before.
    pub version: u64,
    /// When it was made.
    pub timestamp: Timestamp,
    /// From when on it is worth nothing.
    pub expiration: Timestamp,
    /// Who signs records.
    pub pkg_mgr: Delegation,
}

#[derive(Serialize, Deserialize)]
struct Delegations {
    pkg_mgr: Delegation,
}

impl KeyManagerRole {
    /// Reads what an envelope says. Nothing is verified.
    ///
    /// # Errors
    /// When the envelope holds something else.
    pub fn read(envelope: &Envelope) -> Result<Self, RoleError> {
        let Signed { version, timestamp, expiration, delegations, .. } =
            Signed::<Delegations>::read(envelope.signed(), TYPE)?;
        Ok(Self { version, timestamp, expiration, pkg_mgr: delegations.pkg_mgr })
    }

    /// Reads a key manager that enough of the keys that the root names have signed. Time is not looked at: that is for
    /// [`TrustedKeyManager::verify`].
    ///
    /// # Errors
    /// When it is none, or not signed so.
    pub fn verified(root: &TrustedRoot, bytes: &[u8]) -> Result<Self, KeyManagerError> {
        let envelope = Envelope::parse(bytes)?;
        let role = Self::read(&envelope)?;
        let delegation = &root.role().key_mgr;
        let valid = envelope.signers(delegation, Form::Raw);
        if !delegation.is_met_by(&valid) {
            return Err(KeyManagerError::NotSigned {
                version: role.version,
                root: root.version(),
                needed: delegation.threshold(),
                valid: valid.len(),
            });
        }
        Ok(role)
    }

    /// The key manager without signatures; moments lose what is finer than a second. Sign it with [`Envelope::sign`].
    ///
    /// # Errors
    /// None that a well-formed role can meet.
    pub fn to_envelope(&self) -> Result<Envelope, CanonicalError> {
        Envelope::unsigned(&Signed {
            r#type: TYPE.to_owned(),
            version: self.version,
            metadata_spec_version: SPEC_VERSION.to_owned(),
            timestamp: self.timestamp,
            expiration: self.expiration,
            delegations: Delegations { pkg_mgr: self.pkg_mgr.clone() },
        })
    }
}

/// A key manager that a trusted root delegates to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKeyManager {
    role: KeyManagerRole,
}

impl TrustedKeyManager {
    /// Verifies a key manager. `at_least` is the highest version that was ever seen; 0 for none.
    ///
    /// # Errors
    /// Unless enough of the keys that the root names have signed it, it is not older than what was seen, and neither its
    /// time nor the root's is over.
    pub fn verify(
        root: &TrustedRoot,
        bytes: &[u8],
        now: Timestamp,
        at_least: u64,
    ) -> Result<Self, KeyManagerError> {
        if root.is_expired(now) {
            let (version, at) = (root.version(), root.role().expiration);
            return Err(KeyManagerError::RootExpired { version, at });
        }
        let role = KeyManagerRole::verified(root, bytes)?;
        if role.version < at_least {
            return Err(KeyManagerError::RolledBack { offered: role.version, seen: at_least });
        }
        if now >= role.expiration {
            return Err(KeyManagerError::Expired { version: role.version, at: role.expiration });
        }
        Ok(Self { role })
    }

    /// What it says.
    pub const fn role(&self) -> &KeyManagerRole {
        &self.role
    }

    /// Its version.
    pub const fn version(&self) -> u64 {
        self.role.version
    }

    /// Who signs records.
    pub const fn package_managers(&self) -> &Delegation {
        &self.role.pkg_mgr
    }
}

/// Why a key manager is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum KeyManagerError {
    /// Not a signed document.
    #[error("not a key manager: {0}")]
    Envelope(#[from] EnvelopeError),
    /// A signed document of another kind.
    #[error("not a key manager: {0}")]
    Role(#[from] RoleError),
    /// Too few of the keys that the root names.
    #[error(
        "key manager {version} is not signed by {needed} of the keys that root {root} names: {valid} valid"
    )]
    NotSigned {
        /// Its version.
        version: u64,
        /// The root's.
        root: u64,
        /// Signatures that are needed.
        needed: u32,
        /// Signatures that hold.
        valid: usize,
    },
    /// An old one again, perhaps with keys that were taken back since.
    #[error("key manager {offered} is older than version {seen}, which was seen before: somebody rolls back")]
    RolledBack {
        /// The version that came.
        offered: u64,
        /// The highest version that was seen.
        seen: u64,
    },
    /// Its time is over.
    #[error("key manager {version} expired at {at}: whoever runs the server has to renew it")]
    Expired {
        /// Its version.
        version: u64,
        /// When.
        at: Timestamp,
    },
    /// The root's time is over, or newer roots are withheld.
    #[error("root {version} expired at {at}: whoever holds the root keys has to sign a new one")]
    RootExpired {
        /// The root's version.
        version: u64,
        /// When.
        at: Timestamp,
    },
}
