//! Asking an issuer for its keys (OpenID Connect Discovery 1.0), and GitHub for the id of an account.
//!
//! Administrators type URLs, and an issuer's document names another one. So that nobody can make the server ask inside of
//! its own network, only `https` and public addresses are asked, and each address is looked at when the connection is
//! made: what a name resolved to a moment ago counts for nothing. An issuer that an administrator allowed to be private
//! may stand at private addresses, and may then do without TLS.

mod address;
mod client;
mod issuer;
mod owner;

pub use address::{Place, place};
pub use client::{FetchError, Fetcher};
pub use issuer::{FetchedKeys, InvalidIssuer, check_issuer};
pub use owner::{Owner, OwnerError};

#[cfg(test)]
mod tests;
