//! Accounts.

use bonded_model::Timestamp;
use bonded_model::ids::UserId;
use bonded_model::user::{User, UserName};
use uuid::Uuid;

use super::rows::parsed;
use crate::Connection;

pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) admin: bool,
    pub(super) created_at: Timestamp,
    pub(super) suspended_at: Option<Timestamp>,
}

impl TryFrom<Row> for User {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id.into(),
            name: parsed("users.name", &row.name)?,
            email: parsed("users.email", &row.email)?,
            admin: row.admin,
            created_at: row.created_at,
            suspended_at: row.suspended_at,
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", name AS "name!: String", email AS "email!: String", admin AS "admin!: bool",
                      created_at AS "created_at!: Timestamp", suspended_at AS "suspended_at?: Timestamp"
               FROM users "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, user: &User) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO users (id, name, name_key, email, admin, created_at, suspended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        user.id.uuid(),
        user.name.as_str(),
        user.name.key(),
        user.email.as_str(),
        user.admin,
        user.created_at,
        user.suspended_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn by_id(db: &mut Connection, id: UserId) -> sqlx::Result<Option<User>> {
    let row = select!("WHERE id = $1", id.uuid());
    row.fetch_optional(db).await?.map(User::try_from).transpose()
}

pub async fn by_name(db: &mut Connection, name: &UserName) -> sqlx::Result<Option<User>> {
    let row = select!("WHERE name_key = $1", name.key());
    row.fetch_optional(db).await?.map(User::try_from).transpose()
}

pub async fn all(db: &mut Connection) -> sqlx::Result<Vec<User>> {
    let rows = select!("ORDER BY name_key");
    rows.fetch_all(db).await?.into_iter().map(User::try_from).collect()
}
