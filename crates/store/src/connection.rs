//! A connection to either engine, and the macro that sends a query to the right one.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Database, Postgres, Sqlite, Transaction};

use crate::StoreError;

/// Longer than any statement waits for a lock.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) enum Connection {
    Sqlite(Held<Sqlite>),
    Postgres(Held<Postgres>),
}

/// A connection that goes back to its pool when it is dropped.
pub(crate) enum Held<DB: Database> {
    Plain(PoolConnection<DB>),
    /// Inside a transaction that only reads, so that all queries see one state.
    Snapshot(Transaction<'static, DB>),
}

impl<DB: Database> Deref for Held<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Plain(connection) => connection,
            Self::Snapshot(transaction) => transaction,
        }
    }
}

impl<DB: Database> DerefMut for Held<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Plain(connection) => connection,
            Self::Snapshot(transaction) => transaction,
        }
    }
}

impl Connection {
    /// Runs a statement without parameters, such as `COMMIT`.
    pub(crate) async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        let run = async {
            match self {
                Self::Sqlite(db) => sqlx::raw_sql(statement).execute(&mut **db).await.map(drop),
                Self::Postgres(db) => sqlx::raw_sql(statement).execute(&mut **db).await.map(drop),
            }
        };
        within_patience(run).await
    }

    /// Ends the connection at once, whatever state it is in: the engine undoes what was not committed.
    pub(crate) async fn abandon(self) {
        let closed = async {
            match self {
                Self::Sqlite(Held::Plain(db)) => db.detach().close_hard().await,
                Self::Postgres(Held::Plain(db)) => db.detach().close_hard().await,
                Self::Sqlite(Held::Snapshot(_)) | Self::Postgres(Held::Snapshot(_)) => Ok(()),
            }
        };
        if let Err(error) = within_patience(closed).await {
            tracing::debug!(%error, "closing a broken database connection");
        }
    }
}

/// A server may vanish without a word; then nobody may wait for it for ever.
async fn within_patience(done: impl Future<Output = sqlx::Result<()>>) -> Result<(), StoreError> {
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(StoreError::TooSlow(PATIENCE.as_secs())),
    }
}

/// Methods that run a query of `queries/` on whichever engine there is, each described by its own comment.
macro_rules! run_queries {
    ($(
        $(#[$doc:meta])*
        $vis:vis fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty = $module:ident::$query:ident;
    )*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// When the database cannot be reached or fails.
        $vis async fn $name(&mut self $(, $argument: $type)*) -> Result<$output, $crate::StoreError> {
            let done = match self.connection() {
                $crate::connection::Connection::Sqlite(db) => {
                    bonded_store_sqlite::queries::$module::$query(db $(, $argument)*).await
                }
                $crate::connection::Connection::Postgres(db) => {
                    bonded_store_postgres::queries::$module::$query(db $(, $argument)*).await
                }
            };
            done.map_err(|error| self.note(error))
        }
    )*};
}

pub(crate) use run_queries;
