//! Every test of this crate runs on both engines.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod audit;
mod blobs;
mod changes;
mod conda;
mod emails;
mod factors;
mod group;
mod jobs;
mod limits;
mod migration;
mod open;
mod publishing;
mod python;
mod recoveries;
mod standing;
mod tokens;
mod visits;
mod world;
