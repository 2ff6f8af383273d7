//! Projects.

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, ProjectId};
use bonded_model::project::Project;
use uuid::Uuid;

use crate::Connection;

struct Row {
    id: Uuid,
    channel_id: Uuid,
    name: String,
    display_name: String,
    serial: i64,
    created_at: Timestamp,
}

impl From<Row> for Project {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            channel: row.channel_id.into(),
            name: row.name,
            display_name: row.display_name,
            serial: row.serial,
            created_at: row.created_at,
        }
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", channel_id AS "channel_id!: Uuid", name AS "name!: String",
                      display_name AS "display_name!: String", serial AS "serial!: i64",
                      created_at AS "created_at!: Timestamp"
               FROM projects "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, project: &Project) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO projects (id, channel_id, name, display_name, serial, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        project.id.uuid(),
        project.channel.uuid(),
        project.name,
        project.display_name,
        project.serial,
        project.created_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn by_id(db: &mut Connection, id: ProjectId) -> sqlx::Result<Option<Project>> {
    let row = select!("WHERE id = $1", id.uuid());
    Ok(row.fetch_optional(db).await?.map(Project::from))
}

pub async fn by_name(db: &mut Connection, channel: ChannelId, name: &str) -> sqlx::Result<Option<Project>> {
    let row = select!("WHERE channel_id = $1 AND name = $2", channel.uuid(), name);
    Ok(row.fetch_optional(db).await?.map(Project::from))
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

pub async fn set_display_name(db: &mut Connection, id: ProjectId, name: &str) -> sqlx::Result<()> {
    let done = sqlx::query!("UPDATE projects SET display_name = $2 WHERE id = $1", id.uuid(), name);
    done.execute(db).await.map(drop)
}

pub async fn bump_serial(db: &mut Connection, id: ProjectId) -> sqlx::Result<i64> {
    let serial = sqlx::query_scalar!(
        r#"UPDATE projects SET serial = serial + 1 WHERE id = $1 RETURNING serial AS "serial!: i64""#,
        id.uuid(),
    );
    serial.fetch_one(db).await
}
