//! Releases.

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, ProjectId, ReleaseId};
use bonded_model::project::{Release, ReleaseOutline, Yank};
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

struct OutlineRow {
    id: Uuid,
    project_id: Uuid,
    version: String,
    created_at: Timestamp,
    yanked_at: Option<Timestamp>,
    yank_reason: Option<String>,
}

impl From<OutlineRow> for ReleaseOutline {
    fn from(row: OutlineRow) -> Self {
        Self {
            id: row.id.into(),
            project: row.project_id.into(),
            version: row.version,
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

pub async fn by_id(db: &mut Connection, id: ReleaseId) -> sqlx::Result<Option<Release>> {
    let row = select!("WHERE id = $1", id.uuid());
    Ok(row.fetch_optional(db).await?.map(Release::from))
}

/// Without the metadata, which may be long.
pub async fn outlines(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<ReleaseOutline>> {
    let rows = sqlx::query_as!(
        OutlineRow,
        r#"SELECT r.id AS "id!: Uuid", r.project_id AS "project_id!: Uuid", r.version AS "version!: String",
                  r.created_at AS "created_at!: Timestamp", r.yanked_at AS "yanked_at?: Timestamp",
                  r.yank_reason AS "yank_reason?: String"
           FROM releases r
           WHERE r.project_id = $1
             AND EXISTS (SELECT 1 FROM files f WHERE f.release_id = r.id AND f.deleted_at IS NULL)"#,
        project.uuid(),
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(ReleaseOutline::from).collect())
}

pub async fn outlines_between(
    db: &mut Connection,
    channel: ChannelId,
    first: &str,
    last: &str,
) -> sqlx::Result<Vec<ReleaseOutline>> {
    let rows = sqlx::query_as!(
        OutlineRow,
        r#"SELECT r.id AS "id!: Uuid", r.project_id AS "project_id!: Uuid", r.version AS "version!: String",
                  r.created_at AS "created_at!: Timestamp", r.yanked_at AS "yanked_at?: Timestamp",
                  r.yank_reason AS "yank_reason?: String"
           FROM projects p JOIN releases r ON r.project_id = p.id
           WHERE p.channel_id = $1 AND p.name >= $2 AND p.name <= $3
             AND EXISTS (SELECT 1 FROM files f WHERE f.release_id = r.id AND f.deleted_at IS NULL)"#,
        channel.uuid(),
        first,
        last,
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(ReleaseOutline::from).collect())
}

/// False while the release has files: it stays as it is then.
pub async fn renew(db: &mut Connection, id: ReleaseId, metadata: &str, at: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE releases SET metadata = $2, created_at = $3, yanked_at = NULL, yank_reason = NULL
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM files WHERE release_id = $1 AND deleted_at IS NULL)",
        id.uuid(),
        metadata,
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
