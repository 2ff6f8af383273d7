//! Reads wheels, sdists and conda archives: pure, bounded, fuzzed.
//!
//! [`python::inspect`] and [`conda::inspect`] take an open file, the name under which it was uploaded and [`Limits`].
//! They either say what the archive is, or refuse it with a [`Rejection`] whose text is meant for the person who
//! uploaded it. Nothing is ever written to disk, nothing is held in memory but the few metadata files, and every
//! loop ends at a limit, so that a hostile archive costs no more than an honest one of the same size.
//!
//! Everything here blocks: call it on the blocking pool.

mod capped;
mod limits;
mod path;
mod rejection;
mod source;
mod tarball;
mod zip;

pub mod conda;
pub mod python;

pub use limits::{CondaLimits, Expansion, Limits, SdistLimits, WheelLimits};
pub use rejection::Rejection;
