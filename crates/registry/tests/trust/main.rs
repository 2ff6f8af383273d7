//! Signed conda channels, on both engines: what clients can verify, and what must not become visible.

mod adopt;
mod keys;
mod pages;
mod publish;
mod publishers;
mod world;
