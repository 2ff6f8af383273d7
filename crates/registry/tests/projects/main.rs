//! Projects after they were published to, on both engines: what is done to them, who may, and who sees what.

mod credentials;
mod delete;
mod lifecycle;
mod pages;
mod provenance;
mod world;
mod yank;
