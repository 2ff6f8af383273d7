//! The client against registries that sign, and against whoever sits between.

mod archive;
mod attacks;
mod clean;
mod keys;
mod machine;
mod registry;
mod server;
mod tokens;
mod verify;
