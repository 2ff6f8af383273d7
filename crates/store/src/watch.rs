//! Hearing of what other processes changed.

mod postgres;
mod sqlite;

use bonded_model::ids::ServerId;

use crate::change::Listeners;
use crate::pools::Pools;

/// Tells the listeners of every change that another process commits, within a second, for ever.
pub(crate) async fn run(pools: Pools, server: ServerId, listeners: Listeners) {
    match pools {
        Pools::Sqlite { watcher, .. } => sqlite::run(&watcher, server, &listeners).await,
        Pools::Postgres { watcher, .. } => postgres::run(&watcher, server, &listeners).await,
    }
}
