//! Signed conda channels: who may sign what, the bytes that are signed, and whether a signature holds.
//!
//! The words are those of conda-content-trust, whose format this is (metadata specification 0.6.0):
//!
//! ```text
//! root (N.root.json)          signed by `threshold` of its own keys, which are kept offline
//!   └─ key manager (key_mgr.json)   signed by the key that the root names; renewed every few weeks
//!        └─ package manager              signs the record of every package
//! ```
//!
//! Nothing here does I/O or reads a clock: bytes and moments come in, answers go out. [`TrustedRoot`],
//! [`TrustedKeyManager`] and [`SignedBy`] exist only where a check has passed.

mod envelope;
mod fingerprint;
mod hexadecimal;
mod key;
mod key_manager;
mod record;
mod role;
mod root;
mod root_filename;

pub mod canonical;
pub mod ceremony;
#[cfg(feature = "keyfile")]
pub mod keyfile;
pub mod openpgp;
pub mod paper;

pub use canonical::CanonicalError;
pub use envelope::{Envelope, EnvelopeError, RoleSignature};
pub use fingerprint::{Fingerprint, NotAFingerprint};
pub use key::{NotAKey, NotASignature, PublicKey, Signature, SigningKey};
pub use key_manager::{KeyManagerError, KeyManagerRole, TrustedKeyManager};
pub use record::{NotARecordSignature, RecordError, RecordSignature, SignedBy, sign_record, verify_record};
pub use role::{Delegation, DelegationError, RoleError};
pub use root::{RootError, RootRole, TrustedRoot};
pub use root_filename::{NotARootFilename, RootFilename};
