//! Roles of groups in channels and projects.

use bonded_model::group::{ChannelGroup, ProjectGroup};
use bonded_model::ids::{ChannelId, GroupId, ProjectId};
use bonded_model::user::{ChannelRole, ProjectRole};
use uuid::Uuid;

use super::members;
use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    name: String,
    role: String,
}

struct HeldRow {
    id: Uuid,
    role: String,
}

pub async fn put_in_channel(
    db: &mut Connection,
    channel: ChannelId,
    group: GroupId,
    role: ChannelRole,
) -> sqlx::Result<()> {
    if role != ChannelRole::Admin {
        end_grants_of_others(&mut *db, channel, group, role).await?;
    }
    let done = sqlx::query!(
        "INSERT INTO channel_groups (channel_id, group_id, role) VALUES ($1, $2, $3)
         ON CONFLICT (channel_id, group_id) DO UPDATE SET role = excluded.role",
        channel.uuid(),
        group.uuid(),
        role.as_str(),
    );
    done.execute(&mut *db).await?;
    members::end_ineffective_of_members(db, group).await
}

/// Ends what tokens of the group's publishers may do in a channel where the group had another role: they reach as far as it
/// does.
async fn end_grants_of_others(
    db: &mut Connection,
    channel: ChannelId,
    group: GroupId,
    role: ChannelRole,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM publisher_grants
         WHERE channel_id = $1 AND publisher_id IN (SELECT id FROM publishers WHERE group_id = $2)
           AND EXISTS (SELECT 1 FROM channel_groups WHERE channel_id = $1 AND group_id = $2 AND role <> $3)",
        channel.uuid(),
        group.uuid(),
        role.as_str(),
    );
    done.execute(db).await.map(drop)
}

pub async fn put_in_project(
    db: &mut Connection,
    project: ProjectId,
    group: GroupId,
    role: ProjectRole,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO project_groups (project_id, group_id, role) VALUES ($1, $2, $3)
         ON CONFLICT (project_id, group_id) DO UPDATE SET role = excluded.role",
        project.uuid(),
        group.uuid(),
        role.as_str(),
    );
    done.execute(db).await.map(drop)
}

pub async fn remove_from_channel(
    db: &mut Connection,
    channel: ChannelId,
    group: GroupId,
) -> sqlx::Result<bool> {
    let projects = sqlx::query!(
        "DELETE FROM project_groups
         WHERE group_id = $2 AND project_id IN (SELECT id FROM projects WHERE channel_id = $1)",
        channel.uuid(),
        group.uuid(),
    );
    projects.execute(&mut *db).await?;
    let grants = sqlx::query!(
        "DELETE FROM publisher_grants
         WHERE channel_id = $1 AND publisher_id IN (SELECT id FROM publishers WHERE group_id = $2)",
        channel.uuid(),
        group.uuid(),
    );
    grants.execute(&mut *db).await?;
    let done = sqlx::query!(
        "DELETE FROM channel_groups WHERE channel_id = $1 AND group_id = $2",
        channel.uuid(),
        group.uuid(),
    );
    let removed = done.execute(&mut *db).await?.rows_affected() == 1;
    members::end_ineffective_of_members(db, group).await?;
    Ok(removed)
}

pub async fn remove_from_project(
    db: &mut Connection,
    project: ProjectId,
    group: GroupId,
) -> sqlx::Result<bool> {
    let grants = sqlx::query!(
        "DELETE FROM publisher_grants
         WHERE project_id = $1 AND publisher_id IN (SELECT id FROM publishers WHERE group_id = $2)",
        project.uuid(),
        group.uuid(),
    );
    grants.execute(&mut *db).await?;
    let done = sqlx::query!(
        "DELETE FROM project_groups WHERE project_id = $1 AND group_id = $2",
        project.uuid(),
        group.uuid(),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn of_channel(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<ChannelGroup>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT g.id AS "id!: Uuid", g.name AS "name!: String", held.role AS "role!: String"
           FROM channel_groups held JOIN groups g ON g.id = held.group_id WHERE held.channel_id = $1
           ORDER BY g.name_key"#,
        channel.uuid(),
    );
    let held = |row: Row| {
        let (name, role) = (parsed("groups.name", &row.name)?, parsed("channel_groups.role", &row.role)?);
        Ok(ChannelGroup { group: row.id.into(), name, role })
    };
    rows.fetch_all(db).await?.into_iter().map(held).collect()
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<ProjectGroup>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT g.id AS "id!: Uuid", g.name AS "name!: String", held.role AS "role!: String"
           FROM project_groups held JOIN groups g ON g.id = held.group_id WHERE held.project_id = $1
           ORDER BY g.name_key"#,
        project.uuid(),
    );
    let held = |row: Row| {
        let (name, role) = (parsed("groups.name", &row.name)?, parsed("project_groups.role", &row.role)?);
        Ok(ProjectGroup { group: row.id.into(), name, role })
    };
    rows.fetch_all(db).await?.into_iter().map(held).collect()
}

pub async fn channels_of(db: &mut Connection, group: GroupId) -> sqlx::Result<Vec<(ChannelId, ChannelRole)>> {
    let rows = sqlx::query_as!(
        HeldRow,
        r#"SELECT channel_id AS "id!: Uuid", role AS "role!: String" FROM channel_groups WHERE group_id = $1
           ORDER BY channel_id"#,
        group.uuid(),
    );
    let held = |row: HeldRow| Ok((row.id.into(), parsed("channel_groups.role", &row.role)?));
    rows.fetch_all(db).await?.into_iter().map(held).collect()
}

pub async fn projects_of(db: &mut Connection, group: GroupId) -> sqlx::Result<Vec<(ProjectId, ProjectRole)>> {
    let rows = sqlx::query_as!(
        HeldRow,
        r#"SELECT project_id AS "id!: Uuid", role AS "role!: String" FROM project_groups WHERE group_id = $1
           ORDER BY project_id"#,
        group.uuid(),
    );
    let held = |row: HeldRow| Ok((row.id.into(), parsed("project_groups.role", &row.role)?));
    rows.fetch_all(db).await?.into_iter().map(held).collect()
}
