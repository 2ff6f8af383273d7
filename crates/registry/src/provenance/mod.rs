//! Where files come from: the run that published them, what it signed about them, and what that says about a release and
//! the addresses that it names.

mod attest;
mod behind;
mod compare;
mod facts;
mod integrity;
mod keep;
mod sigs;
mod urls;
mod warn;

pub(crate) use attest::Attested;
pub(crate) use behind::check_signing;
pub use compare::{Alarm, Origins, Provenance};
pub(crate) use compare::{Built, compare_all};
pub(crate) use facts::Known;
pub use facts::{FileProvenance, ProjectProvenance, ReleaseProvenance};
pub use integrity::IntegrityType;
pub(crate) use keep::keep;
pub(crate) use urls::verified;
pub(crate) use warn::Arrived;
