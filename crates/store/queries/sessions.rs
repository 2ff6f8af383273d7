//! Signed-in browsers.

use bonded_model::Timestamp;
use bonded_model::ids::{SessionId, UserId};
use bonded_model::people::{Client, Proof, SessionRow};
use bonded_model::secret::SecretHash;
use uuid::Uuid;

use super::rows::{parsed, secret_hash};
use crate::Connection;

struct Row {
    id: Uuid,
    browser: Vec<u8>,
    user_id: Uuid,
    created_at: Timestamp,
    seen_at: Timestamp,
    expires_at: Timestamp,
    proof: String,
    proved_at: Timestamp,
    address: Option<String>,
    agent: String,
}

impl TryFrom<Row> for SessionRow {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let address = row.address.map(|text| parsed("sessions.address", &text)).transpose()?;
        Ok(Self {
            id: row.id.into(),
            browser: secret_hash("sessions.browser", &row.browser)?,
            user: row.user_id.into(),
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
            proof: Proof { kind: parsed("sessions.proof", &row.proof)?, at: row.proved_at },
            client: Client { address, agent: row.agent },
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", browser AS "browser!: Vec<u8>", user_id AS "user_id!: Uuid",
                      created_at AS "created_at!: Timestamp", seen_at AS "seen_at!: Timestamp",
                      expires_at AS "expires_at!: Timestamp", proof AS "proof!: String",
                      proved_at AS "proved_at!: Timestamp", address AS "address?: String", agent AS "agent!: String"
               FROM sessions "# + $end,
            $($argument),*
        )
    };
}

pub async fn by_browser(db: &mut Connection, browser: &SecretHash) -> sqlx::Result<Option<SessionRow>> {
    let row = select!("WHERE browser = $1", &browser.as_bytes()[..]);
    row.fetch_optional(db).await?.map(SessionRow::try_from).transpose()
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<SessionRow>> {
    let rows = select!("WHERE user_id = $1 ORDER BY seen_at DESC, id", user.uuid());
    rows.fetch_all(db).await?.into_iter().map(SessionRow::try_from).collect()
}

pub async fn insert(db: &mut Connection, session: &SessionRow) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO sessions (id, browser, user_id, created_at, seen_at, expires_at, proof, proved_at, address, agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        session.id.uuid(),
        &session.browser.as_bytes()[..],
        session.user.uuid(),
        session.created_at,
        session.seen_at,
        session.expires_at,
        session.proof.kind.as_str(),
        session.proof.at,
        session.client.address.map(|address| address.to_string()),
        session.client.agent,
    );
    done.execute(db).await.map(drop)
}

pub async fn rotate(db: &mut Connection, id: SessionId, browser: &SecretHash) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("UPDATE sessions SET browser = $2 WHERE id = $1", id.uuid(), &browser.as_bytes()[..]);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn touch(db: &mut Connection, id: SessionId, at: Timestamp, client: &Client) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE sessions SET seen_at = $2, address = $3, agent = $4 WHERE id = $1 AND seen_at < $2",
        id.uuid(),
        at,
        client.address.map(|address| address.to_string()),
        client.agent,
    );
    done.execute(db).await.map(drop)
}

pub async fn prove(db: &mut Connection, id: SessionId, proof: Proof) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE sessions SET proof = $2, proved_at = $3 WHERE id = $1",
        id.uuid(),
        proof.kind.as_str(),
        proof.at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete(db: &mut Connection, user: UserId, id: SessionId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM sessions WHERE user_id = $1 AND id = $2", user.uuid(), id.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_all(db: &mut Connection, user: UserId, except: Option<SessionId>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM sessions WHERE user_id = $1 AND (id <> $2 OR $2 IS NULL)",
        user.uuid(),
        except.map(SessionId::uuid),
    );
    Ok(done.execute(db).await?.rows_affected())
}
