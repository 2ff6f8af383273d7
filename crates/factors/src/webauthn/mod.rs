//! Security keys and passkeys (W3C Web Authentication, level 3), on top of `webauthn-rs-core`.
//!
//! The core leaves policy to its caller, and the policy is here: no attestation, a resident key and user verification
//! where the key can, exactly one origin, counters that must rise, and a user handle that must be the account's.
//!
//! A ceremony is begun and finished in two requests. In between, its state stays on the server and is used once; the
//! caller sees to that and to how long it may take. Challenges are drawn by the library from the operating system's
//! generator, not from a `Random`.

mod key;
mod refused;
mod relying_party;
mod state;

pub use key::{Key, MalformedKey};
pub use refused::Refused;
pub use relying_party::{Begun, Identified, Registered, RelyingParty, Unavailable, Used, identify};

#[cfg(test)]
mod authenticator;
#[cfg(test)]
mod tests;
