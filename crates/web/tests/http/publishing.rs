//! Trusted publishing: what upload clients get for the identities of CI jobs, and what attackers try.

mod adding;
mod believed;
mod beside;
mod conda;
mod ending;
mod exchange;
mod instead;
mod keys;
mod matching;
mod pending;
mod prefixes;
mod providers;
mod reusable;
mod self_hosted;
pub(crate) mod world;
