//! Releases.

use bonded_model::Timestamp;
use bonded_model::ids::{ProjectId, ReleaseId};
use bonded_model::project::{Release, Yank};
use uuid::Uuid;

use crate::Connection;

struct Row {
    id: Uuid,
    project_id: Uuid,
    version: String,
    metadata: String,
    created_at: Timestamp,
    yanked_at: Option<Timestamp>,
    yank_reason: Option<String>,
}

impl From<Row> for Release {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            project: row.project_id.into(),
            version: row.version,
            metadata: row.metadata,
            created_at: row.created_at,
            yanked: yank(row.yanked_at, row.yank_reason),
        }
    }
}

/// A yank in two columns that are set or empty together.
pub(super) fn yank(at: Option<Timestamp>, reason: Option<String>) -> Option<Yank> {
    at.map(|at| Yank { at, reason: reason.unwrap_or_default() })
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", project_id AS "project_id!: Uuid", version AS "version!: String",
                      metadata AS "metadata!: String", created_at AS "created_at!: Timestamp",
                      yanked_at AS "yanked_at?: Timestamp", yank_reason AS "yank_reason?: String"
               FROM releases "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, release: &Release) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO releases (id, project_id, version, metadata, created_at, yanked_at, yank_reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        release.id.uuid(),
        release.project.uuid(),
        release.version,
        release.metadata,
        release.created_at,
        release.yanked.as_ref().map(|yank| yank.at),
        release.yanked.as_ref().map(|yank| yank.reason.as_str()),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn by_version(
    db: &mut Connection,
    project: ProjectId,
    version: &str,
) -> sqlx::Result<Option<Release>> {
    let row = select!("WHERE project_id = $1 AND version = $2", project.uuid(), version);
    Ok(row.fetch_optional(db).await?.map(Release::from))
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<Release>> {
    let rows = select!("WHERE project_id = $1 ORDER BY version", project.uuid());
    Ok(rows.fetch_all(db).await?.into_iter().map(Release::from).collect())
}

pub async fn set_yank(db: &mut Connection, id: ReleaseId, yank: Option<&Yank>) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE releases SET yanked_at = $2, yank_reason = $3 WHERE id = $1",
        id.uuid(),
        yank.map(|yank| yank.at),
        yank.map(|yank| yank.reason.as_str()),
    );
    done.execute(db).await.map(drop)
}
