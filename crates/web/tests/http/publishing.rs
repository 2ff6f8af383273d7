//! Trusted publishing: what upload clients get for the identities of CI jobs, and what attackers try.

mod believed;
mod conda;
mod ending;
mod exchange;
mod instead;
mod keys;
mod matching;
mod pending;
mod prefixes;
mod providers;
pub(crate) mod world;
