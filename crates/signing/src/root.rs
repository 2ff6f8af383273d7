//! Roots: who may sign roots, and who is the key manager.

use bonded_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::envelope::{Envelope, EnvelopeError, Form};
use crate::role::{SPEC_VERSION, Signed};
use crate::{CanonicalError, Delegation, Fingerprint, PublicKey, RoleError};

const TYPE: &str = "root";

/// What a root says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootRole {
    /// From 1; each successor is one higher.
    pub version: u64,
    /// When it was made.
    pub timestamp: Timestamp,
    /// From when on it is worth nothing.
    pub expiration: Timestamp,
    /// Who signs roots.
    pub root: Delegation,
    /// Who signs key managers.
    pub key_mgr: Delegation,
}

#[derive(Serialize, Deserialize)]
struct Delegations {
    root: Delegation,
    key_mgr: Delegation,
}

impl RootRole {
    /// Reads what an envelope says. Nothing is verified: this is for looking, and for signing.
    ///
    /// # Errors
    /// When the envelope holds something else.
    pub fn read(envelope: &Envelope) -> Result<Self, RoleError> {
        let Signed { version, timestamp, expiration, delegations, .. } =
            Signed::<Delegations>::read(envelope.signed(), TYPE)?;
        let Delegations { root, key_mgr } = delegations;
        Ok(Self { version, timestamp, expiration, root, key_mgr })
    }

    /// The root without signatures; moments lose what is finer than a second. Sign it with [`Envelope::sign_root`].
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
            delegations: Delegations { root: self.root.clone(), key_mgr: self.key_mgr.clone() },
        })
    }

    /// The keys of `delegation` that have signed this document as roots are signed.
    pub(crate) fn signers(
        envelope: &Envelope,
        delegation: &Delegation,
    ) -> std::collections::BTreeSet<PublicKey> {
        envelope.signers(delegation, Form::OpenPgp)
    }
}

/// A root that is trusted: it was pinned, or every step from the pinned one to it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedRoot {
    role: RootRole,
    envelope: Envelope,
}

impl TrustedRoot {
    /// Begins to trust a root, of any version, because its bytes or its fingerprint came by a way that is trusted.
    ///
    /// # Errors
    /// When it is not the root of the fingerprint, or not signed by its own keys.
    pub fn pin(bytes: &[u8], fingerprint: Option<&Fingerprint>) -> Result<Self, RootError> {
        let root = Self::read(bytes)?;
        match fingerprint {
            Some(expected) if *expected != root.fingerprint() => {
                return Err(RootError::Fingerprint { expected: *expected, found: root.fingerprint() });
            }
            _ => {}
        }
        let delegation = &root.role.root;
        let valid = RootRole::signers(&root.envelope, delegation);
        if !delegation.is_met_by(&valid) {
            return Err(RootError::NotSignedByItself {
                version: root.version(),
                needed: delegation.threshold(),
                valid: valid.len(),
            });
        }
        Ok(root)
    }

    /// Goes on to the next root. Its own expiry does not matter on the way: what counts is that of the last one, which
    /// [`crate::TrustedKeyManager::verify`] looks at.
    ///
    /// # Errors
    /// Unless its version is this one's and one, and enough keys of this root and enough of its own have signed it.
    pub fn update(&self, bytes: &[u8]) -> Result<Self, RootError> {
        let next = Self::read(bytes)?;
        let (old, new) = (self.version(), next.version());
        if old.checked_add(1) != Some(new) {
            return Err(RootError::Version { trusted: old, offered: new });
        }
        let by_old = RootRole::signers(&next.envelope, &self.role.root);
        if !self.role.root.is_met_by(&by_old) {
            let needed = self.role.root.threshold();
            return Err(RootError::NotSignedByOld { new, old, needed, valid: by_old.len() });
        }
        let by_new = RootRole::signers(&next.envelope, &next.role.root);
        if !next.role.root.is_met_by(&by_new) {
            let needed = next.role.root.threshold();
            return Err(RootError::NotSignedByItself { version: new, needed, valid: by_new.len() });
        }
        Ok(next)
    }

    fn read(bytes: &[u8]) -> Result<Self, RootError> {
        let envelope = Envelope::parse(bytes)?;
        Ok(Self { role: RootRole::read(&envelope)?, envelope })
    }

    /// What it says.
    pub const fn role(&self) -> &RootRole {
        &self.role
    }

    /// Its version, from 1.
    pub const fn version(&self) -> u64 {
        self.role.version
    }

    /// The document with its signatures.
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        self.envelope.fingerprint()
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.role.expiration
    }
}

/// Why a root is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// Not a signed document.
    #[error("not a root: {0}")]
    Envelope(#[from] EnvelopeError),
    /// A signed document of another kind.
    #[error("not a root: {0}")]
    Role(#[from] RoleError),
    /// Another root than was agreed on.
    #[error("the root has the fingerprint {found}, and {expected} is expected: do not trust it")]
    Fingerprint {
        /// The one that was given.
        expected: Fingerprint,
        /// The one of the file.
        found: Fingerprint,
    },
    /// Not the next version: rolled back, replayed, or with a gap.
    #[error(
        "root {offered} does not follow root {trusted}, which is trusted: each root is followed by the next version"
    )]
    Version {
        /// The version that is trusted.
        trusted: u64,
        /// The version that came.
        offered: u64,
    },
    /// Too few of the keys that are trusted so far.
    #[error("root {new} is not signed by {needed} of the keys of root {old}: {valid} valid")]
    NotSignedByOld {
        /// The version that came.
        new: u64,
        /// The version that is trusted.
        old: u64,
        /// Signatures that are needed.
        needed: u32,
        /// Signatures that hold.
        valid: usize,
    },
    /// Too few of its own keys.
    #[error("root {version} is not signed by {needed} of its own keys: {valid} valid")]
    NotSignedByItself {
        /// Its version.
        version: u64,
        /// Signatures that are needed.
        needed: u32,
        /// Signatures that hold.
        valid: usize,
    },
}
