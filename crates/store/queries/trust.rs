//! Trust documents and the keys that they name.

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, UserId};
use bonded_model::trust::{
    KeyBytes, PackageManagerKey, PublisherKey, PublisherKeyView, TrustKeyManager, TrustRoot,
};
use uuid::Uuid;

use super::rows::{key, parsed};
use crate::Connection;

struct KeyRow {
    key: Vec<u8>,
    made_at: Timestamp,
    leaving_since: Option<Timestamp>,
}

struct PublisherRow {
    channel_id: Uuid,
    key: Vec<u8>,
    name: String,
    added_by: Option<Uuid>,
    added_at: Timestamp,
}

struct PublisherViewRow {
    key: Vec<u8>,
    name: String,
    added_by: Option<String>,
    added_at: Timestamp,
}

impl TryFrom<PublisherRow> for PublisherKey {
    type Error = sqlx::Error;

    fn try_from(row: PublisherRow) -> sqlx::Result<Self> {
        Ok(Self {
            channel: row.channel_id.into(),
            key: key("publisher_keys.key", &row.key)?,
            name: row.name,
            added_by: row.added_by.map(UserId::from),
            added_at: row.added_at,
        })
    }
}

pub async fn roots(db: &mut Connection) -> sqlx::Result<Vec<TrustRoot>> {
    let rows = sqlx::query_as!(
        TrustRoot,
        r#"SELECT version AS "version!: i64", body AS "body!: String", installed_at AS "installed_at!: Timestamp"
           FROM trust_roots ORDER BY version"#,
    );
    rows.fetch_all(db).await
}

pub async fn insert_root(db: &mut Connection, root: &TrustRoot) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO trust_roots (version, body, installed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        root.version,
        root.body,
        root.installed_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn key_manager(db: &mut Connection) -> sqlx::Result<Option<TrustKeyManager>> {
    let row = sqlx::query_as!(
        TrustKeyManager,
        r#"SELECT version AS "version!: i64", body AS "body!: String", made_at AS "made_at!: Timestamp",
                  expires_at AS "expires_at!: Timestamp"
           FROM trust_key_managers ORDER BY version DESC LIMIT 1"#,
    );
    row.fetch_optional(db).await
}

pub async fn insert_key_manager(db: &mut Connection, made: &TrustKeyManager) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO trust_key_managers (version, body, made_at, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        made.version,
        made.body,
        made.made_at,
        made.expires_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn package_manager_keys(db: &mut Connection) -> sqlx::Result<Vec<PackageManagerKey>> {
    let rows = sqlx::query_as!(
        KeyRow,
        r#"SELECT key AS "key!: Vec<u8>", made_at AS "made_at!: Timestamp",
                  leaving_since AS "leaving_since?: Timestamp"
           FROM package_manager_keys
           ORDER BY CASE WHEN leaving_since IS NULL THEN 0 ELSE 1 END, made_at DESC, key"#,
    );
    let made = |row: KeyRow| {
        let key = key("package_manager_keys.key", &row.key)?;
        Ok(PackageManagerKey { key, made_at: row.made_at, leaving_since: row.leaving_since })
    };
    rows.fetch_all(db).await?.into_iter().map(made).collect()
}

pub async fn insert_package_manager_key(
    db: &mut Connection,
    key: &KeyBytes,
    at: Timestamp,
) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO package_manager_keys (key, made_at) VALUES ($1, $2)",
        &key.as_bytes()[..],
        at,
    );
    done.execute(db).await.map(drop)
}

pub async fn replace_package_manager_key(db: &mut Connection, at: Timestamp) -> sqlx::Result<()> {
    let done =
        sqlx::query!("UPDATE package_manager_keys SET leaving_since = $1 WHERE leaving_since IS NULL", at);
    done.execute(db).await.map(drop)
}

pub async fn delete_package_manager_key(db: &mut Connection, key: &KeyBytes) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM package_manager_keys WHERE key = $1", &key.as_bytes()[..]);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn publisher_keys(db: &mut Connection) -> sqlx::Result<Vec<PublisherKey>> {
    let rows = sqlx::query_as!(
        PublisherRow,
        r#"SELECT channel_id AS "channel_id!: Uuid", key AS "key!: Vec<u8>", name AS "name!: String",
                  added_by AS "added_by?: Uuid", added_at AS "added_at!: Timestamp"
           FROM publisher_keys ORDER BY channel_id, name"#,
    );
    rows.fetch_all(db).await?.into_iter().map(PublisherKey::try_from).collect()
}

/// Those of one channel, with the names of who added them.
pub async fn publisher_key_views(
    db: &mut Connection,
    channel: ChannelId,
) -> sqlx::Result<Vec<PublisherKeyView>> {
    let rows = sqlx::query_as!(
        PublisherViewRow,
        r#"SELECT p.key AS "key!: Vec<u8>", p.name AS "name!: String", u.name AS "added_by?: String",
                  p.added_at AS "added_at!: Timestamp"
           FROM publisher_keys p LEFT JOIN users u ON u.id = p.added_by
           WHERE p.channel_id = $1 ORDER BY p.name"#,
        channel.uuid(),
    );
    let view = |row: PublisherViewRow| {
        let added_by = row.added_by.map(|name| parsed("users.name", &name)).transpose()?;
        let key = key("publisher_keys.key", &row.key)?;
        Ok(PublisherKeyView { key, name: row.name, added_by, added_at: row.added_at })
    };
    rows.fetch_all(db).await?.into_iter().map(view).collect()
}

pub async fn insert_publisher_key(db: &mut Connection, new: &PublisherKey) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO publisher_keys (channel_id, key, name, added_by, added_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        new.channel.uuid(),
        &new.key.as_bytes()[..],
        new.name,
        new.added_by.map(UserId::uuid),
        new.added_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete_publisher_key(
    db: &mut Connection,
    channel: ChannelId,
    key: &KeyBytes,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM publisher_keys WHERE channel_id = $1 AND key = $2",
        channel.uuid(),
        &key.as_bytes()[..],
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Documents and the server's keys. What they signed tells whether a record is still what it was; publishers' keys stay.
pub async fn forget(db: &mut Connection) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM trust_roots").execute(&mut *db).await?;
    sqlx::query!("DELETE FROM trust_key_managers").execute(&mut *db).await?;
    sqlx::query!("DELETE FROM package_manager_keys").execute(&mut *db).await?;
    Ok(())
}
