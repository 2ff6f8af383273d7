//! API tokens. A secret is known by its hash only.

use bonded_model::ids::{ChannelId, TokenId, UserId};
use bonded_model::people::Client;
use bonded_model::token::{Cuts, Minter, Token, TokenHash, TokenScope, TokenUse, Verbs};
use bonded_model::{Authority, Principal, Timestamp};
use uuid::Uuid;

use super::rows::{corrupt, parsed};
use super::{standing, token_cuts, token_scopes};
use crate::Connection;

struct Row {
    id: Uuid,
    user_id: Uuid,
    name: String,
    verbs: i64,
    everything: bool,
    by_operator: bool,
    created_at: Timestamp,
    secret_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    last_used_address: Option<String>,
    last_used_agent: String,
    networks: String,
    leaked_at: Option<Timestamp>,
    rotations: i64,
    previous_until: Option<Timestamp>,
    minted_by: Option<Uuid>,
    minter_name: Option<String>,
    minter_secret_at: Option<Timestamp>,
    minter_expires_at: Option<Timestamp>,
    minter_revoked_at: Option<Timestamp>,
    /// 1 where the row was found by the secret before the present one, 2 by one before that, else 0.
    behind: i64,
}

impl Row {
    fn minter(&self) -> Option<Minter> {
        Some(Minter {
            id: self.minted_by?.into(),
            name: self.minter_name.clone()?,
            secret_at: self.minter_secret_at?,
            expires_at: self.minter_expires_at,
            revoked_at: self.minter_revoked_at,
        })
    }

    fn into_token(self, reach: token_scopes::Reach, cuts: Cuts) -> sqlx::Result<Token> {
        let minted_by = self.minter();
        let verbs = u8::try_from(self.verbs).map_err(|error| corrupt("tokens.verbs", error))?;
        let address =
            self.last_used_address.map(|text| parsed("tokens.last_used_address", &text)).transpose()?;
        Ok(Token {
            id: self.id.into(),
            user: self.user_id.into(),
            name: self.name,
            verbs: Verbs::from_bits(verbs),
            scope: if self.everything { TokenScope::Owner } else { reach.into() },
            cuts,
            by_operator: self.by_operator,
            minted_by,
            created_at: self.created_at,
            secret_at: self.secret_at.unwrap_or(self.created_at),
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
            last_used_at: self.last_used_at,
            last_client: Client { address, agent: self.last_used_agent },
            networks: parsed("tokens.networks", &self.networks)?,
            leaked_at: self.leaked_at,
            rotations: self.rotations,
            previous_until: self.previous_until,
            presented: self.rotations - self.behind,
        })
    }

    async fn load(self, db: &mut Connection) -> sqlx::Result<Token> {
        let reach = match self.everything {
            true => token_scopes::Reach::default(),
            false => token_scopes::of_token(&mut *db, self.id.into()).await?,
        };
        let cuts = token_cuts::of_token(db, self.id.into()).await?;
        self.into_token(reach, cuts)
    }
}

/// `SELECT` of whole rows with the given end; `behind` as an expression.
macro_rules! select {
    ($behind:literal, $end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT t.id AS "id!: Uuid", t.user_id AS "user_id!: Uuid", t.name AS "name!: String",
                      t.verbs AS "verbs!: i64", t.everything AS "everything!: bool", t.by_operator AS "by_operator!: bool",
                      t.created_at AS "created_at!: Timestamp", t.secret_at AS "secret_at?: Timestamp",
                      t.expires_at AS "expires_at?: Timestamp", t.revoked_at AS "revoked_at?: Timestamp",
                      t.last_used_at AS "last_used_at?: Timestamp", t.last_used_address AS "last_used_address?: String",
                      t.last_used_agent AS "last_used_agent!: String", t.networks AS "networks!: String",
                      t.leaked_at AS "leaked_at?: Timestamp", t.rotations AS "rotations!: i64",
                      t.previous_until AS "previous_until?: Timestamp", t.minted_by AS "minted_by?: Uuid",
                      m.name AS "minter_name?: String",
                      COALESCE(m.secret_at, m.created_at) AS "minter_secret_at?: Timestamp",
                      m.expires_at AS "minter_expires_at?: Timestamp", m.revoked_at AS "minter_revoked_at?: Timestamp",
                      "# + $behind + r#" AS "behind!: i64"
               FROM tokens t LEFT JOIN tokens m ON m.id = t.minted_by "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, token: &Token, hash: &TokenHash) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO tokens (id, user_id, name, secret_sha256, verbs, everything, by_operator, created_at, expires_at,
                             revoked_at, last_used_at, networks, minted_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
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
        token.networks.to_string(),
        token.minted_by.as_ref().map(|minter| minter.id.uuid()),
    );
    if done.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    token_scopes::insert(db, token).await?;
    Ok(true)
}

pub async fn by_id(db: &mut Connection, id: TokenId) -> sqlx::Result<Option<Token>> {
    match select!("CAST(0 AS BIGINT)", "WHERE t.id = $1", id.uuid()).fetch_optional(&mut *db).await? {
        Some(row) => row.load(db).await.map(Some),
        None => Ok(None),
    }
}

pub async fn principal(db: &mut Connection, hash: &TokenHash) -> sqlx::Result<Option<Principal>> {
    let row = select!(
        "CASE WHEN t.secret_sha256 = $1 THEN CAST(0 AS BIGINT) WHEN t.previous_sha256 = $1 THEN CAST(1 AS BIGINT)
              ELSE CAST(2 AS BIGINT) END",
        "WHERE t.secret_sha256 = $1 OR t.id = (SELECT s.token_id FROM token_secrets s WHERE s.sha256 = $1)",
        &hash.as_bytes()[..],
    );
    let Some(row) = row.fetch_optional(&mut *db).await? else { return Ok(None) };
    let token = row.load(&mut *db).await?;
    let Some((user, standing, roles)) = standing::person(db, token.user).await? else { return Ok(None) };
    Ok(Some(Principal {
        user,
        standing,
        channel_roles: roles.channels,
        project_roles: roles.projects,
        authority: Authority::Token(token.into()),
    }))
}

pub async fn all(db: &mut Connection) -> sqlx::Result<Vec<Token>> {
    list(db, None).await
}

pub async fn of_user(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<Token>> {
    list(db, Some(user)).await
}

/// Those that may publish, yank or delete at all and reach into the channel; what their owners may do is not looked at.
pub async fn reaching_into(
    db: &mut Connection,
    channel: ChannelId,
    now: Timestamp,
) -> sqlx::Result<Vec<Token>> {
    let rows = select!(
        "CAST(0 AS BIGINT)",
        "WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) AND (t.verbs & 14) <> 0
           AND (t.everything OR t.id IN (SELECT token_id FROM token_channels WHERE channel_id = $1)
                OR t.id IN (SELECT s.token_id FROM token_projects s JOIN projects p ON p.id = s.project_id
                            WHERE p.channel_id = $1))
         ORDER BY t.id",
        channel.uuid(),
        now,
    );
    let mut tokens = Vec::new();
    for row in rows.fetch_all(&mut *db).await? {
        tokens.push(row.load(&mut *db).await?);
    }
    Ok(tokens)
}

async fn list(db: &mut Connection, user: Option<UserId>) -> sqlx::Result<Vec<Token>> {
    let rows = select!(
        "CAST(0 AS BIGINT)",
        "WHERE t.user_id = $1 OR $1 IS NULL ORDER BY t.id",
        user.map(UserId::uuid)
    );
    let rows = rows.fetch_all(&mut *db).await?;
    let mut reaches = token_scopes::of_user(&mut *db, user).await?;
    let mut cuts = token_cuts::of_user(db, user).await?;
    let token = |row: Row| {
        let id = row.id.into();
        row.into_token(reaches.remove(&id).unwrap_or_default(), cuts.remove(&id).unwrap_or_default())
    };
    rows.into_iter().map(token).collect()
}

pub async fn revoke(db: &mut Connection, id: TokenId, at: Timestamp) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", id.uuid(), at);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn revoke_minted(
    db: &mut Connection,
    minter: TokenId,
    at: Timestamp,
) -> sqlx::Result<Vec<TokenId>> {
    let ended = sqlx::query_scalar!(
        r#"UPDATE tokens SET revoked_at = $2 WHERE minted_by = $1 AND revoked_at IS NULL RETURNING id AS "id!: Uuid""#,
        minter.uuid(),
        at,
    );
    let mut ended: Vec<_> = ended.fetch_all(db).await?.into_iter().map(TokenId::from).collect();
    ended.sort();
    Ok(ended)
}

pub async fn rotate(
    db: &mut Connection,
    token: &Token,
    hash: &TokenHash,
    previous_until: Timestamp,
    at: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE tokens SET previous_sha256 = secret_sha256, previous_until = $4, secret_sha256 = $3,
                           rotations = rotations + 1, expires_at = $5, leaked_at = NULL, secret_at = $6,
                           minted_by = $7
         WHERE id = $1 AND rotations = $2 AND revoked_at IS NULL",
        token.id.uuid(),
        token.rotations,
        &hash.as_bytes()[..],
        previous_until,
        token.expires_at,
        at,
        token.minted_by.as_ref().map(|minter| minter.id.uuid()),
    );
    if done.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "INSERT INTO token_secrets (sha256, token_id) SELECT previous_sha256, id FROM tokens WHERE id = $1",
        token.id.uuid(),
    )
    .execute(db)
    .await?;
    Ok(true)
}

pub async fn change(db: &mut Connection, token: &Token) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE tokens SET verbs = $2, everything = $3, expires_at = $4, networks = $5
         WHERE id = $1 AND revoked_at IS NULL",
        token.id.uuid(),
        i64::from(token.verbs.bits()),
        token.scope == TokenScope::Owner,
        token.expires_at,
        token.networks.to_string(),
    );
    if done.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    token_scopes::delete(db, token.id).await?;
    token_scopes::insert(db, token).await?;
    Ok(true)
}

pub async fn leak(db: &mut Connection, id: TokenId, at: Timestamp) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("UPDATE tokens SET leaked_at = $2 WHERE id = $1 AND leaked_at IS NULL", id.uuid(), at);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn touch(db: &mut Connection, uses: &[TokenUse]) -> sqlx::Result<()> {
    for TokenUse { token, at, client } in uses {
        let done = sqlx::query!(
            "UPDATE tokens SET last_used_at = $2, last_used_address = $3, last_used_agent = $4
             WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            token.uuid(),
            at,
            client.address.map(|address| address.to_string()),
            client.agent,
        );
        done.execute(&mut *db).await?;
    }
    Ok(())
}
