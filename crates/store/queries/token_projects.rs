//! The projects that a token publishes to.

use bonded_model::Timestamp;
use bonded_model::ids::{ProjectId, TokenId};
use uuid::Uuid;

use crate::Connection;

/// Two are enough to know that it is not one.
pub async fn published(
    db: &mut Connection,
    token: TokenId,
    since: Timestamp,
) -> sqlx::Result<Vec<ProjectId>> {
    let projects = sqlx::query_scalar!(
        r#"SELECT DISTINCT project_id AS "project_id!: Uuid" FROM files
           WHERE token_id = $1 AND uploaded_at >= $2 LIMIT 2"#,
        token.uuid(),
        since,
    );
    Ok(projects.fetch_all(db).await?.into_iter().map(ProjectId::from).collect())
}

/// The first by name that a trusted publisher could publish to in the token's place: one of its own, or one with a prefix,
/// of the channel or of a group that reaches the project.
pub async fn with_publisher(
    db: &mut Connection,
    token: TokenId,
    since: Timestamp,
) -> sqlx::Result<Option<ProjectId>> {
    let project = sqlx::query_scalar!(
        r#"SELECT p.id AS "id!: Uuid" FROM projects p
           WHERE p.deleted_at IS NULL
             AND (p.id IN (SELECT project_id FROM files WHERE token_id = $1 AND uploaded_at >= $2)
                  OR p.id IN (SELECT project_id FROM token_projects WHERE token_id = $1))
             AND EXISTS (
               SELECT 1 FROM publishers u
               WHERE u.project_id = p.id
                  OR (u.channel_id = p.channel_id AND SUBSTR(p.name, 1, LENGTH(u.prefix)) = u.prefix
                      AND (u.group_id IS NULL
                           OR EXISTS (SELECT 1 FROM channel_groups c
                                      WHERE c.channel_id = p.channel_id AND c.group_id = u.group_id
                                        AND (c.role = 'admin'
                                             OR (c.role = 'publisher'
                                                 AND EXISTS (SELECT 1 FROM project_groups g
                                                             WHERE g.project_id = p.id AND g.group_id = u.group_id)))))))
           ORDER BY p.name, p.id LIMIT 1"#,
        token.uuid(),
        since,
    );
    Ok(project.fetch_optional(db).await?.map(ProjectId::from))
}
