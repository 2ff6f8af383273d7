//! Conda packages and their records. What belongs to a quarantined project is in no index: there are few such projects, so
//! both engines look them up once for a whole statement.

use bonded_model::conda_index::{CondaRecord, CondaSummary, KeptRecord};
use bonded_model::file::{CondaFile, File};
use bonded_model::ids::{ChannelId, FileId, ReleaseId, SubdirId};
use uuid::Uuid;

use crate::Connection;

/// Where `filename` stands in repodata: `.tar.bz2` packages come before `.conda` packages.
pub(super) fn archive(filename: &str) -> i64 {
    i64::from(!filename.ends_with(".tar.bz2"))
}

pub async fn insert(db: &mut Connection, file: &File, conda: &CondaFile) -> sqlx::Result<bool> {
    if !super::files::insert(&mut *db, file).await? {
        return Ok(false);
    }
    put(db, file.id, conda).await?;
    Ok(true)
}

/// Writes what a package says of itself, whatever stands there.
pub async fn put(db: &mut Connection, file: FileId, conda: &CondaFile) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO conda_files (file_id, subdir_id, package, archive, filename, build, build_number, record,
                                  run_exports)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (file_id) DO UPDATE SET subdir_id = excluded.subdir_id, package = excluded.package,
             archive = excluded.archive, filename = excluded.filename, build = excluded.build,
             build_number = excluded.build_number, record = excluded.record, run_exports = excluded.run_exports",
        file.uuid(),
        conda.subdir.uuid(),
        conda.package,
        archive(&conda.filename),
        conda.filename,
        conda.build,
        conda.build_number,
        conda.record,
        conda.run_exports.as_deref(),
    );
    done.execute(db).await.map(drop)
}

pub async fn of_package(
    db: &mut Connection,
    subdir: SubdirId,
    package: &str,
) -> sqlx::Result<Vec<CondaRecord>> {
    let rows = sqlx::query_as!(
        CondaRecord,
        r#"SELECT c.filename AS "filename!: String", c.record AS "record!: String",
                  c.run_exports AS "run_exports?: String"
           FROM conda_files c JOIN files f ON f.id = c.file_id
           WHERE c.subdir_id = $1 AND c.package = $2 AND f.deleted_at IS NULL
             AND f.project_id NOT IN (SELECT id FROM projects WHERE status = 'quarantined')
           ORDER BY c.archive, c.filename"#,
        subdir.uuid(),
        package,
    );
    rows.fetch_all(db).await
}

pub async fn after(
    db: &mut Connection,
    subdir: SubdirId,
    after: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<CondaRecord>> {
    let filename = after.unwrap_or_default();
    let rows = sqlx::query_as!(
        CondaRecord,
        r#"SELECT c.filename AS "filename!: String", c.record AS "record!: String",
                  c.run_exports AS "run_exports?: String"
           FROM conda_files c JOIN files f ON f.id = c.file_id
           WHERE c.subdir_id = $1 AND (c.archive, c.filename) > ($2, $3) AND f.deleted_at IS NULL
             AND f.project_id NOT IN (SELECT id FROM projects WHERE status = 'quarantined')
           ORDER BY c.archive, c.filename LIMIT $4"#,
        subdir.uuid(),
        after.map_or(-1, archive),
        filename,
        limit,
    );
    rows.fetch_all(db).await
}

/// The joins are `CROSS` because SQLite then keeps their order: from the few deleted files to their packages, instead of
/// from all packages to the few that are deleted.
pub async fn removed(db: &mut Connection, subdir: SubdirId) -> sqlx::Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        r#"SELECT c.filename AS "filename!: String"
           FROM subdirs s CROSS JOIN files f CROSS JOIN conda_files c
           WHERE s.id = $1 AND f.channel_id = s.channel_id AND f.deleted_at IS NOT NULL
             AND c.file_id = f.id AND c.subdir_id = $1
             AND f.project_id NOT IN (SELECT id FROM projects WHERE status = 'quarantined')
           ORDER BY c.archive, c.filename"#,
        subdir.uuid(),
    );
    names.fetch_all(db).await
}

pub async fn removed_of_package(
    db: &mut Connection,
    subdir: SubdirId,
    package: &str,
) -> sqlx::Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        r#"SELECT c.filename AS "filename!: String" FROM conda_files c JOIN files f ON f.id = c.file_id
           WHERE c.subdir_id = $1 AND c.package = $2 AND f.deleted_at IS NOT NULL
             AND f.project_id NOT IN (SELECT id FROM projects WHERE status = 'quarantined')
           ORDER BY c.archive, c.filename"#,
        subdir.uuid(),
        package,
    );
    names.fetch_all(db).await
}

/// Every version of every package in each subdir that has live files of it, by package name.
pub async fn summaries(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<CondaSummary>> {
    let rows = sqlx::query_as!(
        CondaSummary,
        r#"SELECT DISTINCT c.package AS "package!: String", r.version AS "version!: String",
                  s.name AS "subdir!: String", r.metadata AS "metadata!: String"
           FROM subdirs s JOIN conda_files c ON c.subdir_id = s.id JOIN files f ON f.id = c.file_id
                JOIN releases r ON r.id = f.release_id
           WHERE s.channel_id = $1 AND f.deleted_at IS NULL
             AND f.project_id NOT IN (SELECT id FROM projects WHERE status = 'quarantined')
           ORDER BY 1, 2, 3, 4"#,
        channel.uuid(),
    );
    rows.fetch_all(db).await
}

struct KeptRow {
    file_id: Uuid,
    subdir_id: Uuid,
    package: String,
    record: String,
    original_record: Option<String>,
}

pub async fn of_release(db: &mut Connection, release: ReleaseId) -> sqlx::Result<Vec<KeptRecord>> {
    let rows = sqlx::query_as!(
        KeptRow,
        r#"SELECT c.file_id AS "file_id!: Uuid", c.subdir_id AS "subdir_id!: Uuid", c.package AS "package!: String",
                  c.record AS "record!: String", c.original_record AS "original_record?: String"
           FROM files f JOIN conda_files c ON c.file_id = f.id
           WHERE f.release_id = $1 AND f.deleted_at IS NULL ORDER BY c.archive, c.filename"#,
        release.uuid(),
    );
    let kept = |row: KeptRow| KeptRecord {
        file: row.file_id.into(),
        subdir: row.subdir_id.into(),
        package: row.package,
        record: row.record,
        original: row.original_record,
    };
    Ok(rows.fetch_all(db).await?.into_iter().map(kept).collect())
}

pub async fn set_record(
    db: &mut Connection,
    file: FileId,
    record: &str,
    original: Option<&str>,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE conda_files SET record = $2, original_record = $3 WHERE file_id = $1",
        file.uuid(),
        record,
        original,
    );
    done.execute(db).await.map(drop)
}
