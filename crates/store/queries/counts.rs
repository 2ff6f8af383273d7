//! How much there is.

use bonded_model::counts::Counts;

use super::rows::size;
use crate::Connection;

pub async fn all(db: &mut Connection) -> sqlx::Result<Counts> {
    let row = sqlx::query!(
        r#"SELECT (SELECT COUNT(*) FROM users) AS "users!: i64",
                  (SELECT COUNT(*) FROM channels) AS "channels!: i64",
                  (SELECT COUNT(*) FROM projects) AS "projects!: i64",
                  (SELECT COUNT(*) FROM releases) AS "releases!: i64",
                  (SELECT COUNT(*) FROM files WHERE deleted_at IS NULL) AS "files!: i64",
                  (SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM files WHERE deleted_at IS NULL) AS "bytes!: i64",
                  (SELECT COUNT(*) FROM tokens) AS "tokens!: i64",
                  (SELECT COUNT(*) FROM audit) AS "audit_rows!: i64""#
    );
    let row = row.fetch_one(db).await?;
    Ok(Counts {
        users: size("count of users", row.users)?,
        channels: size("count of channels", row.channels)?,
        projects: size("count of projects", row.projects)?,
        releases: size("count of releases", row.releases)?,
        files: size("count of files", row.files)?,
        bytes: size("sum of files.size", row.bytes)?,
        tokens: size("count of tokens", row.tokens)?,
        audit_rows: size("count of audit rows", row.audit_rows)?,
    })
}
