//! Recoveries of accounts whose owners are locked out.

use bonded_model::Timestamp;
use bonded_model::ids::{RecoveryId, UserId};
use bonded_model::people::AccountRecovery;
use uuid::Uuid;

use crate::Connection;

struct Row {
    id: Uuid,
    user_id: Uuid,
    requested_by: Option<Uuid>,
    requested_at: Timestamp,
    due_at: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

impl From<Row> for AccountRecovery {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            user: row.user_id.into(),
            requested_by: row.requested_by.map(Into::into),
            requested_at: row.requested_at,
            due_at: row.due_at,
            cancelled_at: row.cancelled_at,
            completed_at: row.completed_at,
        }
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", user_id AS "user_id!: Uuid", requested_by AS "requested_by?: Uuid",
                      requested_at AS "requested_at!: Timestamp", due_at AS "due_at?: Timestamp",
                      cancelled_at AS "cancelled_at?: Timestamp", completed_at AS "completed_at?: Timestamp"
               FROM recoveries "# + $end,
            $($argument),*
        )
    };
}

pub async fn by_id(db: &mut Connection, id: RecoveryId) -> sqlx::Result<Option<AccountRecovery>> {
    let row = select!("WHERE id = $1", id.uuid());
    Ok(row.fetch_optional(db).await?.map(AccountRecovery::from))
}

pub async fn open_of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Option<AccountRecovery>> {
    let row = select!("WHERE user_id = $1 AND cancelled_at IS NULL AND completed_at IS NULL", user.uuid());
    Ok(row.fetch_optional(db).await?.map(AccountRecovery::from))
}

pub async fn insert(db: &mut Connection, recovery: &AccountRecovery) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO recoveries (id, user_id, requested_by, requested_at, due_at, cancelled_at, completed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        recovery.id.uuid(),
        recovery.user.uuid(),
        recovery.requested_by.map(UserId::uuid),
        recovery.requested_at,
        recovery.due_at,
        recovery.cancelled_at,
        recovery.completed_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn cancel(db: &mut Connection, id: RecoveryId, at: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE recoveries SET cancelled_at = $2 WHERE id = $1 AND cancelled_at IS NULL AND completed_at IS NULL",
        id.uuid(),
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn complete(db: &mut Connection, id: RecoveryId, at: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE recoveries SET completed_at = $2 WHERE id = $1 AND cancelled_at IS NULL AND completed_at IS NULL",
        id.uuid(),
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
