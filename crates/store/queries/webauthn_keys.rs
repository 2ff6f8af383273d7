//! Security keys and passkeys.

use bonded_model::Timestamp;
use bonded_model::ids::{KeyId, UserId};
use bonded_model::people::{KeyInserted, KeyRenamed, WebauthnKey};
use uuid::Uuid;

use crate::Connection;

struct Row {
    id: Uuid,
    user_id: Uuid,
    name: String,
    credential_id: Vec<u8>,
    credential: String,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl From<Row> for WebauthnKey {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            user: row.user_id.into(),
            name: row.name,
            credential_id: row.credential_id,
            credential: row.credential,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", user_id AS "user_id!: Uuid", name AS "name!: String",
                      credential_id AS "credential_id!: Vec<u8>", credential AS "credential!: String",
                      created_at AS "created_at!: Timestamp", last_used_at AS "last_used_at?: Timestamp"
               FROM webauthn_keys "# + $end,
            $($argument),*
        )
    };
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<WebauthnKey>> {
    let rows = select!("WHERE user_id = $1 ORDER BY id", user.uuid());
    Ok(rows.fetch_all(db).await?.into_iter().map(WebauthnKey::from).collect())
}

pub async fn by_credential(db: &mut Connection, credential_id: &[u8]) -> sqlx::Result<Option<WebauthnKey>> {
    let row = select!("WHERE credential_id = $1", credential_id);
    Ok(row.fetch_optional(db).await?.map(WebauthnKey::from))
}

pub async fn insert(db: &mut Connection, key: &WebauthnKey) -> sqlx::Result<KeyInserted> {
    if by_credential(&mut *db, &key.credential_id).await?.is_some() {
        return Ok(KeyInserted::CredentialTaken);
    }
    if is_name_of_another(&mut *db, key.user, key.id, &key.name).await? {
        return Ok(KeyInserted::NameTaken);
    }
    let done = sqlx::query!(
        "INSERT INTO webauthn_keys (id, user_id, name, credential_id, credential, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        key.id.uuid(),
        key.user.uuid(),
        key.name,
        key.credential_id,
        key.credential,
        key.created_at,
        key.last_used_at,
    );
    done.execute(db).await?;
    Ok(KeyInserted::Done)
}

async fn is_name_of_another(db: &mut Connection, user: UserId, id: KeyId, name: &str) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT 1 FROM webauthn_keys WHERE user_id = $1 AND id <> $2 AND name = $3))
           AS "found!: bool""#,
        user.uuid(),
        id.uuid(),
        name,
    );
    found.fetch_one(db).await
}

pub async fn rename(db: &mut Connection, user: UserId, id: KeyId, name: &str) -> sqlx::Result<KeyRenamed> {
    if is_name_of_another(&mut *db, user, id, name).await? {
        return Ok(KeyRenamed::NameTaken);
    }
    let done = sqlx::query!(
        "UPDATE webauthn_keys SET name = $3 WHERE user_id = $1 AND id = $2",
        user.uuid(),
        id.uuid(),
        name,
    );
    let found = done.execute(db).await?.rows_affected() == 1;
    Ok(if found { KeyRenamed::Done } else { KeyRenamed::Missing })
}

/// Compares with the credential that was read before: of two answers to one challenge, or of an original and a clone
/// with the same counter, one wins.
pub async fn record_use(
    db: &mut Connection,
    id: KeyId,
    before: &str,
    after: &str,
    at: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE webauthn_keys SET credential = $3, last_used_at = $4 WHERE id = $1 AND credential = $2",
        id.uuid(),
        before,
        after,
        at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete(db: &mut Connection, user: UserId, id: KeyId) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("DELETE FROM webauthn_keys WHERE user_id = $1 AND id = $2", user.uuid(), id.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_all(db: &mut Connection, user: UserId) -> sqlx::Result<()> {
    let done = sqlx::query!("DELETE FROM webauthn_keys WHERE user_id = $1", user.uuid());
    done.execute(db).await.map(drop)
}
