//! The client against registries that sign, and against whoever sits between.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail as tests do")]

mod archive;
mod attacks;
mod clean;
mod forged;
mod freshness;
mod keys;
mod linking;
mod machine;
mod registry;
mod removal;
mod roots;
mod secrets;
mod server;
mod tokens;
mod verify;
