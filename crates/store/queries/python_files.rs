//! Python distributions.

use bonded_model::Timestamp;
use bonded_model::file::{File, PythonFile, PythonListing};
use bonded_model::ids::{ChannelId, ProjectId};
use uuid::Uuid;

use super::files::digests;
use super::releases::yank;
use super::rows::{length, parsed, stored};
use crate::Connection;

struct Row {
    id: Uuid,
    channel_id: Uuid,
    project_id: Uuid,
    release_id: Uuid,
    name: String,
    size: i64,
    sha256: Vec<u8>,
    blake2b: Vec<u8>,
    md5: Vec<u8>,
    uploaded_at: Timestamp,
    uploaded_by: Option<Uuid>,
    token_id: Option<Uuid>,
    deleted_at: Option<Timestamp>,
    kind: String,
    python_tag: String,
    requires_python: Option<String>,
    metadata_sha256: Option<Vec<u8>>,
    metadata_size: Option<i64>,
    version: String,
    yanked_at: Option<Timestamp>,
    yank_reason: Option<String>,
}

impl TryFrom<Row> for PythonListing {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let metadata =
            stored("python_files.metadata_sha256", row.metadata_sha256.as_deref(), row.metadata_size)?;
        Ok(Self {
            file: File {
                id: row.id.into(),
                channel: row.channel_id.into(),
                project: row.project_id.into(),
                release: row.release_id.into(),
                name: row.name,
                digests: digests(row.size, &row.sha256, &row.blake2b, &row.md5)?,
                uploaded_at: row.uploaded_at,
                uploaded_by: row.uploaded_by.map(Into::into),
                token: row.token_id.map(Into::into),
                deleted_at: row.deleted_at,
            },
            python: PythonFile {
                kind: parsed("python_files.kind", &row.kind)?,
                python_tag: row.python_tag,
                requires_python: row.requires_python,
                metadata,
            },
            version: row.version,
            yanked: yank(row.yanked_at, row.yank_reason),
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT f.id AS "id!: Uuid", f.channel_id AS "channel_id!: Uuid", f.project_id AS "project_id!: Uuid",
                      f.release_id AS "release_id!: Uuid", f.name AS "name!: String", f.size AS "size!: i64",
                      f.sha256 AS "sha256!: Vec<u8>", f.blake2b AS "blake2b!: Vec<u8>", f.md5 AS "md5!: Vec<u8>",
                      f.uploaded_at AS "uploaded_at!: Timestamp", f.uploaded_by AS "uploaded_by?: Uuid",
                      f.token_id AS "token_id?: Uuid", f.deleted_at AS "deleted_at?: Timestamp",
                      p.kind AS "kind!: String", p.python_tag AS "python_tag!: String",
                      p.requires_python AS "requires_python?: String",
                      p.metadata_sha256 AS "metadata_sha256?: Vec<u8>", p.metadata_size AS "metadata_size?: i64",
                      r.version AS "version!: String", r.yanked_at AS "yanked_at?: Timestamp",
                      r.yank_reason AS "yank_reason?: String"
               FROM files f JOIN python_files p ON p.file_id = f.id JOIN releases r ON r.id = f.release_id "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, file: &File, python: &PythonFile) -> sqlx::Result<bool> {
    if !super::files::insert(&mut *db, file).await? {
        return Ok(false);
    }
    let done = sqlx::query!(
        "INSERT INTO python_files (file_id, kind, python_tag, requires_python, metadata_sha256, metadata_size)
         VALUES ($1, $2, $3, $4, $5, $6)",
        file.id.uuid(),
        python.kind.as_str(),
        python.python_tag,
        python.requires_python.as_deref(),
        python.metadata.as_ref().map(|metadata| &metadata.sha256.as_bytes()[..]),
        python.metadata.map(|metadata| length(metadata.size)).transpose()?,
    );
    done.execute(db).await?;
    Ok(true)
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<PythonListing>> {
    let rows = select!("WHERE f.project_id = $1 AND f.deleted_at IS NULL ORDER BY f.name", project.uuid());
    rows.fetch_all(db).await?.into_iter().map(PythonListing::try_from).collect()
}

pub async fn by_name(
    db: &mut Connection,
    channel: ChannelId,
    name: &str,
) -> sqlx::Result<Option<PythonListing>> {
    let row = select!("WHERE f.channel_id = $1 AND f.name = $2", channel.uuid(), name);
    row.fetch_optional(db).await?.map(PythonListing::try_from).transpose()
}
