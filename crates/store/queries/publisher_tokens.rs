//! The short-lived tokens of trusted publishers. A secret is known by its hash only.

use bonded_model::Timestamp;
use bonded_model::ids::{ProjectId, PublisherId, TokenId};
use bonded_model::publishing::{Grant, Granted, PublisherToken};
use bonded_model::token::TokenHash;
use uuid::Uuid;

use super::rows::{corrupt, json, to_json};
use crate::Connection;

struct Row {
    id: Uuid,
    issuer_id: Uuid,
    issuer_enabled: bool,
    source: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    burnt_at: Option<Timestamp>,
}

impl Row {
    async fn load(self, db: &mut Connection) -> sqlx::Result<PublisherToken> {
        Ok(PublisherToken {
            id: self.id.into(),
            issuer: self.issuer_id.into(),
            issuer_enabled: self.issuer_enabled,
            source: json("publisher_tokens.source", &self.source)?,
            grants: grants(db, self.id.into()).await?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            burnt_at: self.burnt_at,
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT t.id AS "id!: Uuid", t.issuer_id AS "issuer_id!: Uuid", i.enabled AS "issuer_enabled!: bool",
                      t.source AS "source!: String", t.created_at AS "created_at!: Timestamp",
                      t.expires_at AS "expires_at!: Timestamp", t.burnt_at AS "burnt_at?: Timestamp"
               FROM publisher_tokens t JOIN issuers i ON i.id = t.issuer_id "# + $end,
            $($argument),*
        )
    };
}

pub async fn by_hash(db: &mut Connection, hash: &TokenHash) -> sqlx::Result<Option<PublisherToken>> {
    let row = select!("WHERE t.secret_sha256 = $1", &hash.as_bytes()[..]).fetch_optional(&mut *db).await?;
    match row {
        Some(row) => row.load(db).await.map(Some),
        None => Ok(None),
    }
}

pub async fn by_id(db: &mut Connection, id: TokenId) -> sqlx::Result<Option<PublisherToken>> {
    let row = select!("WHERE t.id = $1", id.uuid()).fetch_optional(&mut *db).await?;
    match row {
        Some(row) => row.load(db).await.map(Some),
        None => Ok(None),
    }
}

async fn grants(db: &mut Connection, token: TokenId) -> sqlx::Result<Vec<Grant>> {
    let rows = sqlx::query!(
        r#"SELECT publisher_id AS "publisher_id!: Uuid", channel_id AS "channel_id!: Uuid",
                  project_id AS "project_id?: Uuid", new_prefix AS "new_prefix?: String"
           FROM publisher_grants WHERE token_id = $1 ORDER BY publisher_id, channel_id, project_id"#,
        token.uuid(),
    );
    let grants = rows.fetch_all(db).await?.into_iter().map(|row| {
        let to = match (row.project_id, row.new_prefix) {
            (Some(project), None) => Granted::Project(project.into()),
            (None, Some(prefix)) => Granted::NewProjects { prefix },
            _ => return Err(corrupt("publisher_grants", "a grant is for one thing")),
        };
        Ok(Grant { publisher: row.publisher_id.into(), channel: row.channel_id.into(), to })
    });
    grants.collect()
}

/// The token with its grants.
pub async fn insert(db: &mut Connection, token: &PublisherToken, hash: &TokenHash) -> sqlx::Result<()> {
    let source = to_json(&token.source)?;
    let done = sqlx::query!(
        "INSERT INTO publisher_tokens (id, secret_sha256, issuer_id, source, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        token.id.uuid(),
        &hash.as_bytes()[..],
        token.issuer.uuid(),
        source,
        token.created_at,
        token.expires_at,
    );
    done.execute(&mut *db).await?;
    for grant in &token.grants {
        insert_grant(db, token.id, grant).await?;
    }
    Ok(())
}

pub async fn insert_grant(db: &mut Connection, token: TokenId, grant: &Grant) -> sqlx::Result<()> {
    let (project, prefix) = match &grant.to {
        Granted::Project(project) => (Some(*project), None),
        Granted::NewProjects { prefix } => (None, Some(prefix.as_str())),
    };
    let done = sqlx::query!(
        "INSERT INTO publisher_grants (token_id, publisher_id, channel_id, project_id, new_prefix)
         VALUES ($1, $2, $3, $4, $5)",
        token.uuid(),
        grant.publisher.uuid(),
        grant.channel.uuid(),
        project.map(ProjectId::uuid),
        prefix,
    );
    done.execute(db).await.map(drop)
}

pub async fn delete_grants_of_publisher(db: &mut Connection, publisher: PublisherId) -> sqlx::Result<()> {
    let done = sqlx::query!("DELETE FROM publisher_grants WHERE publisher_id = $1", publisher.uuid());
    done.execute(db).await.map(drop)
}

/// Ends a token. False when there is none, or it had ended so before.
pub async fn burn(db: &mut Connection, id: TokenId, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE publisher_tokens SET burnt_at = $2 WHERE id = $1 AND burnt_at IS NULL",
        id.uuid(),
        now
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_expired(db: &mut Connection, before: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM publisher_tokens WHERE expires_at < $1", before);
    Ok(done.execute(db).await?.rows_affected())
}
