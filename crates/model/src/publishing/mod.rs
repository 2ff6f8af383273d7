//! Trusted publishing: identities of CI jobs (OpenID Connect) that may publish, without a secret stored anywhere.

mod attestation;
mod issuer;
mod publisher;
mod source;
mod token;

pub use attestation::{Attestation, FileSource};
pub use issuer::{Algorithm, Issuer, IssuerKeys, Provider};
pub use publisher::{Publisher, PublisherPlace};
pub use source::Source;
pub use token::{Grant, Granted, PublisherToken, PublisherTokenState};
