//! Subdirs of conda channels and the pointers to what is published of them.

use bonded_model::Timestamp;
use bonded_model::conda_index::{NewSubdir, PublishedRepodata, PublishedShards, RepodataSet, SubdirRow};
use bonded_model::file::Stored;
use bonded_model::ids::{ChannelId, ProjectId, SubdirId};
use bonded_model::trust::{KeyBytes, Signing};
use uuid::Uuid;

use super::rows::{key, length, parsed, stored};
use crate::Connection;

struct Row {
    id: Uuid,
    channel_id: Uuid,
    name: String,
    serial: i64,
    shown: String,
    package_key: Option<Vec<u8>>,
    created_at: Timestamp,
    shards_serial: Option<i64>,
    shards_at: Option<Timestamp>,
    shard_index_sha256: Option<Vec<u8>>,
    shard_index_size: Option<i64>,
    repodata_serial: Option<i64>,
    repodata_at: Option<Timestamp>,
    repodata_json_sha256: Option<Vec<u8>>,
    repodata_json_size: Option<i64>,
    repodata_zst_sha256: Option<Vec<u8>>,
    repodata_zst_size: Option<i64>,
    run_exports_json_sha256: Option<Vec<u8>>,
    run_exports_json_size: Option<i64>,
    run_exports_zst_sha256: Option<Vec<u8>>,
    run_exports_zst_size: Option<i64>,
}

impl Row {
    fn shards(&self) -> sqlx::Result<Option<PublishedShards>> {
        let index = stored("subdirs.shard_index", self.shard_index_sha256.as_deref(), self.shard_index_size)?;
        let (Some(serial), Some(at), Some(index)) = (self.shards_serial, self.shards_at, index) else {
            return Ok(None);
        };
        Ok(Some(PublishedShards { serial, index, at }))
    }

    fn repodata(&self) -> sqlx::Result<Option<PublishedRepodata>> {
        let blobs = (
            stored("subdirs.repodata_json", self.repodata_json_sha256.as_deref(), self.repodata_json_size)?,
            stored("subdirs.repodata_zst", self.repodata_zst_sha256.as_deref(), self.repodata_zst_size)?,
            stored(
                "subdirs.run_exports_json",
                self.run_exports_json_sha256.as_deref(),
                self.run_exports_json_size,
            )?,
            stored(
                "subdirs.run_exports_zst",
                self.run_exports_zst_sha256.as_deref(),
                self.run_exports_zst_size,
            )?,
        );
        let (Some(serial), Some(at)) = (self.repodata_serial, self.repodata_at) else { return Ok(None) };
        let (Some(json), Some(zst), Some(run_exports_json), Some(run_exports_zst)) = blobs else {
            return Ok(None);
        };
        let set = RepodataSet { json, zst, run_exports_json, run_exports_zst };
        Ok(Some(PublishedRepodata { serial, set, at }))
    }
}

impl TryFrom<Row> for SubdirRow {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            shards: row.shards()?,
            repodata: row.repodata()?,
            id: row.id.into(),
            channel: row.channel_id.into(),
            name: row.name,
            serial: row.serial,
            shown: parsed("subdirs.shown", &row.shown)?,
            package_key: row.package_key.map(|bytes| key("subdirs.package_key", &bytes)).transpose()?,
            created_at: row.created_at,
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", channel_id AS "channel_id!: Uuid", name AS "name!: String",
                      serial AS "serial!: i64", shown AS "shown!: String",
                      package_key AS "package_key?: Vec<u8>", created_at AS "created_at!: Timestamp",
                      shards_serial AS "shards_serial?: i64", shards_at AS "shards_at?: Timestamp",
                      shard_index_sha256 AS "shard_index_sha256?: Vec<u8>",
                      shard_index_size AS "shard_index_size?: i64",
                      repodata_serial AS "repodata_serial?: i64", repodata_at AS "repodata_at?: Timestamp",
                      repodata_json_sha256 AS "repodata_json_sha256?: Vec<u8>",
                      repodata_json_size AS "repodata_json_size?: i64",
                      repodata_zst_sha256 AS "repodata_zst_sha256?: Vec<u8>",
                      repodata_zst_size AS "repodata_zst_size?: i64",
                      run_exports_json_sha256 AS "run_exports_json_sha256?: Vec<u8>",
                      run_exports_json_size AS "run_exports_json_size?: i64",
                      run_exports_zst_sha256 AS "run_exports_zst_sha256?: Vec<u8>",
                      run_exports_zst_size AS "run_exports_zst_size?: i64"
               FROM subdirs "# + $end,
            $($argument),*
        )
    };
}

pub async fn ensure(db: &mut Connection, new: &NewSubdir) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO subdirs (id, channel_id, name, serial, shown, package_key, created_at)
         VALUES ($1, $2, $3, 0, $4, $5, $6) ON CONFLICT DO NOTHING",
        new.id.uuid(),
        new.channel.uuid(),
        new.name,
        new.shown.as_str(),
        new.package_key.as_ref().map(|key| &key.as_bytes()[..]),
        new.created_at,
    );
    done.execute(db).await.map(drop)
}

pub async fn by_id(db: &mut Connection, id: SubdirId) -> sqlx::Result<Option<SubdirRow>> {
    let row = select!("WHERE id = $1", id.uuid());
    row.fetch_optional(db).await?.map(SubdirRow::try_from).transpose()
}

pub async fn by_name(db: &mut Connection, channel: ChannelId, name: &str) -> sqlx::Result<Option<SubdirRow>> {
    let row = select!("WHERE channel_id = $1 AND name = $2", channel.uuid(), name);
    row.fetch_optional(db).await?.map(SubdirRow::try_from).transpose()
}

pub async fn of_channel(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<SubdirRow>> {
    let rows = select!("WHERE channel_id = $1 ORDER BY name", channel.uuid());
    rows.fetch_all(db).await?.into_iter().map(SubdirRow::try_from).collect()
}

pub async fn all(db: &mut Connection) -> sqlx::Result<Vec<SubdirRow>> {
    let rows = select!("ORDER BY channel_id, name");
    rows.fetch_all(db).await?.into_iter().map(SubdirRow::try_from).collect()
}

pub async fn bump_serial(db: &mut Connection, id: SubdirId) -> sqlx::Result<i64> {
    let serial = sqlx::query_scalar!(
        r#"UPDATE subdirs SET serial = serial + 1 WHERE id = $1 RETURNING serial AS "serial!: i64""#,
        id.uuid(),
    );
    serial.fetch_one(db).await
}

pub async fn set_shown(
    db: &mut Connection,
    id: SubdirId,
    shown: Signing,
    key: Option<&KeyBytes>,
) -> sqlx::Result<()> {
    let key = key.map(|key| &key.as_bytes()[..]);
    let done = sqlx::query!(
        "UPDATE subdirs SET shown = $2, package_key = $3 WHERE id = $1",
        id.uuid(),
        shown.as_str(),
        key,
    );
    done.execute(db).await.map(drop)
}

pub async fn publish_shard_index(
    db: &mut Connection,
    id: SubdirId,
    serial: i64,
    index: &Stored,
    at: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE subdirs SET shards_serial = $2, shards_at = $3, shard_index_sha256 = $4, shard_index_size = $5
         WHERE id = $1 AND (shards_serial IS NULL OR shards_serial < $2)",
        id.uuid(),
        serial,
        at,
        &index.sha256.as_bytes()[..],
        length(index.size)?,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn publish_repodata(
    db: &mut Connection,
    id: SubdirId,
    serial: i64,
    set: &RepodataSet,
    at: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE subdirs SET repodata_serial = $2, repodata_at = $3,
                repodata_json_sha256 = $4, repodata_json_size = $5, repodata_zst_sha256 = $6, repodata_zst_size = $7,
                run_exports_json_sha256 = $8, run_exports_json_size = $9,
                run_exports_zst_sha256 = $10, run_exports_zst_size = $11
         WHERE id = $1 AND (repodata_serial IS NULL OR repodata_serial < $2)",
        id.uuid(),
        serial,
        at,
        &set.json.sha256.as_bytes()[..],
        length(set.json.size)?,
        &set.zst.sha256.as_bytes()[..],
        length(set.zst.size)?,
        &set.run_exports_json.sha256.as_bytes()[..],
        length(set.run_exports_json.size)?,
        &set.run_exports_zst.sha256.as_bytes()[..],
        length(set.run_exports_zst.size)?,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<SubdirRow>> {
    let rows = select!(
        "WHERE id IN (SELECT c.subdir_id FROM files f JOIN conda_files c ON c.file_id = f.id WHERE f.project_id = $1)
         ORDER BY name",
        project.uuid(),
    );
    rows.fetch_all(db).await?.into_iter().map(SubdirRow::try_from).collect()
}
