//! The addresses of accounts.

use bonded_model::Timestamp;
use bonded_model::ids::{EmailId, UserId};
use bonded_model::people::EmailAddress;
use bonded_model::user::Email;
use uuid::Uuid;

use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    user_id: Uuid,
    address: String,
    is_primary: bool,
    verified_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl TryFrom<Row> for EmailAddress {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id.into(),
            user: row.user_id.into(),
            address: parsed("emails.address", &row.address)?,
            primary: row.is_primary,
            verified_at: row.verified_at,
            created_at: row.created_at,
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", user_id AS "user_id!: Uuid", address AS "address!: String",
                      is_primary AS "is_primary!: bool", verified_at AS "verified_at?: Timestamp",
                      created_at AS "created_at!: Timestamp"
               FROM emails "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, email: &EmailAddress) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO emails (id, user_id, address, address_key, is_primary, verified_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        email.id.uuid(),
        email.user.uuid(),
        email.address.as_str(),
        email.address.key(),
        email.primary,
        email.verified_at,
        email.created_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn by_id(db: &mut Connection, id: EmailId) -> sqlx::Result<Option<EmailAddress>> {
    let row = select!("WHERE id = $1", id.uuid());
    row.fetch_optional(db).await?.map(EmailAddress::try_from).transpose()
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<EmailAddress>> {
    let rows = select!("WHERE user_id = $1 ORDER BY is_primary DESC, id", user.uuid());
    rows.fetch_all(db).await?.into_iter().map(EmailAddress::try_from).collect()
}

/// Whether any account has verified the address.
pub(super) async fn is_verified(db: &mut Connection, address: &Email) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM emails WHERE address_key = $1 AND verified_at IS NOT NULL))
           AS "found!: bool""#,
        address.key(),
    );
    found.fetch_one(db).await
}

/// Verifying twice does no harm: people click twice, and mail scanners click before them.
pub async fn verify(db: &mut Connection, id: EmailId, at: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE emails SET verified_at = COALESCE(verified_at, $2)
         WHERE id = $1
           AND NOT EXISTS (SELECT 1 FROM emails other WHERE other.address_key = emails.address_key
                             AND other.id <> emails.id AND other.verified_at IS NOT NULL)",
        id.uuid(),
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// In two steps, because both engines look at the one primary address after each row. The first does nothing unless the
/// second will: an account without a primary address could not be read.
pub async fn make_primary(db: &mut Connection, user: UserId, id: EmailId) -> sqlx::Result<bool> {
    let before = sqlx::query!(
        "UPDATE emails SET is_primary = FALSE
         WHERE user_id = $1 AND is_primary
           AND EXISTS (SELECT 1 FROM emails other WHERE other.id = $2 AND other.user_id = $1)",
        user.uuid(),
        id.uuid(),
    );
    before.execute(&mut *db).await?;
    let done = sqlx::query!(
        "UPDATE emails SET is_primary = TRUE WHERE user_id = $1 AND id = $2",
        user.uuid(),
        id.uuid()
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete(db: &mut Connection, id: EmailId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM emails WHERE id = $1 AND NOT is_primary", id.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}
