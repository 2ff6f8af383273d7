//! Signed conda channels, on both engines: what clients can verify, and what must not become visible.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod adopt;
mod changed;
mod keys;
mod pages;
mod publish;
mod publishers;
mod switches;
mod world;
