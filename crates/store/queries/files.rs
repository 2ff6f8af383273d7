//! Files of both formats. A row stays when its file is deleted, so that the name stays taken.

use bonded_model::file::File;
use bonded_model::ids::{ChannelId, FileId, ProjectId, ReleaseId, TokenId, UserId};
use bonded_model::{Digests, Timestamp};
use uuid::Uuid;

use super::rows::{bytes, length, sha256, size};
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
}

impl TryFrom<Row> for File {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
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
        })
    }
}

pub(super) fn digests(length: i64, sha: &[u8], blake2b: &[u8], md5: &[u8]) -> sqlx::Result<Digests> {
    Ok(Digests {
        size: size("files.size", length)?,
        sha256: sha256("files.sha256", sha)?,
        blake2b: bytes("files.blake2b", blake2b)?,
        md5: bytes("files.md5", md5)?,
    })
}

pub(super) async fn insert(db: &mut Connection, file: &File) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO files (id, channel_id, project_id, release_id, name, size, sha256, blake2b, md5, uploaded_at,
                            uploaded_by, token_id, deleted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (channel_id, name) DO NOTHING",
        file.id.uuid(),
        file.channel.uuid(),
        file.project.uuid(),
        file.release.uuid(),
        file.name,
        length(file.digests.size)?,
        &file.digests.sha256.as_bytes()[..],
        &file.digests.blake2b[..],
        &file.digests.md5[..],
        file.uploaded_at,
        file.uploaded_by.map(UserId::uuid),
        file.token.map(TokenId::uuid),
        file.deleted_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", channel_id AS "channel_id!: Uuid", project_id AS "project_id!: Uuid",
                      release_id AS "release_id!: Uuid", name AS "name!: String", size AS "size!: i64",
                      sha256 AS "sha256!: Vec<u8>", blake2b AS "blake2b!: Vec<u8>", md5 AS "md5!: Vec<u8>",
                      uploaded_at AS "uploaded_at!: Timestamp", uploaded_by AS "uploaded_by?: Uuid",
                      token_id AS "token_id?: Uuid", deleted_at AS "deleted_at?: Timestamp"
               FROM files "# + $end,
            $($argument),*
        )
    };
}

pub async fn by_name(db: &mut Connection, channel: ChannelId, name: &str) -> sqlx::Result<Option<File>> {
    let row = select!("WHERE channel_id = $1 AND name = $2", channel.uuid(), name);
    row.fetch_optional(db).await?.map(File::try_from).transpose()
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<File>> {
    let rows = select!("WHERE project_id = $1 AND deleted_at IS NULL ORDER BY name", project.uuid());
    rows.fetch_all(db).await?.into_iter().map(File::try_from).collect()
}

pub async fn of_release(db: &mut Connection, release: ReleaseId) -> sqlx::Result<Vec<File>> {
    let rows = select!("WHERE release_id = $1 AND deleted_at IS NULL ORDER BY name", release.uuid());
    rows.fetch_all(db).await?.into_iter().map(File::try_from).collect()
}

pub async fn delete(db: &mut Connection, id: FileId, at: Timestamp) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("UPDATE files SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL", id.uuid(), at);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
