//! What ends by itself.

use bonded_model::Timestamp;

use crate::Connection;

pub async fn delete(db: &mut Connection, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE expires_at <= $1", now).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM sign_ins WHERE expires_at <= $1", now).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM devices WHERE expires_at <= $1", now).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM links WHERE expires_at <= $1", now).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM role_invitations WHERE expires_at <= $1", now).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM ceremonies WHERE expires_at <= $1", now).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM limits WHERE ends_at <= $1", now).execute(db).await?;
    Ok(())
}
