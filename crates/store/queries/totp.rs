//! Authenticator apps.

use bonded_model::Timestamp;
use bonded_model::ids::UserId;
use bonded_model::people::Totp;
use uuid::Uuid;

use crate::Connection;

struct Row {
    user_id: Uuid,
    secret: Vec<u8>,
    last_step: i64,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl From<Row> for Totp {
    fn from(row: Row) -> Self {
        Self {
            user: row.user_id.into(),
            secret: row.secret,
            last_step: row.last_step,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Option<Totp>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT user_id AS "user_id!: Uuid", secret AS "secret!: Vec<u8>", last_step AS "last_step!: i64",
                  created_at AS "created_at!: Timestamp", last_used_at AS "last_used_at?: Timestamp"
           FROM totp WHERE user_id = $1"#,
        user.uuid(),
    );
    Ok(row.fetch_optional(db).await?.map(Totp::from))
}

pub async fn put(db: &mut Connection, totp: &Totp) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO totp (user_id, secret, last_step, created_at, last_used_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step,
            created_at = excluded.created_at, last_used_at = excluded.last_used_at",
        totp.user.uuid(),
        totp.secret,
        totp.last_step,
        totp.created_at,
        totp.last_used_at,
    );
    done.execute(db).await.map(drop)
}

pub async fn accept_step(db: &mut Connection, user: UserId, step: i64, at: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE totp SET last_step = $2, last_used_at = $3 WHERE user_id = $1 AND last_step < $2",
        user.uuid(),
        step,
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete(db: &mut Connection, user: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM totp WHERE user_id = $1", user.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}
