//! Attestations: what a run of continuous integration signed about a file, and whether that holds.
//!
//! Two forms arrive, and both are the same underneath, a Sigstore bundle: a signed statement, the certificate of a key
//! that lived for minutes, and the entry of a public log that says when the key was used. [`Verifier::python`] reads the
//! form of PEP 740, [`Verifier::conda`] that of CEP 27.
//!
//! The chain, the log and the signatures are verified by the library `sigstore-verify`, over ring. What a registry has
//! to ask beyond that stands here: inclusion proof *and* signed entry timestamp, one subject, which is this very file,
//! a predicate that is known, and the certificate of the run that uploads. Nothing here uses the network. The library
//! reads the machine's clock for one thing: a signature from the future is refused.

mod certificate;
mod conda;
mod filename;
mod json;
mod log;
mod provider;
mod python;
mod refused;
mod signer;
mod statement;
mod verifier;

#[cfg(any(test, feature = "test-signer"))]
pub mod test_signer;
#[cfg(test)]
mod tests;

pub use certificate::Certificate;
pub use refused::Refused;
pub use signer::Signer;
pub use statement::{Predicate, Subject};
pub use verifier::{TrustRootError, Verified, Verifier};

/// The longest attestation, in bytes. Real ones have about ten thousand.
pub const MAX_LENGTH: usize = 256 * 1024;

/// How many attestations a Python file may have: one of each predicate.
pub const MAX_PYTHON: usize = 2;
