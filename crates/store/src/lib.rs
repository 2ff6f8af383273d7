//! The database: one concrete [`Store`] and [`Tx`] over SQLite and PostgreSQL.
//!
//! The queries stand in `queries/`, one text for both engines. Two thin crates compile them, each checked against its
//! own engine; this crate dispatches between the two, commits in groups ([`Store::write`]), keeps the audit chain
//! ([`Tx::audit`]) and tells every process what changed ([`Store::on_change`]).
//!
//! On both engines there is one writer at a time: SQLite has it by nature, on PostgreSQL an advisory lock does it.
//! So a write never meets another half-done write, and needs no retry, no row lock and no thought about anomalies.

mod change;
mod connection;
mod error;
mod pools;
mod queries;
mod reader;
mod store;
mod tx;
mod url;
mod watch;
mod writer;

pub use change::{Change, Listener};
pub use error::StoreError;
pub use queries::Queries;
pub use reader::Reader;
pub use store::{OpenMode, Store};
pub use tx::Tx;
pub use url::{DatabaseUrl, Engine, InvalidDatabaseUrl};
