//! Who looks after projects and channels: those whose own role or whose groups' says so and counts, unless
//! they are suspended.

use bonded_model::ids::{ChannelId, ProjectId, UserId};
use uuid::Uuid;

use crate::Connection;

struct OwnedRow {
    id: Uuid,
    channel: Uuid,
}

pub async fn of_project_exists(db: &mut Connection, project: ProjectId) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM project_roles r JOIN users u ON u.id = r.user_id
                           WHERE r.project_id = $1 AND r.role = 'owner' AND u.suspended_at IS NULL))
           AS "found!: bool""#,
        project.uuid(),
    );
    found.fetch_one(db).await
}

pub async fn of_channel_exists(db: &mut Connection, channel: ChannelId) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM channel_roles r JOIN users u ON u.id = r.user_id
                           WHERE r.channel_id = $1 AND r.role = 'admin' AND u.suspended_at IS NULL))
           AS "found!: bool""#,
        channel.uuid(),
    );
    found.fetch_one(db).await
}

/// What an account owns, itself or through groups, with the channels.
pub async fn projects_of_user(
    db: &mut Connection,
    user: UserId,
) -> sqlx::Result<Vec<(ProjectId, ChannelId)>> {
    let rows = sqlx::query_as!(
        OwnedRow,
        r#"SELECT DISTINCT p.id AS "id!: Uuid", p.channel_id AS "channel!: Uuid"
           FROM project_roles r JOIN projects p ON p.id = r.project_id JOIN users u ON u.id = r.user_id
           WHERE r.user_id = $1 AND r.role = 'owner' AND u.suspended_at IS NULL ORDER BY p.id"#,
        user.uuid(),
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id.into(), row.channel.into())).collect())
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<UserId>> {
    let rows = sqlx::query_scalar!(
        r#"SELECT DISTINCT r.user_id AS "id!: Uuid" FROM project_roles r JOIN users u ON u.id = r.user_id
           WHERE r.project_id = $1 AND r.role = 'owner' AND u.suspended_at IS NULL ORDER BY r.user_id"#,
        project.uuid(),
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(UserId::from).collect())
}
