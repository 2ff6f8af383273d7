//! Background jobs. The one writer at a time makes a claim exclusive without row locks.

use bonded_model::Timestamp;
use bonded_model::ids::JobId;
use bonded_model::job::Job;
use uuid::Uuid;

use crate::Connection;

struct Row {
    id: Uuid,
    kind: String,
    key: String,
    run_at: Timestamp,
    claimed_at: Timestamp,
    attempts: i64,
    last_error: Option<String>,
}

impl From<Row> for Job {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            kind: row.kind,
            key: row.key,
            run_at: row.run_at,
            claimed_at: row.claimed_at,
            attempts: row.attempts,
            last_error: row.last_error,
        }
    }
}

/// A job that waits is made earlier, never later. One that runs is marked to run again: what it has read may be
/// older than what it is scheduled for now.
pub async fn schedule(
    db: &mut Connection,
    id: JobId,
    kind: &str,
    key: &str,
    run_at: Timestamp,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO jobs (id, kind, key, run_at, again, attempts) VALUES ($1, $2, $3, $4, FALSE, 0)
         ON CONFLICT (kind, key) DO UPDATE SET
            run_at = CASE WHEN jobs.claimed_at IS NOT NULL AND NOT jobs.again THEN excluded.run_at
                          WHEN jobs.run_at < excluded.run_at THEN jobs.run_at
                          ELSE excluded.run_at END,
            again = jobs.claimed_at IS NOT NULL",
        id.uuid(),
        kind,
        key,
        run_at,
    );
    done.execute(db).await.map(drop)
}

pub async fn claim(db: &mut Connection, now: Timestamp, lease_until: Timestamp) -> sqlx::Result<Option<Job>> {
    let row = sqlx::query_as!(
        Row,
        r#"UPDATE jobs SET claimed_at = $1, lease_until = $2, attempts = attempts + 1, again = FALSE
           WHERE id = (SELECT id FROM jobs WHERE run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
                       ORDER BY run_at LIMIT 1)
           RETURNING id AS "id!: Uuid", kind AS "kind!: String", key AS "key!: String",
                     run_at AS "run_at!: Timestamp", claimed_at AS "claimed_at!: Timestamp",
                     attempts AS "attempts!: i64", last_error AS "last_error?: String""#,
        now,
        lease_until,
    );
    Ok(row.fetch_optional(db).await?.map(Job::from))
}

pub async fn finish(db: &mut Connection, job: &Job) -> sqlx::Result<bool> {
    let again = sqlx::query!(
        "UPDATE jobs SET claimed_at = NULL, lease_until = NULL, again = FALSE, attempts = 0, last_error = NULL
         WHERE id = $1 AND claimed_at = $2 AND again",
        job.id.uuid(),
        job.claimed_at,
    );
    if again.execute(&mut *db).await?.rows_affected() == 1 {
        return Ok(true);
    }
    let done =
        sqlx::query!("DELETE FROM jobs WHERE id = $1 AND claimed_at = $2", job.id.uuid(), job.claimed_at);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn retry(db: &mut Connection, job: &Job, run_at: Timestamp, error: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE jobs SET claimed_at = NULL, lease_until = NULL, again = FALSE, run_at = $3, last_error = $4
         WHERE id = $1 AND claimed_at = $2",
        job.id.uuid(),
        job.claimed_at,
        run_at,
        error,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn next_at(db: &mut Connection) -> sqlx::Result<Option<Timestamp>> {
    let next = sqlx::query_scalar!(
        r#"SELECT CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END AS "at!: Timestamp"
           FROM jobs ORDER BY 1 LIMIT 1"#,
    );
    next.fetch_optional(db).await
}
