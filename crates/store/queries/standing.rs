//! What decides about a person, and what depends on them.

use std::collections::HashMap;

use bonded_model::ids::UserId;
use bonded_model::people::{Factors, SoleOwnership, Standing};
use bonded_model::project::Roles;
use bonded_model::user::User;
use uuid::Uuid;

use super::rows::parsed;
use super::{members, users};
use crate::Connection;

struct Row {
    verified: bool,
    totp: bool,
    key: bool,
}

struct ProjectRow {
    channel: String,
    name: String,
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Standing> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT (EXISTS (SELECT 1 FROM emails WHERE user_id = $1 AND is_primary AND verified_at IS NOT NULL))
                  AS "verified!: bool",
                  (EXISTS (SELECT 1 FROM totp WHERE user_id = $1)) AS "totp!: bool",
                  (EXISTS (SELECT 1 FROM webauthn_keys WHERE user_id = $1)) AS "key!: bool""#,
        user.uuid(),
    );
    let row = row.fetch_one(db).await?;
    Ok(Standing { verified: row.verified, factors: Factors { totp: row.totp, key: row.key } })
}

struct PersonRow {
    id: Uuid,
    totp: bool,
    key: bool,
}

/// The factors of all accounts are two queries, however many accounts there are.
pub async fn people(db: &mut Connection) -> sqlx::Result<Vec<(User, Standing)>> {
    let rows = sqlx::query_as!(
        PersonRow,
        r#"SELECT u.id AS "id!: Uuid", (EXISTS (SELECT 1 FROM totp t WHERE t.user_id = u.id)) AS "totp!: bool",
                  (EXISTS (SELECT 1 FROM webauthn_keys k WHERE k.user_id = u.id)) AS "key!: bool"
           FROM users u"#
    );
    let factors = |row: PersonRow| (UserId::from(row.id), Factors { totp: row.totp, key: row.key });
    let factors: HashMap<_, _> = rows.fetch_all(&mut *db).await?.into_iter().map(factors).collect();
    let standing = |user: &User| Standing {
        verified: user.verified_at.is_some(),
        factors: factors.get(&user.id).copied().unwrap_or_default(),
    };
    Ok(users::all(db).await?.into_iter().map(|user| (user.clone(), standing(&user))).collect())
}

pub async fn person(db: &mut Connection, id: UserId) -> sqlx::Result<Option<(User, Standing, Roles)>> {
    let Some(user) = users::by_id(&mut *db, id).await? else { return Ok(None) };
    let standing = of_user(&mut *db, id).await?;
    let roles = members::roles_of(db, id).await?;
    Ok(Some((user, standing, roles)))
}

/// An administrator who can neither type a password nor use a key cannot sign in at all.
pub async fn can_anybody_administrate(db: &mut Connection) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM users u WHERE u.admin AND u.suspended_at IS NULL
                             AND (EXISTS (SELECT 1 FROM passwords p WHERE p.user_id = u.id)
                               OR EXISTS (SELECT 1 FROM webauthn_keys k WHERE k.user_id = u.id))))
           AS "found!: bool""#
    );
    found.fetch_one(db).await
}

/// Suspended accounts do not count: they could do nothing for what is left to them.
pub async fn sole_ownerships(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<SoleOwnership>> {
    let mut found = Vec::new();
    if is_only_administrator(&mut *db, user).await? {
        found.push(SoleOwnership::Instance);
    }
    let channels = sqlx::query_scalar!(
        r#"SELECT c.name AS "name!: String"
           FROM channels c
           WHERE EXISTS (SELECT 1 FROM channel_roles m
                         WHERE m.channel_id = c.id AND m.user_id = $1 AND m.role = 'admin')
             AND NOT EXISTS (SELECT 1 FROM channel_roles other JOIN users u ON u.id = other.user_id
                             WHERE other.channel_id = c.id AND other.role = 'admin'
                               AND other.user_id <> $1 AND u.suspended_at IS NULL)
           ORDER BY c.name"#,
        user.uuid(),
    );
    for name in channels.fetch_all(&mut *db).await? {
        found.push(SoleOwnership::Channel(parsed("channels.name", &name)?));
    }
    let projects = sqlx::query_as!(
        ProjectRow,
        r#"SELECT c.name AS "channel!: String", p.display_name AS "name!: String"
           FROM projects p JOIN channels c ON c.id = p.channel_id
           WHERE p.id IN (SELECT m.project_id FROM project_roles m WHERE m.user_id = $1 AND m.role = 'owner')
             AND NOT EXISTS (SELECT 1 FROM project_roles other JOIN users u ON u.id = other.user_id
                             WHERE other.project_id = p.id AND other.role = 'owner'
                               AND other.user_id <> $1 AND u.suspended_at IS NULL)
           ORDER BY c.name, p.name"#,
        user.uuid(),
    );
    for row in projects.fetch_all(db).await? {
        found
            .push(SoleOwnership::Project { channel: parsed("channels.name", &row.channel)?, name: row.name });
    }
    Ok(found)
}

async fn is_only_administrator(db: &mut Connection, user: UserId) -> sqlx::Result<bool> {
    let only = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM users WHERE id = $1 AND admin)
               AND NOT EXISTS (SELECT 1 FROM users WHERE id <> $1 AND admin AND suspended_at IS NULL))
           AS "only!: bool""#,
        user.uuid(),
    );
    only.fetch_one(db).await
}
