//! The queries of bonded-store, checked and compiled against PostgreSQL.

/// The connection that the queries run on.
pub type Connection = sqlx::PgConnection;

/// The schema, step by step.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

pub mod changes;
#[path = "../../store/queries/mod.rs"]
pub mod queries;

/// The newest step of the schema that was applied; `None` before the first.
///
/// # Errors
/// When the database cannot be reached or fails.
pub async fn schema_version(db: &mut Connection) -> sqlx::Result<Option<i64>> {
    let exists = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    if !sqlx::query_scalar::<_, bool>(exists).fetch_one(&mut *db).await? {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(db).await
}
