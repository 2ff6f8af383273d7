//! Settings of the instance.

use crate::Connection;

pub async fn get(db: &mut Connection, key: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(r#"SELECT value AS "value!: String" FROM settings WHERE key = $1"#, key)
        .fetch_optional(db)
        .await
}

pub async fn put(db: &mut Connection, key: &str, value: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key,
        value,
    )
    .execute(db)
    .await?;
    Ok(())
}
