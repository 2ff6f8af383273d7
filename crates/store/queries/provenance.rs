//! Where files come from, and signed statements about them.

use bonded_model::ids::{FileId, ProjectId, ReleaseId};
use bonded_model::publishing::{Attestation, FileSource, Source};
use bonded_model::{Sha256, Timestamp};
use uuid::Uuid;

use super::rows::{json, sha256, to_json};
use crate::Connection;

pub async fn insert_source(db: &mut Connection, file: FileId, source: &Source) -> sqlx::Result<()> {
    let source = to_json(source)?;
    let done = sqlx::query!(
        "INSERT INTO file_sources (file_id, project_id, source) SELECT id, project_id, $2 FROM files WHERE id = $1",
        file.uuid(),
        source,
    );
    done.execute(db).await.map(drop)
}

/// Every file of a project that is in the index, oldest first.
pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<FileSource>> {
    let rows = sqlx::query!(
        r#"SELECT f.id AS "id!: Uuid", f.release_id AS "release_id!: Uuid", s.source AS "source?: String",
                  (SELECT COUNT(*) FROM attestations a WHERE a.file_id = f.id) AS "attestations!: i64"
           FROM files f LEFT JOIN file_sources s ON s.file_id = f.id
           WHERE f.project_id = $1 AND f.deleted_at IS NULL
           ORDER BY f.id"#,
        project.uuid(),
    );
    let files = rows.fetch_all(db).await?.into_iter().map(|row| {
        Ok(FileSource {
            file: row.id.into(),
            release: row.release_id.into(),
            source: row.source.map(|text| json("file_sources.source", &text)).transpose()?,
            attestations: row.attestations,
        })
    });
    files.collect()
}

/// Every file of a release that is in the index, oldest first.
pub async fn of_release(db: &mut Connection, release: ReleaseId) -> sqlx::Result<Vec<FileSource>> {
    let rows = sqlx::query!(
        r#"SELECT f.id AS "id!: Uuid", s.source AS "source?: String",
                  (SELECT COUNT(*) FROM attestations a WHERE a.file_id = f.id) AS "attestations!: i64"
           FROM files f LEFT JOIN file_sources s ON s.file_id = f.id
           WHERE f.release_id = $1 AND f.deleted_at IS NULL
           ORDER BY f.id"#,
        release.uuid(),
    );
    let files = rows.fetch_all(db).await?.into_iter().map(|row| {
        Ok(FileSource {
            file: row.id.into(),
            release,
            source: row.source.map(|text| json("file_sources.source", &text)).transpose()?,
            attestations: row.attestations,
        })
    });
    files.collect()
}

/// Whether the source of any file of a project was ever known.
pub async fn is_known_of(db: &mut Connection, project: ProjectId) -> sqlx::Result<bool> {
    let known = sqlx::query_scalar!(
        r#"SELECT file_id AS "file_id!: Uuid" FROM file_sources WHERE project_id = $1 LIMIT 1"#,
        project.uuid(),
    );
    Ok(known.fetch_optional(db).await?.is_some())
}

/// The newest release before another one of the project that has a file whose source is known. What counts is when releases
/// were made: which of them got the newest file is for whoever uploads to choose.
pub async fn release_with_source_before(
    db: &mut Connection,
    project: ProjectId,
    created_at: Timestamp,
    release: ReleaseId,
) -> sqlx::Result<Option<ReleaseId>> {
    let earlier = sqlx::query_scalar!(
        r#"SELECT r.id AS "id!: Uuid" FROM releases r
           WHERE r.project_id = $1 AND (r.created_at, r.id) < ($2, $3)
             AND EXISTS (SELECT 1 FROM files f JOIN file_sources s ON s.file_id = f.id
                         WHERE f.release_id = r.id AND f.deleted_at IS NULL)
           ORDER BY r.created_at DESC, r.id DESC LIMIT 1"#,
        project.uuid(),
        created_at,
        release.uuid(),
    );
    Ok(earlier.fetch_optional(db).await?.map(Into::into))
}

pub async fn insert_attestation(db: &mut Connection, attestation: &Attestation) -> sqlx::Result<bool> {
    let source = to_json(&attestation.source)?;
    let done = sqlx::query!(
        "INSERT INTO attestations (id, file_id, position, predicate, source, body, set_sha256, verified_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT DO NOTHING",
        attestation.id.uuid(),
        attestation.file.uuid(),
        attestation.position,
        attestation.predicate,
        source,
        attestation.body,
        &attestation.set_sha256.as_bytes()[..],
        attestation.verified_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn last_attestation(db: &mut Connection, file: FileId) -> sqlx::Result<Option<Sha256>> {
    let last = sqlx::query_scalar!(
        r#"SELECT set_sha256 AS "set_sha256!: Vec<u8>" FROM attestations WHERE file_id = $1
           ORDER BY position DESC LIMIT 1"#,
        file.uuid(),
    );
    last.fetch_optional(db).await?.map(|digest| sha256("attestations.set_sha256", &digest)).transpose()
}

pub async fn attestations_of(db: &mut Connection, file: FileId) -> sqlx::Result<Vec<Attestation>> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id!: Uuid", position AS "position!: i64", predicate AS "predicate!: String",
                  source AS "source!: String", body AS "body!: String", set_sha256 AS "set_sha256!: Vec<u8>",
                  verified_at AS "verified_at!: Timestamp"
           FROM attestations WHERE file_id = $1 ORDER BY position"#,
        file.uuid(),
    );
    let attestations = rows.fetch_all(db).await?.into_iter().map(|row| {
        Ok(Attestation {
            id: row.id.into(),
            file,
            position: row.position,
            predicate: row.predicate,
            source: json("attestations.source", &row.source)?,
            body: row.body,
            set_sha256: sha256("attestations.set_sha256", &row.set_sha256)?,
            verified_at: row.verified_at,
        })
    });
    attestations.collect()
}
