//! The shards of a subdir: one per package name.

use bonded_model::Sha256;
use bonded_model::conda_index::{Shard, StaleShard};
use bonded_model::file::Stored;
use bonded_model::ids::SubdirId;

use super::rows::{length, sha256, size};
use crate::Connection;

struct Row {
    name: String,
    sha256: Vec<u8>,
    size: i64,
}

/// The name's shard is stale from `serial` on. What is published of it stays until it is replaced.
pub async fn change(db: &mut Connection, subdir: SubdirId, name: &str, serial: i64) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO shards (subdir_id, name, changed_serial, published_serial) VALUES ($1, $2, $3, 0)
         ON CONFLICT (subdir_id, name) DO UPDATE SET changed_serial = excluded.changed_serial",
        subdir.uuid(),
        name,
        serial,
    );
    done.execute(db).await.map(drop)
}

/// Every name's shard is stale from `serial` on.
pub async fn change_all(db: &mut Connection, subdir: SubdirId, serial: i64) -> sqlx::Result<()> {
    let done =
        sqlx::query!("UPDATE shards SET changed_serial = $2 WHERE subdir_id = $1", subdir.uuid(), serial,);
    done.execute(db).await.map(drop)
}

pub async fn stale(db: &mut Connection, subdir: SubdirId, limit: i64) -> sqlx::Result<Vec<StaleShard>> {
    let rows = sqlx::query_as!(
        StaleShard,
        r#"SELECT name AS "name!: String", changed_serial AS "changed_serial!: i64" FROM shards
           WHERE subdir_id = $1 AND changed_serial > published_serial ORDER BY changed_serial LIMIT $2"#,
        subdir.uuid(),
        limit,
    );
    rows.fetch_all(db).await
}

pub async fn set(
    db: &mut Connection,
    subdir: SubdirId,
    name: &str,
    serial: i64,
    blob: Option<&Stored>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE shards SET published_serial = $3, sha256 = $4, size = $5
         WHERE subdir_id = $1 AND name = $2 AND published_serial < $3",
        subdir.uuid(),
        name,
        serial,
        blob.map(|blob| &blob.sha256.as_bytes()[..]),
        blob.map(|blob| length(blob.size)).transpose()?,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn of_subdir(db: &mut Connection, subdir: SubdirId) -> sqlx::Result<Vec<Shard>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT name AS "name!: String", sha256 AS "sha256!: Vec<u8>", size AS "size!: i64" FROM shards
           WHERE subdir_id = $1 AND sha256 IS NOT NULL ORDER BY name"#,
        subdir.uuid(),
    );
    let shard = |row: Row| {
        let blob =
            Stored { sha256: sha256("shards.sha256", &row.sha256)?, size: size("shards.size", row.size)? };
        Ok(Shard { name: row.name, blob })
    };
    rows.fetch_all(db).await?.into_iter().map(shard).collect()
}

pub async fn by_name(db: &mut Connection, subdir: SubdirId, name: &str) -> sqlx::Result<Option<Shard>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT name AS "name!: String", sha256 AS "sha256!: Vec<u8>", size AS "size!: i64" FROM shards
           WHERE subdir_id = $1 AND name = $2 AND sha256 IS NOT NULL"#,
        subdir.uuid(),
        name,
    );
    let Some(row) = row.fetch_optional(db).await? else { return Ok(None) };
    let blob = Stored { sha256: sha256("shards.sha256", &row.sha256)?, size: size("shards.size", row.size)? };
    Ok(Some(Shard { name: row.name, blob }))
}

/// Whether the subdir publishes this shard, or did so not long ago.
pub async fn belongs(db: &mut Connection, subdir: SubdirId, shard: &Sha256) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM shards WHERE sha256 = $2 AND subdir_id = $1)
                OR EXISTS (SELECT 1 FROM retired_indexes WHERE sha256 = $2 AND subdir_id = $1))
           AS "found!: bool""#,
        subdir.uuid(),
        &shard.as_bytes()[..],
    );
    found.fetch_one(db).await
}
