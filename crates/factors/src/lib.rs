//! What a person proves with: passwords, authenticator apps, security keys and recovery codes, and the sealing of what the
//! database must not know in the clear.
//!
//! Nothing here knows accounts, sessions or limits, and nothing does I/O but [`range`], which asks a service only where
//! the operator named one. Hashing takes tens of milliseconds of CPU: call it on the blocking pool, never inside of a
//! write.

mod argon2id;
mod common;
mod qr;

pub mod password;
pub mod range;
pub mod recovery;
pub mod sealing;
pub mod strength;
pub mod totp;
pub mod webauthn;
