//! Recovery codes, in sets that were made at one moment.

use bonded_model::Timestamp;
use bonded_model::ids::{RecoveryCodeId, UserId};
use bonded_model::people::RecoveryCode;
use uuid::Uuid;

use crate::Connection;

struct Row {
    id: Uuid,
    user_id: Uuid,
    hash: String,
    created_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
}

impl From<Row> for RecoveryCode {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            user: row.user_id.into(),
            hash: row.hash,
            created_at: row.created_at,
            confirmed_at: row.confirmed_at,
            used_at: row.used_at,
        }
    }
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<RecoveryCode>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!: Uuid", user_id AS "user_id!: Uuid", hash AS "hash!: String",
                  created_at AS "created_at!: Timestamp", confirmed_at AS "confirmed_at?: Timestamp",
                  used_at AS "used_at?: Timestamp"
           FROM recovery_codes WHERE user_id = $1 ORDER BY created_at, id"#,
        user.uuid(),
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(RecoveryCode::from).collect())
}

pub async fn insert(db: &mut Connection, codes: &[RecoveryCode]) -> sqlx::Result<()> {
    for code in codes {
        let done = sqlx::query!(
            "INSERT INTO recovery_codes (id, user_id, hash, created_at, confirmed_at, used_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            code.id.uuid(),
            code.user.uuid(),
            code.hash,
            code.created_at,
            code.confirmed_at,
            code.used_at,
        );
        done.execute(&mut *db).await?;
    }
    Ok(())
}

/// The other sets go only when this one is there: somebody may confirm in one window what another one has replaced.
pub async fn confirm(
    db: &mut Connection,
    user: UserId,
    made_at: Timestamp,
    at: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE recovery_codes SET confirmed_at = $3
         WHERE user_id = $1 AND created_at = $2 AND confirmed_at IS NULL",
        user.uuid(),
        made_at,
        at,
    );
    if done.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let others = sqlx::query!(
        "DELETE FROM recovery_codes WHERE user_id = $1 AND created_at <> $2",
        user.uuid(),
        made_at
    );
    others.execute(db).await?;
    Ok(true)
}

pub async fn record_use(db: &mut Connection, id: RecoveryCodeId, at: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE recovery_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND confirmed_at IS NOT NULL",
        id.uuid(),
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_all(db: &mut Connection, user: UserId) -> sqlx::Result<()> {
    let done = sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user.uuid());
    done.execute(db).await.map(drop)
}

pub async fn delete_unconfirmed(db: &mut Connection, user: UserId) -> sqlx::Result<()> {
    let done =
        sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1 AND confirmed_at IS NULL", user.uuid());
    done.execute(db).await.map(drop)
}
