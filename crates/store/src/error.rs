//! What can go wrong with a database.

use std::path::PathBuf;
use std::sync::Arc;

use sqlx::migrate::MigrateError;

/// Why the database did not do what it was asked. Clones share their cause, because one failed commit is the answer
/// to everybody who was part of it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no SQLite file where one was expected.
    #[error("there is no database at {}: check the path, or create it with 'bonded migrate --create'", .0.display())]
    Missing(PathBuf),
    /// The SQLite file cannot be made or opened.
    #[error("the database {} cannot be opened: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<sqlx::Error>,
    },
    /// A newer Bonded has changed the schema.
    #[error(
        "the database was migrated by a newer Bonded (its schema is {found}, this program knows {known}): install \
         that version, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The schema of the database.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated: {0}")]
    Migration(#[source] Arc<MigrateError>),
    /// The database cannot be reached or is too busy. The same request may succeed later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Arc<sqlx::Error>),
    /// The database refused, or gave something that cannot be right.
    #[error("the database failed: {0}")]
    Failed(#[source] Arc<sqlx::Error>),
    /// A write held the database for so long that it was given up.
    #[error("a write to the database took more than {0} seconds and was given up")]
    TooSlow(u64),
    /// The store was closed.
    #[error("the database was closed: the server is stopping")]
    Closed,
}

impl StoreError {
    /// Whether the database is away or busy for now, as opposed to a fault that will stay.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::TooSlow(_) | Self::Closed)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_passing(&error) { Self::Unavailable(error.into()) } else { Self::Failed(error.into()) }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) => error.into(),
            error => Self::Migration(error.into()),
        }
    }
}

fn is_passing(error: &sqlx::Error) -> bool {
    use sqlx::Error as E;
    match error {
        E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::BeginFailed => true,
        E::Database(error) => error.code().is_some_and(|code| is_passing_code(&code)),
        _ => false,
    }
}

/// SQLite: busy, locked, full, and their extended codes. PostgreSQL: connection lost, out of resources, going down or
/// coming up, lock not available.
fn is_passing_code(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6 | 13),
        _ => ["08", "53", "57P"].iter().any(|class| code.starts_with(class)) || code == "55P03",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_databases_are_told_from_broken_statements() {
        for passing in ["5", "517", "6", "13", "08006", "53300", "57P01", "55P03"] {
            assert!(is_passing_code(passing), "{passing}");
        }
        for lasting in ["1", "19", "2067", "23505", "42P01", "25P02"] {
            assert!(!is_passing_code(lasting), "{lasting}");
        }
    }
}
