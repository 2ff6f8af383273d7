//! The queries of bonded-store, checked and compiled against SQLite.

/// The connection that the queries run on.
pub type Connection = sqlx::SqliteConnection;

/// The schema, step by step.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

pub mod changes;
#[path = "../../store/queries/mod.rs"]
pub mod queries;

/// The newest step of the schema that was applied; `None` before the first.
///
/// # Errors
/// When the database cannot be read.
pub async fn schema_version(db: &mut Connection) -> sqlx::Result<Option<i64>> {
    let exists = "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
    if sqlx::query_scalar::<_, i64>(exists).fetch_one(&mut *db).await? == 0 {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(db).await
}
