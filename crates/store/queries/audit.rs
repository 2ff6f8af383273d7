//! The audit log: appended to, read, never changed.

use bonded_model::audit::{AuditFilter, AuditRow, EventKind, Window};
use bonded_model::ids::{ChannelId, ProjectId, TokenId, UserId};
use bonded_model::{Sha256, Timestamp};
use uuid::Uuid;

use super::rows::{parsed, sha256};
use crate::Connection;

struct Row {
    seq: i64,
    at: Timestamp,
    tag: String,
    credential: String,
    user_id: Option<Uuid>,
    token_id: Option<Uuid>,
    address: Option<String>,
    request_id: Uuid,
    channel_id: Option<Uuid>,
    project_id: Option<Uuid>,
    body: String,
    previous: Vec<u8>,
    hash: Vec<u8>,
}

impl TryFrom<Row> for AuditRow {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            seq: row.seq,
            at: row.at,
            tag: row.tag,
            credential: parsed("audit.credential", &row.credential)?,
            user: row.user_id.map(Into::into),
            token: row.token_id.map(Into::into),
            address: row.address,
            request: row.request_id.into(),
            channel: row.channel_id.map(Into::into),
            project: row.project_id.map(Into::into),
            body: row.body,
            previous: sha256("audit.previous", &row.previous)?,
            hash: sha256("audit.hash", &row.hash)?,
        })
    }
}

/// Position and hash of the last row.
pub async fn last(db: &mut Connection) -> sqlx::Result<Option<(i64, Sha256)>> {
    struct Last {
        seq: i64,
        hash: Vec<u8>,
    }
    let row = sqlx::query_as!(
        Last,
        r#"SELECT seq AS "seq!: i64", hash AS "hash!: Vec<u8>" FROM audit ORDER BY seq DESC LIMIT 1"#
    );
    row.fetch_optional(db).await?.map(|row| Ok((row.seq, sha256("audit.hash", &row.hash)?))).transpose()
}

pub async fn append(db: &mut Connection, row: &AuditRow) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO audit (seq, at, tag, credential, user_id, token_id, address, request_id, channel_id, project_id,
                            body, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        row.seq,
        row.at,
        row.tag,
        row.credential.as_str(),
        row.user.map(UserId::uuid),
        row.token.map(TokenId::uuid),
        row.address.as_deref(),
        row.request.uuid(),
        row.channel.map(ChannelId::uuid),
        row.project.map(ProjectId::uuid),
        row.body,
        &row.previous.as_bytes()[..],
        &row.hash.as_bytes()[..],
    );
    done.execute(db).await.map(drop)
}

/// Rows of the log, with what stands behind `FROM audit` as the query's own text.
macro_rules! rows {
    ($rest:tt $(, $argument:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT audit.seq AS "seq!: i64", at AS "at!: Timestamp", tag AS "tag!: String",
                      credential AS "credential!: String", audit.user_id AS "user_id?: Uuid",
                      token_id AS "token_id?: Uuid", address AS "address?: String", request_id AS "request_id!: Uuid",
                      channel_id AS "channel_id?: Uuid", project_id AS "project_id?: Uuid", body AS "body!: String",
                      previous AS "previous!: Vec<u8>", hash AS "hash!: Vec<u8>"
               FROM audit "#
                + $rest,
            $($argument),*
        )
    };
}

pub async fn after(db: &mut Connection, seq: i64, limit: i64) -> sqlx::Result<Vec<AuditRow>> {
    let rows = rows!("WHERE seq > $1 ORDER BY seq LIMIT $2", seq, limit);
    rows.fetch_all(db).await?.into_iter().map(AuditRow::try_from).collect()
}

pub async fn filtered(db: &mut Connection, filter: &AuditFilter, limit: i64) -> sqlx::Result<Vec<AuditRow>> {
    let channel = filter.channel.map(ChannelId::uuid);
    let project = filter.project.map(ProjectId::uuid);
    let tags = format!("{}%", filter.kind.map_or("", EventKind::prefix));
    let (older, seq) = match filter.window {
        Window::Newest => (true, i64::MAX),
        Window::Before(seq) => (true, seq),
        Window::After(seq) => (false, seq),
    };
    // One text for each index that leads the way, and for each direction. The engines know the type of an optional
    // parameter only when it is compared before it is found missing.
    let rows = match (filter.person.map(UserId::uuid), channel, older) {
        (Some(person), _, true) => {
            let rows = rows!(
                "JOIN audit_people ON audit_people.seq = audit.seq
                 WHERE audit_people.user_id = $1 AND audit_people.seq < $2 AND (channel_id = $3 OR $3 IS NULL)
                   AND (project_id = $4 OR $4 IS NULL) AND tag LIKE $5
                 ORDER BY audit_people.seq DESC LIMIT $6",
                person,
                seq,
                channel,
                project,
                tags,
                limit
            );
            rows.fetch_all(db).await?
        }
        (Some(person), _, false) => {
            let rows = rows!(
                "JOIN audit_people ON audit_people.seq = audit.seq
                 WHERE audit_people.user_id = $1 AND audit_people.seq > $2 AND (channel_id = $3 OR $3 IS NULL)
                   AND (project_id = $4 OR $4 IS NULL) AND tag LIKE $5
                 ORDER BY audit_people.seq LIMIT $6",
                person,
                seq,
                channel,
                project,
                tags,
                limit
            );
            rows.fetch_all(db).await?
        }
        (None, Some(channel), true) => {
            let rows = rows!(
                "WHERE channel_id = $1 AND seq < $2 AND (project_id = $3 OR $3 IS NULL) AND tag LIKE $4
                 ORDER BY seq DESC LIMIT $5",
                channel,
                seq,
                project,
                tags,
                limit
            );
            rows.fetch_all(db).await?
        }
        (None, Some(channel), false) => {
            let rows = rows!(
                "WHERE channel_id = $1 AND seq > $2 AND (project_id = $3 OR $3 IS NULL) AND tag LIKE $4
                 ORDER BY seq LIMIT $5",
                channel,
                seq,
                project,
                tags,
                limit
            );
            rows.fetch_all(db).await?
        }
        (None, None, true) => {
            let rows = rows!(
                "WHERE seq < $1 AND (project_id = $2 OR $2 IS NULL) AND tag LIKE $3 ORDER BY seq DESC LIMIT $4",
                seq,
                project,
                tags,
                limit
            );
            rows.fetch_all(db).await?
        }
        (None, None, false) => {
            let rows = rows!(
                "WHERE seq > $1 AND (project_id = $2 OR $2 IS NULL) AND tag LIKE $3 ORDER BY seq LIMIT $4",
                seq,
                project,
                tags,
                limit
            );
            rows.fetch_all(db).await?
        }
    };
    let mut rows: Vec<AuditRow> = rows.into_iter().map(AuditRow::try_from).collect::<sqlx::Result<_>>()?;
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.seq));
    Ok(rows)
}
