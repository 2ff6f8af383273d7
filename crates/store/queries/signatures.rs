//! Signatures over the records of conda packages.

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, FileId, ProjectId, SubdirId};
use bonded_model::trust::{
    FileSignature, FileSigner, KeyBytes, NewSignature, RecordSignature, RecordSigner, SigningProgress,
    UnsignedRecord,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::conda_files::archive;
use super::rows::{bytes, key};
use crate::Connection;

/// Rows of one statement. Each takes five parameters; SQLite takes 32,766 of them, PostgreSQL 65,535.
const ROWS: usize = 1_000;

struct Row {
    filename: String,
    key: Vec<u8>,
    signature: Vec<u8>,
    publisher: bool,
}

struct SignerRow {
    key: Vec<u8>,
    publisher: bool,
    signed_at: Timestamp,
}

struct FileSignerRow {
    file_id: Uuid,
    key: Vec<u8>,
    publisher: bool,
    signed_at: Timestamp,
}

struct ProgressRow {
    records: i64,
    signed: i64,
}

struct UnsignedRow {
    file_id: Uuid,
    filename: String,
    record: String,
    run_exports: Option<String>,
}

impl TryFrom<Row> for FileSignature {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let signature = RecordSignature {
            key: key("record_signatures.key", &row.key)?,
            signature: bytes("record_signatures.signature", &row.signature)?,
            publisher: row.publisher,
        };
        Ok(Self { filename: row.filename, signature })
    }
}

impl From<UnsignedRow> for UnsignedRecord {
    fn from(row: UnsignedRow) -> Self {
        Self {
            file: row.file_id.into(),
            filename: row.filename,
            record: row.record,
            run_exports: row.run_exports,
        }
    }
}

/// Many rows in one statement, which sqlx cannot check before it is built; the tests run it on both engines.
pub async fn insert(db: &mut Connection, signatures: &[NewSignature]) -> sqlx::Result<()> {
    for rows in signatures.chunks(ROWS) {
        let mut query = QueryBuilder::<<Connection as sqlx::Connection>::Database>::new(
            "INSERT INTO record_signatures (file_id, key, signature, publisher, signed_at) ",
        );
        query.push_values(rows, |mut row, new| {
            row.push_bind(new.file.uuid())
                .push_bind(new.signature.key.as_bytes().to_vec())
                .push_bind(new.signature.signature.to_vec())
                .push_bind(new.signature.publisher)
                .push_bind(new.signed_at);
        });
        query.push(
            " ON CONFLICT (file_id, key) DO UPDATE SET signature = excluded.signature,
              publisher = excluded.publisher, signed_at = excluded.signed_at",
        );
        query.build().execute(&mut *db).await?;
    }
    Ok(())
}

/// The signatures that were made over records which are still those that were signed. One that the key has made already
/// stays: it is newer. Every value has its type by being bound, and both engines call the columns of `VALUES` so.
pub async fn insert_over(db: &mut Connection, signed: &[(UnsignedRecord, NewSignature)]) -> sqlx::Result<()> {
    for rows in signed.chunks(ROWS) {
        let mut query = QueryBuilder::<<Connection as sqlx::Connection>::Database>::new(
            "INSERT INTO record_signatures (file_id, key, signature, publisher, signed_at)
             SELECT v.column1, v.column2, v.column3, v.column4, v.column5 FROM (",
        );
        query.push_values(rows, |mut row, (record, new)| {
            row.push_bind(new.file.uuid())
                .push_bind(new.signature.key.as_bytes().to_vec())
                .push_bind(new.signature.signature.to_vec())
                .push_bind(new.signature.publisher)
                .push_bind(new.signed_at)
                .push_bind(record.record.clone())
                .push_bind(record.run_exports.clone());
        });
        query.push(
            ") AS v JOIN conda_files c ON c.file_id = v.column1 AND c.record = v.column6
             AND c.run_exports IS NOT DISTINCT FROM v.column7
             WHERE TRUE ON CONFLICT (file_id, key) DO NOTHING",
        );
        query.build().execute(&mut *db).await?;
    }
    Ok(())
}

pub async fn of_package(
    db: &mut Connection,
    subdir: SubdirId,
    package: &str,
) -> sqlx::Result<Vec<FileSignature>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.filename AS "filename!: String", r.key AS "key!: Vec<u8>",
                  r.signature AS "signature!: Vec<u8>", r.publisher AS "publisher!: bool"
           FROM conda_files c JOIN files f ON f.id = c.file_id JOIN record_signatures r ON r.file_id = c.file_id
           WHERE c.subdir_id = $1 AND c.package = $2 AND f.deleted_at IS NULL
             AND f.project_id NOT IN (SELECT id FROM projects WHERE status = 'quarantined')
           ORDER BY c.archive, c.filename, r.key"#,
        subdir.uuid(),
        package,
    );
    rows.fetch_all(db).await?.into_iter().map(FileSignature::try_from).collect()
}

/// Those of the files behind `after`, up to and with `last`, in the order of repodata.
pub async fn between(
    db: &mut Connection,
    subdir: SubdirId,
    after: Option<&str>,
    last: &str,
) -> sqlx::Result<Vec<FileSignature>> {
    let filename = after.unwrap_or_default();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.filename AS "filename!: String", r.key AS "key!: Vec<u8>",
                  r.signature AS "signature!: Vec<u8>", r.publisher AS "publisher!: bool"
           FROM conda_files c JOIN files f ON f.id = c.file_id JOIN record_signatures r ON r.file_id = c.file_id
           WHERE c.subdir_id = $1 AND (c.archive, c.filename) > ($2, $3) AND (c.archive, c.filename) <= ($4, $5)
             AND f.deleted_at IS NULL
             AND f.project_id NOT IN (SELECT id FROM projects WHERE status = 'quarantined')
           ORDER BY c.archive, c.filename, r.key"#,
        subdir.uuid(),
        after.map_or(-1, archive),
        filename,
        archive(last),
        last,
    );
    rows.fetch_all(db).await?.into_iter().map(FileSignature::try_from).collect()
}

/// The same, also over records that readers do not see because their project is in quarantine.
pub async fn all_between(
    db: &mut Connection,
    subdir: SubdirId,
    after: Option<&str>,
    last: &str,
) -> sqlx::Result<Vec<FileSignature>> {
    let filename = after.unwrap_or_default();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.filename AS "filename!: String", r.key AS "key!: Vec<u8>",
                  r.signature AS "signature!: Vec<u8>", r.publisher AS "publisher!: bool"
           FROM conda_files c JOIN files f ON f.id = c.file_id JOIN record_signatures r ON r.file_id = c.file_id
           WHERE c.subdir_id = $1 AND (c.archive, c.filename) > ($2, $3) AND (c.archive, c.filename) <= ($4, $5)
             AND f.deleted_at IS NULL
           ORDER BY c.archive, c.filename, r.key"#,
        subdir.uuid(),
        after.map_or(-1, archive),
        filename,
        archive(last),
        last,
    );
    rows.fetch_all(db).await?.into_iter().map(FileSignature::try_from).collect()
}

pub async fn of_file(db: &mut Connection, file: FileId) -> sqlx::Result<Vec<FileSignature>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.filename AS "filename!: String", r.key AS "key!: Vec<u8>",
                  r.signature AS "signature!: Vec<u8>", r.publisher AS "publisher!: bool"
           FROM conda_files c JOIN record_signatures r ON r.file_id = c.file_id
           WHERE c.file_id = $1 ORDER BY r.key"#,
        file.uuid(),
    );
    rows.fetch_all(db).await?.into_iter().map(FileSignature::try_from).collect()
}

pub async fn unsigned(
    db: &mut Connection,
    subdir: SubdirId,
    key: &KeyBytes,
    after: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<UnsignedRecord>> {
    let filename = after.unwrap_or_default();
    let rows = sqlx::query_as!(
        UnsignedRow,
        r#"SELECT c.file_id AS "file_id!: Uuid", c.filename AS "filename!: String", c.record AS "record!: String",
                  c.run_exports AS "run_exports?: String"
           FROM conda_files c JOIN files f ON f.id = c.file_id
           WHERE c.subdir_id = $1 AND (c.archive, c.filename) > ($3, $4) AND f.deleted_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM record_signatures r WHERE r.file_id = c.file_id AND r.key = $2)
           ORDER BY c.archive, c.filename LIMIT $5"#,
        subdir.uuid(),
        &key.as_bytes()[..],
        after.map_or(-1, archive),
        filename,
        limit,
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(UnsignedRecord::from).collect())
}

pub async fn count_unsigned(db: &mut Connection, subdir: SubdirId, key: &KeyBytes) -> sqlx::Result<i64> {
    let count = sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!: i64"
           FROM conda_files c JOIN files f ON f.id = c.file_id
           WHERE c.subdir_id = $1 AND f.deleted_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM record_signatures r WHERE r.file_id = c.file_id AND r.key = $2)"#,
        subdir.uuid(),
        &key.as_bytes()[..],
    );
    count.fetch_one(db).await
}

/// How many files of a channel would lose their only publisher's signature if this key were gone.
pub async fn count_depending(db: &mut Connection, channel: ChannelId, key: &KeyBytes) -> sqlx::Result<i64> {
    let count = sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!: i64"
           FROM subdirs s JOIN conda_files c ON c.subdir_id = s.id JOIN files f ON f.id = c.file_id
           WHERE s.channel_id = $1 AND f.deleted_at IS NULL
             AND EXISTS (SELECT 1 FROM record_signatures r
                         WHERE r.file_id = c.file_id AND r.publisher AND r.key = $2)
             AND NOT EXISTS (SELECT 1 FROM record_signatures r
                             JOIN publisher_keys p ON p.channel_id = s.channel_id AND p.key = r.key
                             WHERE r.file_id = c.file_id AND r.publisher AND r.key <> $2)"#,
        channel.uuid(),
        &key.as_bytes()[..],
    );
    count.fetch_one(db).await
}

/// How many files of a channel none of its publishers has signed.
pub async fn count_without_publisher(db: &mut Connection, channel: ChannelId) -> sqlx::Result<i64> {
    let count = sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!: i64"
           FROM subdirs s JOIN conda_files c ON c.subdir_id = s.id JOIN files f ON f.id = c.file_id
           WHERE s.channel_id = $1 AND f.deleted_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM record_signatures r
                             JOIN publisher_keys p ON p.channel_id = s.channel_id AND p.key = r.key
                             WHERE r.file_id = c.file_id AND r.publisher)"#,
        channel.uuid(),
    );
    count.fetch_one(db).await
}

pub async fn delete_of_file(db: &mut Connection, file: FileId) -> sqlx::Result<()> {
    let done = sqlx::query!("DELETE FROM record_signatures WHERE file_id = $1", file.uuid());
    done.execute(db).await.map(drop)
}

pub async fn unsigned_by_id(db: &mut Connection, file: FileId) -> sqlx::Result<Option<UnsignedRecord>> {
    let row = sqlx::query_as!(
        UnsignedRow,
        r#"SELECT file_id AS "file_id!: Uuid", filename AS "filename!: String", record AS "record!: String",
                  run_exports AS "run_exports?: String"
           FROM conda_files WHERE file_id = $1"#,
        file.uuid(),
    );
    Ok(row.fetch_optional(db).await?.map(UnsignedRecord::from))
}

pub async fn delete_of_key(db: &mut Connection, subdir: SubdirId, key: &KeyBytes) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "DELETE FROM record_signatures
         WHERE key = $2 AND file_id IN (SELECT file_id FROM conda_files WHERE subdir_id = $1)",
        subdir.uuid(),
        &key.as_bytes()[..],
    );
    done.execute(db).await.map(drop)
}

pub async fn signers(db: &mut Connection, file: FileId) -> sqlx::Result<Vec<RecordSigner>> {
    let rows = sqlx::query_as!(
        SignerRow,
        r#"SELECT key AS "key!: Vec<u8>", publisher AS "publisher!: bool", signed_at AS "signed_at!: Timestamp"
           FROM record_signatures WHERE file_id = $1 ORDER BY signed_at, key"#,
        file.uuid(),
    );
    let signer = |row: SignerRow| {
        let key = key("record_signatures.key", &row.key)?;
        Ok(RecordSigner { key, publisher: row.publisher, signed_at: row.signed_at })
    };
    rows.fetch_all(db).await?.into_iter().map(signer).collect()
}

/// Of the records that are not deleted, by when they were signed.
pub async fn signers_of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<FileSigner>> {
    let rows = sqlx::query_as!(
        FileSignerRow,
        r#"SELECT r.file_id AS "file_id!: Uuid", r.key AS "key!: Vec<u8>", r.publisher AS "publisher!: bool",
                  r.signed_at AS "signed_at!: Timestamp"
           FROM files f JOIN record_signatures r ON r.file_id = f.id
           WHERE f.project_id = $1 AND f.deleted_at IS NULL ORDER BY r.signed_at, r.key"#,
        project.uuid(),
    );
    let signer = |row: FileSignerRow| {
        let key = key("record_signatures.key", &row.key)?;
        let signer = RecordSigner { key, publisher: row.publisher, signed_at: row.signed_at };
        Ok(FileSigner { file: row.file_id.into(), signer })
    };
    rows.fetch_all(db).await?.into_iter().map(signer).collect()
}

/// How many records of the subdirs that do not show this key's signatures yet have them already.
pub async fn progress(
    db: &mut Connection,
    channel: ChannelId,
    key: &KeyBytes,
) -> sqlx::Result<SigningProgress> {
    let row = sqlx::query_as!(
        ProgressRow,
        r#"SELECT COUNT(*) AS "records!: i64", COUNT(r.file_id) AS "signed!: i64"
           FROM subdirs s JOIN conda_files c ON c.subdir_id = s.id JOIN files f ON f.id = c.file_id
           LEFT JOIN record_signatures r ON r.file_id = c.file_id AND r.key = $2
           WHERE s.channel_id = $1 AND (s.package_key IS NULL OR s.package_key <> $2) AND f.deleted_at IS NULL"#,
        channel.uuid(),
        &key.as_bytes()[..],
    );
    let row = row.fetch_one(db).await?;
    Ok(SigningProgress { records: row.records, signed: row.signed })
}
