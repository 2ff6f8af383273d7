//! Issuers of identity tokens, and their signing keys.

use bonded_model::Timestamp;
use bonded_model::ids::IssuerId;
use bonded_model::publishing::{Issuer, IssuerKeys};
use uuid::Uuid;

use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    url: String,
    provider: String,
    name: String,
    enabled: bool,
    algorithm: String,
    private_network: bool,
    server: Option<String>,
    created_at: Timestamp,
}

impl TryFrom<Row> for Issuer {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id.into(),
            provider: parsed("issuers.provider", &row.provider)?,
            algorithm: parsed("issuers.algorithm", &row.algorithm)?,
            url: row.url,
            name: row.name,
            enabled: row.enabled,
            private_network: row.private_network,
            server: row.server,
            created_at: row.created_at,
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", url AS "url!: String", provider AS "provider!: String", name AS "name!: String",
                      enabled AS "enabled!: bool", algorithm AS "algorithm!: String",
                      private_network AS "private_network!: bool", server AS "server?: String",
                      created_at AS "created_at!: Timestamp"
               FROM issuers "# + $end,
            $($argument),*
        )
    };
}

pub async fn all(db: &mut Connection) -> sqlx::Result<Vec<Issuer>> {
    let rows = select!("ORDER BY provider, name, id").fetch_all(db).await?;
    rows.into_iter().map(Issuer::try_from).collect()
}

pub async fn by_id(db: &mut Connection, id: IssuerId) -> sqlx::Result<Option<Issuer>> {
    select!("WHERE id = $1", id.uuid()).fetch_optional(db).await?.map(Issuer::try_from).transpose()
}

pub async fn by_url(db: &mut Connection, url: &str) -> sqlx::Result<Option<Issuer>> {
    select!("WHERE url = $1", url).fetch_optional(db).await?.map(Issuer::try_from).transpose()
}

pub async fn insert(db: &mut Connection, issuer: &Issuer) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO issuers (id, url, provider, name, enabled, algorithm, private_network, server, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT DO NOTHING",
        issuer.id.uuid(),
        issuer.url,
        issuer.provider.as_str(),
        issuer.name,
        issuer.enabled,
        issuer.algorithm.as_str(),
        issuer.private_network,
        issuer.server,
        issuer.created_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Everything but its URL and kind: publishers were made for those.
pub async fn change(db: &mut Connection, issuer: &Issuer) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE issuers SET name = $2, enabled = $3, algorithm = $4, private_network = $5, server = $6 WHERE id = $1",
        issuer.id.uuid(),
        issuer.name,
        issuer.enabled,
        issuer.algorithm.as_str(),
        issuer.private_network,
        issuer.server,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete(db: &mut Connection, id: IssuerId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM issuers WHERE id = $1", id.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn keys(db: &mut Connection, id: IssuerId) -> sqlx::Result<Option<IssuerKeys>> {
    let keys = sqlx::query_as!(
        IssuerKeys,
        r#"SELECT jwks AS "jwks?: String", jwks_at AS "fetched_at?: Timestamp", tried_at AS "tried_at?: Timestamp"
           FROM issuers WHERE id = $1"#,
        id.uuid(),
    );
    keys.fetch_optional(db).await
}

/// Of all that want to fetch the keys of an issuer, one may, if nobody tried since `before`.
pub async fn claim_refresh(
    db: &mut Connection,
    id: IssuerId,
    now: Timestamp,
    before: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE issuers SET tried_at = $2 WHERE id = $1 AND (tried_at IS NULL OR tried_at <= $3)",
        id.uuid(),
        now,
        before,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn put_keys(db: &mut Connection, id: IssuerId, jwks: &str, now: Timestamp) -> sqlx::Result<()> {
    let done = sqlx::query!("UPDATE issuers SET jwks = $2, jwks_at = $3 WHERE id = $1", id.uuid(), jwks, now);
    done.execute(db).await.map(drop)
}

/// Burns an identity token. False when it was burnt before.
pub async fn burn(
    db: &mut Connection,
    issuer: IssuerId,
    jti_sha256: &bonded_model::Sha256,
    keep_until: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO burnt_identities (issuer_id, jti_sha256, keep_until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        issuer.uuid(),
        &jti_sha256.as_bytes()[..],
        keep_until,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_burnt(db: &mut Connection, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM burnt_identities WHERE keep_until < $1", now);
    Ok(done.execute(db).await?.rows_affected())
}
