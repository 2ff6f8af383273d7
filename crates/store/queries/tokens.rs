//! API tokens. A secret is known by its hash only.

use bonded_model::ids::{TokenId, UserId};
use bonded_model::token::{Token, TokenHash, TokenScope, Verbs};
use bonded_model::{Authority, Principal, Timestamp};
use uuid::Uuid;

use super::rows::corrupt;
use super::{standing, token_scopes};
use crate::Connection;

struct Row {
    id: Uuid,
    user_id: Uuid,
    name: String,
    verbs: i64,
    everything: bool,
    by_operator: bool,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
}

impl Row {
    fn into_token(self, reach: token_scopes::Reach) -> sqlx::Result<Token> {
        let verbs = u8::try_from(self.verbs).map_err(|error| corrupt("tokens.verbs", error))?;
        Ok(Token {
            id: self.id.into(),
            user: self.user_id.into(),
            name: self.name,
            verbs: Verbs::from_bits(verbs),
            scope: if self.everything { TokenScope::Owner } else { reach.into() },
            by_operator: self.by_operator,
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
            last_used_at: self.last_used_at,
        })
    }

    async fn load(self, db: &mut Connection) -> sqlx::Result<Token> {
        let reach = match self.everything {
            true => token_scopes::Reach::default(),
            false => token_scopes::of_token(db, self.id.into()).await?,
        };
        self.into_token(reach)
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", user_id AS "user_id!: Uuid", name AS "name!: String", verbs AS "verbs!: i64",
                      everything AS "everything!: bool", by_operator AS "by_operator!: bool",
                      created_at AS "created_at!: Timestamp",
                      expires_at AS "expires_at?: Timestamp", revoked_at AS "revoked_at?: Timestamp",
                      last_used_at AS "last_used_at?: Timestamp"
               FROM tokens "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, token: &Token, hash: &TokenHash) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO tokens (id, user_id, name, secret_sha256, verbs, everything, by_operator, created_at, expires_at,
                             revoked_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        token.id.uuid(),
        token.user.uuid(),
        token.name,
        &hash.as_bytes()[..],
        i64::from(token.verbs.bits()),
        token.scope == TokenScope::Owner,
        token.by_operator,
        token.created_at,
        token.expires_at,
        token.revoked_at,
        token.last_used_at,
    );
    if done.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    token_scopes::insert(db, token).await?;
    Ok(true)
}

pub async fn by_id(db: &mut Connection, id: TokenId) -> sqlx::Result<Option<Token>> {
    match select!("WHERE id = $1", id.uuid()).fetch_optional(&mut *db).await? {
        Some(row) => row.load(db).await.map(Some),
        None => Ok(None),
    }
}

pub async fn principal(db: &mut Connection, hash: &TokenHash) -> sqlx::Result<Option<Principal>> {
    let row = select!("WHERE secret_sha256 = $1", &hash.as_bytes()[..]).fetch_optional(&mut *db).await?;
    let Some(row) = row else { return Ok(None) };
    let token = row.load(&mut *db).await?;
    let Some((user, standing, roles)) = standing::person(db, token.user).await? else { return Ok(None) };
    Ok(Some(Principal {
        user,
        standing,
        channel_roles: roles.channels,
        project_roles: roles.projects,
        authority: Authority::Token(token),
    }))
}

pub async fn all(db: &mut Connection) -> sqlx::Result<Vec<Token>> {
    list(db, None).await
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<Token>> {
    list(db, Some(user)).await
}

async fn list(db: &mut Connection, user: Option<UserId>) -> sqlx::Result<Vec<Token>> {
    let rows = select!("WHERE user_id = $1 OR $1 IS NULL ORDER BY id", user.map(UserId::uuid));
    let rows = rows.fetch_all(&mut *db).await?;
    let mut reaches = token_scopes::of_user(db, user).await?;
    let token = |row: Row| {
        let reach = reaches.remove(&row.id.into()).unwrap_or_default();
        row.into_token(reach)
    };
    rows.into_iter().map(token).collect()
}

pub async fn revoke(db: &mut Connection, id: TokenId, at: Timestamp) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", id.uuid(), at);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn touch(db: &mut Connection, seen: &[(TokenId, Timestamp)]) -> sqlx::Result<()> {
    for (id, at) in seen {
        let done = sqlx::query!(
            "UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            id.uuid(),
            at,
        );
        done.execute(&mut *db).await?;
    }
    Ok(())
}
