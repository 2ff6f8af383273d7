//! Where files come from: the run that published them, and what it signed about them.

mod attest;
mod integrity;
mod keep;
mod sigs;

pub(crate) use attest::Attested;
pub use integrity::IntegrityType;
use keep::append;
pub(crate) use keep::{keep, sidecar_digest};
pub(crate) use sigs::check_signing;
