//! Trusted publishing: identity tokens of CI jobs (OpenID Connect), whose they are and which publisher they fit.
//!
//! ```text
//! Unverified::parse → Keys of the issuer → verify → identity → PublisherConfig::check
//! ```
//!
//! Each provider is a module of the same shape: *configuration → lookup → claims checked → identity*. Nothing here knows
//! places, accounts or a database, and nothing does I/O but [`fetch`], which asks an issuer for its keys.

mod claims;
mod config;
mod difference;
mod identity;
mod json;
mod keys;
mod providers;
mod unverified;
mod verify;
mod warning;

pub mod explain;
pub mod fetch;
pub mod form;
pub mod known;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use claims::Claims;
pub use config::PublisherConfig;
pub use difference::Difference;
pub use form::{Field, FieldErrors, Kind};
pub use identity::{Identity, IdentityError, NeverPublishes, identity};
pub use keys::{InvalidKeys, Keys};
pub use providers::{activestate, buildkite, circleci, forgejo, github, gitlab, google, other};
pub use unverified::{Malformed, Unverified};
pub use verify::{LEEWAY, MAX_LIFE, Verified, VerifyError, verify};
pub use warning::Warning;
