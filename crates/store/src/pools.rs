//! The connections of a store.

use std::time::Duration;

use bonded_model::ids::ServerId;
use secrecy::ExposeSecret;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::connection::{Connection, Held};
use crate::store::OpenMode;
use crate::url::Place;
use crate::{DatabaseUrl, Engine, StoreError};

/// How long anybody waits for a connection or a lock before the request fails.
const PATIENCE: Duration = Duration::from_secs(10);
/// Prepared statements that a connection keeps; there are fewer queries than that.
const STATEMENTS: usize = 256;
/// Rows that wait for their reader at most.
const ROWS: usize = 1_024;
const SQLITE_READERS: u32 = 4;
const POSTGRES_READERS: u32 = 8;
/// The advisory lock that makes writers wait for each other, across all servers on one PostgreSQL database.
const POSTGRES_BEGIN: &str = "BEGIN; SELECT pg_advisory_xact_lock(4776480177311904595)";

/// One pool for the writer, one for readers, one for whoever watches for changes. Pools of one connection, because a
/// pool knows how to connect anew.
#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool, watcher: SqlitePool },
    Postgres { writer: PgPool, readers: PgPool, watcher: PgPool },
}

impl Pools {
    pub(crate) async fn open(url: &DatabaseUrl, mode: OpenMode) -> Result<Self, StoreError> {
        match url.place() {
            Place::Sqlite(path) => {
                if mode == OpenMode::MustExist && !path.exists() {
                    return Err(StoreError::Missing(path.clone()));
                }
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(mode == OpenMode::CreateIfMissing)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(PATIENCE)
                    .statement_cache_capacity(STATEMENTS)
                    // Rows cross from the connection's thread in batches of this size, not one by one.
                    .row_buffer_size(ROWS);
                let opened = Self::open_sqlite(options).await;
                opened.map_err(|source| StoreError::File { path: path.clone(), source: source.into() })
            }
            Place::Postgres { url, .. } => {
                let options: PgConnectOptions = url.expose_secret().parse().map_err(StoreError::from)?;
                let options = options.application_name("bonded").statement_cache_capacity(STATEMENTS);
                Ok(Self::open_postgres(options).await?)
            }
        }
    }

    async fn open_sqlite(options: SqliteConnectOptions) -> sqlx::Result<Self> {
        // The writer comes first: it makes the file and switches it to WAL.
        let pool = |size| {
            SqlitePoolOptions::new()
                .max_connections(size)
                .acquire_timeout(PATIENCE)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let writer = pool(1).connect_with(options.clone()).await?;
        let options = options.create_if_missing(false).pragma("query_only", "ON");
        let readers = pool(SQLITE_READERS).connect_with(options.clone()).await?;
        Ok(Self::Sqlite { writer, readers, watcher: pool(1).connect_lazy_with(options) })
    }

    async fn open_postgres(options: PgConnectOptions) -> sqlx::Result<Self> {
        let pool = |size| PgPoolOptions::new().max_connections(size).acquire_timeout(PATIENCE);
        let guarded = options
            .clone()
            .options([("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "60s")]);
        // A pool tries again and again and then says no more than that it gave up. One connection says what is wrong.
        PgConnection::connect_with(&options).await?.close().await?;
        let writer = pool(1).connect_with(guarded).await?;
        let readers = pool(POSTGRES_READERS).connect_lazy_with(options.clone());
        let watcher = pool(1).idle_timeout(None).max_lifetime(None).connect_lazy_with(options);
        Ok(Self::Postgres { writer, readers, watcher })
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    pub(crate) async fn reader(&self) -> sqlx::Result<Connection> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Connection::Sqlite(Held::Plain(readers.acquire().await?)),
            Self::Postgres { readers, .. } => Connection::Postgres(Held::Plain(readers.acquire().await?)),
        })
    }

    pub(crate) async fn snapshot(&self) -> sqlx::Result<Connection> {
        const POSTGRES: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        Ok(match self {
            Self::Sqlite { readers, .. } => Connection::Sqlite(Held::Snapshot(readers.begin().await?)),
            Self::Postgres { readers, .. } => {
                // A caller that goes away before the transaction has begun would leave it open, since sqlx only then counts
                // it: whoever had the connection next would read what was true once. So this ends whoever waits for it.
                let readers = readers.clone();
                let begun = tokio::spawn(async move { readers.begin_with(POSTGRES).await });
                let begun = begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))?;
                Connection::Postgres(Held::Snapshot(begun))
            }
        })
    }

    /// A connection inside a transaction that no other writer, of whatever process, is inside of at the same time.
    pub(crate) async fn begin(&self) -> Result<Connection, StoreError> {
        let (mut connection, begin) = match self {
            Self::Sqlite { writer, .. } => {
                (Connection::Sqlite(Held::Plain(writer.acquire().await?)), "BEGIN IMMEDIATE")
            }
            Self::Postgres { writer, .. } => {
                (Connection::Postgres(Held::Plain(writer.acquire().await?)), POSTGRES_BEGIN)
            }
        };
        match connection.run(begin).await {
            Ok(()) => Ok(connection),
            Err(error) => {
                // On PostgreSQL the transaction may be open although the lock was not to be had.
                connection.abandon().await;
                Err(error)
            }
        }
    }

    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { writer, .. } => {
                // One transaction around all steps: two processes that start at once take turns.
                let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                bonded_store_sqlite::MIGRATIONS.run(&mut *tx).await?;
                tx.commit().await?;
            }
            Self::Postgres { writer, .. } => bonded_store_postgres::MIGRATIONS.run(writer).await?,
        }
        Ok(())
    }

    /// The newest schema step that was applied to the database, and the newest that this program knows.
    pub(crate) async fn schema(&self) -> Result<(Option<i64>, i64), StoreError> {
        let (applied, known) = match self {
            Self::Sqlite { readers, .. } => (
                bonded_store_sqlite::schema_version(&mut *readers.acquire().await?).await?,
                &bonded_store_sqlite::MIGRATIONS,
            ),
            Self::Postgres { writer, .. } => (
                bonded_store_postgres::schema_version(&mut *writer.acquire().await?).await?,
                &bonded_store_postgres::MIGRATIONS,
            ),
        };
        let known = known.iter().map(|migration| migration.version).max().unwrap_or_default();
        Ok((applied, known))
    }

    /// Sends what a transaction changed to other processes; they hear of it when it is committed.
    pub(crate) async fn announce(
        connection: &mut Connection,
        server: ServerId,
        lines: &[String],
    ) -> sqlx::Result<()> {
        match connection {
            Connection::Sqlite(db) => {
                bonded_store_sqlite::changes::announce(db, server, &lines.join("\n")).await
            }
            Connection::Postgres(db) => bonded_store_postgres::changes::announce(db, server, lines).await,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, watcher } => {
                futures::join!(watcher.close(), readers.close());
                // The last connection to close tidies the write-ahead log away.
                writer.close().await;
            }
            Self::Postgres { writer, readers, watcher } => {
                futures::join!(watcher.close(), readers.close(), writer.close());
            }
        }
    }
}
