//! Roles of accounts in channels and projects.

use std::collections::HashMap;
use std::hash::Hash;
use std::str::FromStr;

use bonded_model::ids::{ChannelId, GroupId, ProjectId, UserId};
use bonded_model::project::{ChannelMember, ProjectMember, Roles};
use bonded_model::user::{ChannelRole, ProjectRole};
use uuid::Uuid;

use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    name: String,
    role: String,
}

struct RoleRow {
    id: Uuid,
    role: String,
}

pub async fn put_in_channel(
    db: &mut Connection,
    channel: ChannelId,
    user: UserId,
    role: ChannelRole,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO channel_members (channel_id, user_id, role) VALUES ($1, $2, $3)
         ON CONFLICT (channel_id, user_id) DO UPDATE SET role = excluded.role",
        channel.uuid(),
        user.uuid(),
        role.as_str(),
    );
    done.execute(&mut *db).await?;
    end_ineffective_of_user(db, user).await
}

/// Ends the roles of an account's own in projects of channels where it may not publish any more, so that they do not
/// come back with any later role there.
pub(super) async fn end_ineffective_of_user(db: &mut Connection, user: UserId) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM project_members
         WHERE user_id = $1
           AND NOT EXISTS (SELECT 1 FROM projects p JOIN channel_publishers c ON c.channel_id = p.channel_id
                           WHERE p.id = project_members.project_id AND c.user_id = project_members.user_id)",
        user.uuid(),
    );
    done.execute(db).await.map(drop)
}

/// The same for all members of a group.
pub(super) async fn end_ineffective_of_members(db: &mut Connection, group: GroupId) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM project_members
         WHERE user_id IN (SELECT m.user_id FROM group_members m WHERE m.group_id = $1)
           AND NOT EXISTS (SELECT 1 FROM projects p JOIN channel_publishers c ON c.channel_id = p.channel_id
                           WHERE p.id = project_members.project_id AND c.user_id = project_members.user_id)",
        group.uuid(),
    );
    done.execute(db).await.map(drop)
}

pub async fn put_in_project(
    db: &mut Connection,
    project: ProjectId,
    user: UserId,
    role: ProjectRole,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO project_members (project_id, user_id, role) VALUES ($1, $2, $3)
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role",
        project.uuid(),
        user.uuid(),
        role.as_str(),
    );
    done.execute(db).await.map(drop)
}

pub async fn remove_from_channel(
    db: &mut Connection,
    channel: ChannelId,
    user: UserId,
) -> sqlx::Result<bool> {
    let projects = sqlx::query!(
        "DELETE FROM project_members
         WHERE user_id = $2 AND project_id IN (SELECT id FROM projects WHERE channel_id = $1)",
        channel.uuid(),
        user.uuid(),
    );
    projects.execute(&mut *db).await?;
    let done = sqlx::query!(
        "DELETE FROM channel_members WHERE channel_id = $1 AND user_id = $2",
        channel.uuid(),
        user.uuid(),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn remove_from_project(
    db: &mut Connection,
    project: ProjectId,
    user: UserId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM project_members WHERE project_id = $1 AND user_id = $2",
        project.uuid(),
        user.uuid(),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn of_channel(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<ChannelMember>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT u.id AS "id!: Uuid", u.name AS "name!: String", m.role AS "role!: String"
           FROM channel_members m JOIN users u ON u.id = m.user_id WHERE m.channel_id = $1 ORDER BY u.name_key"#,
        channel.uuid(),
    );
    let member = |row: Row| {
        let (name, role) = (parsed("users.name", &row.name)?, parsed("channel_members.role", &row.role)?);
        Ok(ChannelMember { user: row.id.into(), name, role })
    };
    rows.fetch_all(db).await?.into_iter().map(member).collect()
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<ProjectMember>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT u.id AS "id!: Uuid", u.name AS "name!: String", m.role AS "role!: String"
           FROM project_members m JOIN users u ON u.id = m.user_id WHERE m.project_id = $1 ORDER BY u.name_key"#,
        project.uuid(),
    );
    let member = |row: Row| {
        let (name, role) = (parsed("users.name", &row.name)?, parsed("project_members.role", &row.role)?);
        Ok(ProjectMember { user: row.id.into(), name, role })
    };
    rows.fetch_all(db).await?.into_iter().map(member).collect()
}

/// Both what the account was given and what its groups were: the greatest role counts. One in a project counts only
/// where the account may publish in the channel.
pub async fn roles_of(db: &mut Connection, user: UserId) -> sqlx::Result<Roles> {
    let channels = sqlx::query_as!(
        RoleRow,
        r#"SELECT channel_id AS "id!: Uuid", role AS "role!: String" FROM channel_roles WHERE user_id = $1"#,
        user.uuid(),
    );
    let channels = channels.fetch_all(&mut *db).await?.into_iter();
    let projects = sqlx::query_as!(
        RoleRow,
        r#"SELECT project_id AS "id!: Uuid", role AS "role!: String" FROM project_roles WHERE user_id = $1"#,
        user.uuid(),
    );
    let projects = projects.fetch_all(db).await?.into_iter();
    Ok(Roles {
        channels: greatest("channel_roles.role", channels)?,
        projects: greatest("project_roles.role", projects)?,
    })
}

/// The greatest role in each place.
fn greatest<I, R>(column: &str, rows: impl Iterator<Item = RoleRow>) -> sqlx::Result<HashMap<I, R>>
where
    I: From<Uuid> + Eq + Hash,
    R: FromStr<Err: std::error::Error + Send + Sync + 'static> + Ord + Copy,
{
    let mut roles = HashMap::new();
    for row in rows {
        let role: R = parsed(column, &row.role)?;
        roles.entry(row.id.into()).and_modify(|greatest| *greatest = role.max(*greatest)).or_insert(role);
    }
    Ok(roles)
}

/// What an account was given itself, without its groups.
pub async fn own_channel_role(
    db: &mut Connection,
    channel: ChannelId,
    user: UserId,
) -> sqlx::Result<Option<ChannelRole>> {
    let role = sqlx::query_scalar!(
        r#"SELECT role AS "role!: String" FROM channel_members WHERE channel_id = $1 AND user_id = $2"#,
        channel.uuid(),
        user.uuid(),
    );
    role.fetch_optional(db).await?.map(|role| parsed("channel_members.role", &role)).transpose()
}

/// What an account was given itself, without its groups.
pub async fn own_project_role(
    db: &mut Connection,
    project: ProjectId,
    user: UserId,
) -> sqlx::Result<Option<ProjectRole>> {
    let role = sqlx::query_scalar!(
        r#"SELECT role AS "role!: String" FROM project_members WHERE project_id = $1 AND user_id = $2"#,
        project.uuid(),
        user.uuid(),
    );
    role.fetch_optional(db).await?.map(|role| parsed("project_members.role", &role)).transpose()
}

/// Also the groups' roles.
pub async fn remove_all_from_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM project_members WHERE project_id = $1", project.uuid())
        .execute(&mut *db)
        .await?;
    sqlx::query!("DELETE FROM project_groups WHERE project_id = $1", project.uuid()).execute(db).await?;
    Ok(())
}
