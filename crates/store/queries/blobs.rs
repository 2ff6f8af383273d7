//! Which blobs are in use.

use bonded_model::ids::SubdirId;
use bonded_model::{Sha256, Timestamp};

use super::rows::sha256;
use crate::Connection;

/// Deleted files count: lock files still point at them. So do replaced indexes that were not forgotten yet.
pub async fn is_referenced(db: &mut Connection, blob: &Sha256) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM files WHERE sha256 = $1)
                OR EXISTS (SELECT 1 FROM python_files WHERE metadata_sha256 = $1)
                OR EXISTS (SELECT 1 FROM shards WHERE sha256 = $1)
                OR EXISTS (SELECT 1 FROM retired_indexes WHERE sha256 = $1)
                OR EXISTS (SELECT 1 FROM subdirs
                           WHERE shard_index_sha256 = $1 OR repodata_json_sha256 = $1 OR repodata_zst_sha256 = $1
                              OR run_exports_json_sha256 = $1 OR run_exports_zst_sha256 = $1))
           AS "found!: bool""#,
        &blob.as_bytes()[..],
    );
    found.fetch_one(db).await
}

pub async fn retire(
    db: &mut Connection,
    subdir: SubdirId,
    blob: &Sha256,
    keep_until: Timestamp,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO retired_indexes (sha256, subdir_id, keep_until) VALUES ($1, $2, $3)
         ON CONFLICT (sha256, subdir_id) DO UPDATE SET keep_until = excluded.keep_until",
        &blob.as_bytes()[..],
        subdir.uuid(),
        keep_until,
    );
    done.execute(db).await.map(drop)
}

pub async fn retired_until(db: &mut Connection, at: Timestamp) -> sqlx::Result<Vec<Sha256>> {
    let blobs = sqlx::query_scalar!(
        r#"SELECT DISTINCT sha256 AS "sha256!: Vec<u8>" FROM retired_indexes WHERE keep_until <= $1"#,
        at,
    );
    blobs.fetch_all(db).await?.iter().map(|blob| sha256("retired_indexes.sha256", blob)).collect()
}

pub async fn forget_retired(db: &mut Connection, blob: &Sha256, at: Timestamp) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM retired_indexes WHERE sha256 = $1 AND keep_until <= $2",
        &blob.as_bytes()[..],
        at,
    );
    done.execute(db).await.map(drop)
}
