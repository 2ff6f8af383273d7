//! Projects.

use bonded_model::ids::{ChannelId, GroupId, ProjectId};
use bonded_model::project::{Project, ProjectListing};
use bonded_model::{Lifecycle, Switches, Timestamp};
use uuid::Uuid;

use super::rows::{parsed, switches};
use crate::Connection;

struct Row {
    id: Uuid,
    channel_id: Uuid,
    name: String,
    display_name: String,
    serial: i64,
    created_at: Timestamp,
    status: String,
    status_reason: String,
    status_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    trusted_publishers_only: bool,
    tokens_need_expiry: bool,
    longest_token_life: Option<i64>,
}

impl TryFrom<Row> for Project {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id.into(),
            channel: row.channel_id.into(),
            name: row.name,
            display_name: row.display_name,
            serial: row.serial,
            created_at: row.created_at,
            lifecycle: Lifecycle {
                status: parsed("projects.status", &row.status)?,
                reason: row.status_reason,
                at: row.status_at,
            },
            deleted_at: row.deleted_at,
            switches: switches(row.trusted_publishers_only, row.tokens_need_expiry, row.longest_token_life)?,
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", channel_id AS "channel_id!: Uuid", name AS "name!: String",
                      display_name AS "display_name!: String", serial AS "serial!: i64",
                      created_at AS "created_at!: Timestamp", status AS "status!: String",
                      status_reason AS "status_reason!: String", status_at AS "status_at?: Timestamp",
                      deleted_at AS "deleted_at?: Timestamp",
                      trusted_publishers_only AS "trusted_publishers_only!: bool",
                      tokens_need_expiry AS "tokens_need_expiry!: bool",
                      longest_token_life AS "longest_token_life?: i64"
               FROM projects "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, project: &Project) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO projects (id, channel_id, name, display_name, serial, created_at, trusted_publishers_only,
                               tokens_need_expiry, longest_token_life)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        project.id.uuid(),
        project.channel.uuid(),
        project.name,
        project.display_name,
        project.serial,
        project.created_at,
        project.switches.trusted_publishers_only,
        project.switches.tokens_need_expiry,
        project.switches.longest_token_life.map(i64::from),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn by_id(db: &mut Connection, id: ProjectId) -> sqlx::Result<Option<Project>> {
    let row = select!("WHERE id = $1", id.uuid());
    row.fetch_optional(db).await?.map(Project::try_from).transpose()
}

pub async fn by_name(db: &mut Connection, channel: ChannelId, name: &str) -> sqlx::Result<Option<Project>> {
    let row = select!("WHERE channel_id = $1 AND name = $2", channel.uuid(), name);
    row.fetch_optional(db).await?.map(Project::try_from).transpose()
}

pub async fn live_names(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        r#"SELECT name AS "name!: String" FROM projects p
           WHERE p.channel_id = $1
             AND EXISTS (SELECT 1 FROM files f WHERE f.project_id = p.id AND f.deleted_at IS NULL)
           ORDER BY p.name"#,
        channel.uuid(),
    );
    names.fetch_all(db).await
}

pub async fn bump_serial(db: &mut Connection, id: ProjectId) -> sqlx::Result<i64> {
    let serial = sqlx::query_scalar!(
        r#"UPDATE projects SET serial = serial + 1 WHERE id = $1 RETURNING serial AS "serial!: i64""#,
        id.uuid(),
    );
    serial.fetch_one(db).await
}

/// In the order of names, behind the name `after`. The upper end of a prefix is behind everything that begins with it.
pub async fn page(
    db: &mut Connection,
    channel: ChannelId,
    listing: &ProjectListing<'_>,
    limit: i64,
) -> sqlx::Result<Vec<Project>> {
    let behind = format!("{}\u{10ffff}", listing.prefix);
    let rows = select!(
        "WHERE channel_id = $1 AND name > $2 AND name >= $3 AND name <= $4 AND deleted_at IS NULL
           AND ($5 OR EXISTS (SELECT 1 FROM files f WHERE f.project_id = projects.id AND f.deleted_at IS NULL))
         ORDER BY name LIMIT $6",
        channel.uuid(),
        listing.after,
        listing.prefix,
        behind,
        listing.empty_too,
        limit,
    );
    rows.fetch_all(db).await?.into_iter().map(Project::try_from).collect()
}

/// In the order of names.
pub async fn page_of_group(
    db: &mut Connection,
    channel: ChannelId,
    group: GroupId,
    prefix: &str,
    limit: i64,
) -> sqlx::Result<Vec<Project>> {
    let behind = format!("{prefix}\u{10ffff}");
    let rows = select!(
        "WHERE channel_id = $1 AND name >= $2 AND name <= $3 AND deleted_at IS NULL
           AND EXISTS (SELECT 1 FROM project_groups g WHERE g.project_id = projects.id AND g.group_id = $4)
         ORDER BY name LIMIT $5",
        channel.uuid(),
        prefix,
        behind,
        group.uuid(),
        limit,
    );
    rows.fetch_all(db).await?.into_iter().map(Project::try_from).collect()
}

pub async fn search(
    db: &mut Connection,
    channel: ChannelId,
    part: &str,
    limit: i64,
) -> sqlx::Result<Vec<Project>> {
    let pattern = format!("%{}%", part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let rows = select!(
        r"WHERE channel_id = $1 AND name LIKE $2 ESCAPE '\' AND deleted_at IS NULL
            AND EXISTS (SELECT 1 FROM files f WHERE f.project_id = projects.id AND f.deleted_at IS NULL)
          ORDER BY name LIMIT $3",
        channel.uuid(),
        pattern,
        limit,
    );
    rows.fetch_all(db).await?.into_iter().map(Project::try_from).collect()
}

pub async fn set_lifecycle(db: &mut Connection, id: ProjectId, lifecycle: &Lifecycle) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE projects SET status = $2, status_reason = $3, status_at = $4 WHERE id = $1",
        id.uuid(),
        lifecycle.status.as_str(),
        lifecycle.reason,
        lifecycle.at,
    );
    done.execute(db).await.map(drop)
}

pub async fn set_deleted(db: &mut Connection, id: ProjectId, at: Option<Timestamp>) -> sqlx::Result<()> {
    let done = sqlx::query!("UPDATE projects SET deleted_at = $2 WHERE id = $1", id.uuid(), at);
    done.execute(db).await.map(drop)
}

pub async fn set_switches(db: &mut Connection, id: ProjectId, switches: Switches) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE projects SET trusted_publishers_only = $2, tokens_need_expiry = $3, longest_token_life = $4
         WHERE id = $1",
        id.uuid(),
        switches.trusted_publishers_only,
        switches.tokens_need_expiry,
        switches.longest_token_life.map(i64::from),
    );
    done.execute(db).await.map(drop)
}
