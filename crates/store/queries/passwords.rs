//! Hashes of passwords.

use bonded_model::Timestamp;
use bonded_model::ids::UserId;

use crate::Connection;

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(r#"SELECT hash AS "hash!: String" FROM passwords WHERE user_id = $1"#, user.uuid())
        .fetch_optional(db)
        .await
}

pub async fn put(db: &mut Connection, user: UserId, hash: &str, at: Timestamp) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO passwords (user_id, hash, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at",
        user.uuid(),
        hash,
        at,
    );
    done.execute(db).await.map(drop)
}

/// The password stays the same, so neither the moment of its change moves, nor does a password come back that was
/// changed while this hash was made.
pub async fn rehash(db: &mut Connection, user: UserId, before: &str, after: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE passwords SET hash = $3 WHERE user_id = $1 AND hash = $2",
        user.uuid(),
        before,
        after,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete(db: &mut Connection, user: UserId) -> sqlx::Result<()> {
    let done = sqlx::query!("DELETE FROM passwords WHERE user_id = $1", user.uuid());
    done.execute(db).await.map(drop)
}
