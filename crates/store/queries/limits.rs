//! Counters of attempts, each for a window of time.

use bonded_model::Timestamp;

use crate::Connection;

struct Row {
    count: i64,
    ends_at: Timestamp,
}

/// One statement, so that no two attempts see the same count.
pub async fn count(
    db: &mut Connection,
    bucket: &str,
    now: Timestamp,
    ends_at: Timestamp,
) -> sqlx::Result<(i64, Timestamp)> {
    let row = sqlx::query_as!(
        Row,
        r#"INSERT INTO limits (bucket, count, ends_at) VALUES ($1, 1, $3)
           ON CONFLICT (bucket) DO UPDATE SET
              count = CASE WHEN limits.ends_at <= $2 THEN 1 ELSE limits.count + 1 END,
              ends_at = CASE WHEN limits.ends_at <= $2 THEN excluded.ends_at ELSE limits.ends_at END
           RETURNING count AS "count!: i64", ends_at AS "ends_at!: Timestamp""#,
        bucket,
        now,
        ends_at,
    );
    let row = row.fetch_one(db).await?;
    Ok((row.count, row.ends_at))
}

/// A window that has ended is left alone: the attempt was counted in another one.
pub async fn give_back(db: &mut Connection, bucket: &str, now: Timestamp) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE limits SET count = count - 1 WHERE bucket = $1 AND ends_at > $2 AND count > 0",
        bucket,
        now,
    );
    done.execute(db).await.map(drop)
}
