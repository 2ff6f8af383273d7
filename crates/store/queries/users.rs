//! Accounts. The primary address stands in another table, so whoever makes an account makes both rows.

use bonded_model::Timestamp;
use bonded_model::ids::{EmailId, UserId};
use bonded_model::people::{EmailAddress, UserInserted};
use bonded_model::user::{Email, User, UserName};
use uuid::Uuid;

use super::emails;
use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    name: String,
    display_name: Option<String>,
    address: String,
    verified_at: Option<Timestamp>,
    admin: bool,
    created_at: Timestamp,
    suspended_at: Option<Timestamp>,
}

impl TryFrom<Row> for User {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id.into(),
            name: parsed("users.name", &row.name)?,
            display_name: row.display_name,
            email: parsed("emails.address", &row.address)?,
            verified_at: row.verified_at,
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
            r#"SELECT u.id AS "id!: Uuid", u.name AS "name!: String", u.display_name AS "display_name?: String",
                      e.address AS "address!: String", e.verified_at AS "verified_at?: Timestamp",
                      u.admin AS "admin!: bool", u.created_at AS "created_at!: Timestamp",
                      u.suspended_at AS "suspended_at?: Timestamp"
               FROM users u JOIN emails e ON e.user_id = u.id AND e.is_primary "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, user: &User, email: EmailId) -> sqlx::Result<UserInserted> {
    let primary = EmailAddress {
        id: email,
        user: user.id,
        address: user.email.clone(),
        primary: true,
        verified_at: user.verified_at,
        created_at: user.created_at,
    };
    if is_name_taken(&mut *db, &user.name).await? {
        return Ok(UserInserted::NameTaken);
    }
    if primary.verified_at.is_some() && emails::is_verified(&mut *db, &primary.address).await? {
        return Ok(UserInserted::EmailTaken);
    }
    let done = sqlx::query!(
        "INSERT INTO users (id, name, name_key, display_name, admin, created_at, suspended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        user.id.uuid(),
        user.name.as_str(),
        user.name.key(),
        user.display_name,
        user.admin,
        user.created_at,
        user.suspended_at,
    );
    done.execute(&mut *db).await?;
    emails::insert(db, &primary).await?;
    Ok(UserInserted::Done)
}

async fn is_name_taken(db: &mut Connection, name: &UserName) -> sqlx::Result<bool> {
    let taken = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM users WHERE name_key = $1)
                OR EXISTS (SELECT 1 FROM retired_names WHERE name_key = $1)) AS "taken!: bool""#,
        name.key(),
    );
    taken.fetch_one(db).await
}

pub async fn retire_name(db: &mut Connection, name: &UserName, at: Timestamp) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO retired_names (name_key, retired_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        name.key(),
        at,
    );
    done.execute(db).await.map(drop)
}

pub async fn by_id(db: &mut Connection, id: UserId) -> sqlx::Result<Option<User>> {
    let row = select!("WHERE u.id = $1", id.uuid());
    row.fetch_optional(db).await?.map(User::try_from).transpose()
}

pub async fn by_name(db: &mut Connection, name: &UserName) -> sqlx::Result<Option<User>> {
    let row = select!("WHERE u.name_key = $1", name.key());
    row.fetch_optional(db).await?.map(User::try_from).transpose()
}

pub async fn by_verified_email(db: &mut Connection, address: &Email) -> sqlx::Result<Option<User>> {
    let row = select!(
        "WHERE u.id = (SELECT v.user_id FROM emails v WHERE v.address_key = $1 AND v.verified_at IS NOT NULL)",
        address.key(),
    );
    row.fetch_optional(db).await?.map(User::try_from).transpose()
}

pub async fn all(db: &mut Connection) -> sqlx::Result<Vec<User>> {
    let rows = select!("ORDER BY u.name_key");
    rows.fetch_all(db).await?.into_iter().map(User::try_from).collect()
}

/// An account that once verified an address was somebody's; so was one that was given anything.
pub async fn forgotten(db: &mut Connection, before: Timestamp) -> sqlx::Result<Vec<User>> {
    let rows = select!(
        "WHERE u.created_at < $1 AND NOT u.admin
           AND NOT EXISTS (SELECT 1 FROM emails v WHERE v.user_id = u.id AND v.verified_at IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM channel_members c WHERE c.user_id = u.id)
           AND NOT EXISTS (SELECT 1 FROM project_members p WHERE p.user_id = u.id)
           AND NOT EXISTS (SELECT 1 FROM group_members g WHERE g.user_id = u.id)
           AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.user_id = u.id)
         ORDER BY u.id",
        before,
    );
    rows.fetch_all(db).await?.into_iter().map(User::try_from).collect()
}

pub async fn set_display_name(db: &mut Connection, id: UserId, name: Option<&str>) -> sqlx::Result<()> {
    let done = sqlx::query!("UPDATE users SET display_name = $2 WHERE id = $1", id.uuid(), name);
    done.execute(db).await.map(drop)
}

pub async fn set_suspended(db: &mut Connection, id: UserId, at: Option<Timestamp>) -> sqlx::Result<()> {
    let done = sqlx::query!("UPDATE users SET suspended_at = $2 WHERE id = $1", id.uuid(), at);
    done.execute(db).await.map(drop)
}

pub async fn delete(db: &mut Connection, id: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM users WHERE id = $1", id.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}
