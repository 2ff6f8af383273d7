//! A conda client for which a package that cannot be trusted is not installed.
//!
//! It solves with the libraries that rattler and pixi are made of, and then believes none of what they were told: for
//! each package that is to be installed it takes the record out of the raw bytes of the channel's index, verifies the
//! signatures, compares the record with the one that was solved with, and checks the archive's size and digest,
//! before anything is linked.
//!
//! Knows no terminal: what must be asked or shown goes through the caller, except for progress bars.

pub mod archives;
pub mod channel;
pub mod condarc;
mod credentials;
pub mod environment;
mod files;
pub mod index;
pub mod install;
pub mod names;
pub mod plan;
pub mod shown;
mod staged;
pub mod tokens;
pub mod trust;
pub mod verify;
pub mod web;

pub use environment::Environment;
