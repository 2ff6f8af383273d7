//! Challenges and enrolments that a browser has not answered yet.

use bonded_model::Timestamp;
use bonded_model::secret::SecretHash;

use crate::Connection;

pub async fn put(
    db: &mut Connection,
    browser: &SecretHash,
    kind: &str,
    state: &[u8],
    expires_at: Timestamp,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO ceremonies (browser, kind, state, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (browser, kind) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at",
        &browser.as_bytes()[..],
        kind,
        state,
        expires_at,
    );
    done.execute(db).await.map(drop)
}

/// Whoever takes it deletes it: a challenge is answered once.
pub async fn take(
    db: &mut Connection,
    browser: &SecretHash,
    kind: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Vec<u8>>> {
    let state = sqlx::query_scalar!(
        r#"DELETE FROM ceremonies WHERE browser = $1 AND kind = $2 AND expires_at > $3
           RETURNING state AS "state!: Vec<u8>""#,
        &browser.as_bytes()[..],
        kind,
        now,
    );
    state.fetch_optional(db).await
}
