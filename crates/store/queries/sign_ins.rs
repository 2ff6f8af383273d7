//! Half-way sign-ins.

use bonded_model::Timestamp;
use bonded_model::ids::UserId;
use bonded_model::people::SignIn;
use bonded_model::secret::SecretHash;
use uuid::Uuid;

use super::rows::{parsed, secret_hash};
use crate::Connection;

struct Row {
    browser: Vec<u8>,
    user_id: Uuid,
    stage: String,
    proof: String,
    next: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl TryFrom<Row> for SignIn {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            browser: secret_hash("sign_ins.browser", &row.browser)?,
            user: row.user_id.into(),
            stage: parsed("sign_ins.stage", &row.stage)?,
            proof: parsed("sign_ins.proof", &row.proof)?,
            next: row.next,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

pub async fn by_browser(db: &mut Connection, browser: &SecretHash) -> sqlx::Result<Option<SignIn>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT browser AS "browser!: Vec<u8>", user_id AS "user_id!: Uuid", stage AS "stage!: String",
                  proof AS "proof!: String", next AS "next!: String", created_at AS "created_at!: Timestamp",
                  expires_at AS "expires_at!: Timestamp"
           FROM sign_ins WHERE browser = $1"#,
        &browser.as_bytes()[..],
    );
    row.fetch_optional(db).await?.map(SignIn::try_from).transpose()
}

pub async fn put(db: &mut Connection, sign_in: &SignIn) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO sign_ins (browser, user_id, stage, proof, next, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (browser) DO UPDATE SET user_id = excluded.user_id, stage = excluded.stage,
            proof = excluded.proof, next = excluded.next, created_at = excluded.created_at,
            expires_at = excluded.expires_at",
        &sign_in.browser.as_bytes()[..],
        sign_in.user.uuid(),
        sign_in.stage.as_str(),
        sign_in.proof.as_str(),
        sign_in.next,
        sign_in.created_at,
        sign_in.expires_at,
    );
    done.execute(db).await.map(drop)
}

pub async fn delete(db: &mut Connection, browser: &SecretHash) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM sign_ins WHERE browser = $1", &browser.as_bytes()[..]);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_all(db: &mut Connection, user: UserId) -> sqlx::Result<()> {
    let done = sqlx::query!("DELETE FROM sign_ins WHERE user_id = $1", user.uuid());
    done.execute(db).await.map(drop)
}
