//! Every test of this crate runs on both engines, but for what SQLite alone decides by the text of a query.
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
mod leaving;
mod limits;
mod migration;
mod open;
mod plans;
mod publishing;
mod python;
mod recoveries;
mod standing;
mod tokens;
mod visits;
mod world;
