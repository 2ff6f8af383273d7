//! Every test of this crate runs on both engines.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod audit;
mod blobs;
mod changes;
mod conda;
mod group;
mod jobs;
mod open;
mod python;
mod tokens;
mod world;
