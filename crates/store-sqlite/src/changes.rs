//! Telling other processes what changed: a table that they read whenever `PRAGMA data_version` moves.

use bonded_model::ids::ServerId;

use crate::Connection;

/// How many rows stay. A process that fell further behind forgets everything that it remembers.
const KEPT: i64 = 10_000;

/// What changed, as a row of the table.
pub struct Row {
    /// Position; rows that were pruned leave a gap.
    pub seq: i64,
    /// The changes, in the words of bonded-store.
    pub body: String,
}

/// Writes down what the present transaction changes.
pub async fn announce(db: &mut Connection, server: ServerId, body: &str) -> sqlx::Result<()> {
    let seq = sqlx::query_scalar!(
        r#"INSERT INTO changes (server, body) VALUES ($1, $2) RETURNING seq AS "seq!: i64""#,
        server.uuid(),
        body,
    );
    let seq = seq.fetch_one(&mut *db).await?;
    if seq % 1_000 == 0 {
        sqlx::query!("DELETE FROM changes WHERE seq <= $1 - $2", seq, KEPT).execute(db).await?;
    }
    Ok(())
}

/// The positions of the oldest and the newest row; zeros when there is none.
pub async fn span(db: &mut Connection) -> sqlx::Result<(i64, i64)> {
    // Two queries in one: SQLite finds a minimum by the index only when it is alone.
    let row = sqlx::query!(
        r#"SELECT COALESCE((SELECT MIN(seq) FROM changes), 0) AS "oldest!: i64",
                  COALESCE((SELECT MAX(seq) FROM changes), 0) AS "newest!: i64""#
    );
    row.fetch_one(db).await.map(|row| (row.oldest, row.newest))
}

/// What others than `server` changed after position `seq`.
pub async fn after(db: &mut Connection, seq: i64, server: ServerId) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT seq AS "seq!: i64", body AS "body!: String" FROM changes
           WHERE seq > $1 AND server <> $2 ORDER BY seq"#,
        seq,
        server.uuid(),
    );
    rows.fetch_all(db).await
}

/// A number that moves with each commit of another connection, be it of this process or of another.
pub async fn data_version(db: &mut Connection) -> sqlx::Result<i64> {
    sqlx::query_scalar("PRAGMA data_version").fetch_one(db).await
}
