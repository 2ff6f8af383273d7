//! Groups and who is in them.

use bonded_model::Timestamp;
use bonded_model::group::{Group, GroupMember, GroupName, GroupRole};
use bonded_model::ids::{GroupId, UserId};
use uuid::Uuid;

use super::members;
use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    name: String,
    created_at: Timestamp,
}

impl TryFrom<Row> for Group {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self { id: row.id.into(), name: parsed("groups.name", &row.name)?, created_at: row.created_at })
    }
}

struct MemberRow {
    id: Uuid,
    name: String,
    role: String,
}

struct OwnRow {
    id: Uuid,
    name: String,
    created_at: Timestamp,
    role: String,
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", name AS "name!: String", created_at AS "created_at!: Timestamp" FROM groups "#
                + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, group: &Group) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO groups (id, name, name_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        group.id.uuid(),
        group.name.as_str(),
        group.name.key(),
        group.created_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete(db: &mut Connection, id: GroupId) -> sqlx::Result<bool> {
    // First its roles, while it is still known whose projects depended on them.
    sqlx::query!("DELETE FROM channel_groups WHERE group_id = $1", id.uuid()).execute(&mut *db).await?;
    members::end_ineffective_of_members(&mut *db, id).await?;
    let done = sqlx::query!("DELETE FROM groups WHERE id = $1", id.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn by_id(db: &mut Connection, id: GroupId) -> sqlx::Result<Option<Group>> {
    select!("WHERE id = $1", id.uuid()).fetch_optional(db).await?.map(Group::try_from).transpose()
}

pub async fn by_name(db: &mut Connection, name: &GroupName) -> sqlx::Result<Option<Group>> {
    select!("WHERE name_key = $1", name.key()).fetch_optional(db).await?.map(Group::try_from).transpose()
}

pub async fn all(db: &mut Connection) -> sqlx::Result<Vec<Group>> {
    select!("ORDER BY name_key").fetch_all(db).await?.into_iter().map(Group::try_from).collect()
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<(Group, GroupRole)>> {
    let rows = sqlx::query_as!(
        OwnRow,
        r#"SELECT g.id AS "id!: Uuid", g.name AS "name!: String", g.created_at AS "created_at!: Timestamp",
                  m.role AS "role!: String"
           FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = $1 ORDER BY g.name_key"#,
        user.uuid(),
    );
    let own = |row: OwnRow| {
        let role = parsed("group_members.role", &row.role)?;
        Ok((Row { id: row.id, name: row.name, created_at: row.created_at }.try_into()?, role))
    };
    rows.fetch_all(db).await?.into_iter().map(own).collect()
}

pub async fn members(db: &mut Connection, group: GroupId) -> sqlx::Result<Vec<GroupMember>> {
    let rows = sqlx::query_as!(
        MemberRow,
        r#"SELECT u.id AS "id!: Uuid", u.name AS "name!: String", m.role AS "role!: String"
           FROM group_members m JOIN users u ON u.id = m.user_id WHERE m.group_id = $1 ORDER BY u.name_key"#,
        group.uuid(),
    );
    let member = |row: MemberRow| {
        let (name, role) = (parsed("users.name", &row.name)?, parsed("group_members.role", &row.role)?);
        Ok(GroupMember { user: row.id.into(), name, role })
    };
    rows.fetch_all(db).await?.into_iter().map(member).collect()
}

pub async fn role_of(db: &mut Connection, group: GroupId, user: UserId) -> sqlx::Result<Option<GroupRole>> {
    let role = sqlx::query_scalar!(
        r#"SELECT role AS "role!: String" FROM group_members WHERE group_id = $1 AND user_id = $2"#,
        group.uuid(),
        user.uuid(),
    );
    role.fetch_optional(db).await?.map(|role| parsed("group_members.role", &role)).transpose()
}

pub async fn put_member(
    db: &mut Connection,
    group: GroupId,
    user: UserId,
    role: GroupRole,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO group_members (group_id, user_id, role) VALUES ($1, $2, $3)
         ON CONFLICT (group_id, user_id) DO UPDATE SET role = excluded.role",
        group.uuid(),
        user.uuid(),
        role.as_str(),
    );
    done.execute(db).await.map(drop)
}

pub async fn remove_member(db: &mut Connection, group: GroupId, user: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM group_members WHERE group_id = $1 AND user_id = $2",
        group.uuid(),
        user.uuid(),
    );
    let removed = done.execute(&mut *db).await?.rows_affected() == 1;
    members::end_ineffective_of_user(db, user).await?;
    Ok(removed)
}
