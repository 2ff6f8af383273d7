//! Hearing of what other processes changed.

mod postgres;
mod sqlite;

use std::time::Duration;

use bonded_model::ids::ServerId;

use crate::change::Listeners;
use crate::pools::Pools;

/// How soon other processes that are not overloaded have heard of a change: twice what the slower engine takes.
pub(crate) const HEARING: Duration = Duration::from_millis(40);

/// Tells the listeners of every change that another process commits, within a second, for ever.
pub(crate) async fn run(pools: Pools, server: ServerId, listeners: Listeners) {
    match pools {
        Pools::Sqlite { watcher, .. } => sqlite::run(&watcher, server, &listeners).await,
        Pools::Postgres { watcher, .. } => postgres::run(&watcher, server, &listeners).await,
    }
}
