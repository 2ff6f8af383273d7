//! Channels.

use std::collections::HashMap;

use bonded_model::ids::ChannelId;
use bonded_model::people::Policy;
use bonded_model::{Channel, Timestamp};
use uuid::Uuid;

use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    name: String,
    format: String,
    visibility: String,
    second_factor: String,
    phishing_resistant: bool,
    created_at: Timestamp,
}

struct PolicyRow {
    id: Uuid,
    second_factor: String,
    phishing_resistant: bool,
}

fn policy(second_factor: &str, phishing_resistant: bool) -> sqlx::Result<Policy> {
    Ok(Policy { second_factor: parsed("channels.second_factor", second_factor)?, phishing_resistant })
}

impl TryFrom<Row> for Channel {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id.into(),
            name: parsed("channels.name", &row.name)?,
            format: parsed("channels.format", &row.format)?,
            visibility: parsed("channels.visibility", &row.visibility)?,
            policy: policy(&row.second_factor, row.phishing_resistant)?,
            created_at: row.created_at,
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", name AS "name!: String", format AS "format!: String",
                      visibility AS "visibility!: String", second_factor AS "second_factor!: String",
                      phishing_resistant AS "phishing_resistant!: bool", created_at AS "created_at!: Timestamp"
               FROM channels "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, channel: &Channel) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO channels (id, name, format, visibility, second_factor, phishing_resistant, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        channel.id.uuid(),
        channel.name.as_str(),
        channel.format.as_str(),
        channel.visibility.as_str(),
        channel.policy.second_factor.as_str(),
        channel.policy.phishing_resistant,
        channel.created_at,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn by_id(db: &mut Connection, id: ChannelId) -> sqlx::Result<Option<Channel>> {
    let row = select!("WHERE id = $1", id.uuid());
    row.fetch_optional(db).await?.map(Channel::try_from).transpose()
}

pub async fn by_name(db: &mut Connection, name: &str) -> sqlx::Result<Option<Channel>> {
    let row = select!("WHERE name = $1", name);
    row.fetch_optional(db).await?.map(Channel::try_from).transpose()
}

pub async fn all(db: &mut Connection) -> sqlx::Result<Vec<Channel>> {
    let rows = select!("ORDER BY name");
    rows.fetch_all(db).await?.into_iter().map(Channel::try_from).collect()
}

pub async fn policies(db: &mut Connection) -> sqlx::Result<HashMap<ChannelId, Policy>> {
    let rows = sqlx::query_as!(
        PolicyRow,
        r#"SELECT id AS "id!: Uuid", second_factor AS "second_factor!: String",
                  phishing_resistant AS "phishing_resistant!: bool"
           FROM channels"#
    );
    let entry = |row: PolicyRow| Ok((row.id.into(), policy(&row.second_factor, row.phishing_resistant)?));
    rows.fetch_all(db).await?.into_iter().map(entry).collect()
}

pub async fn set_policy(db: &mut Connection, id: ChannelId, policy: Policy) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE channels SET second_factor = $2, phishing_resistant = $3 WHERE id = $1",
        id.uuid(),
        policy.second_factor.as_str(),
        policy.phishing_resistant,
    );
    done.execute(db).await.map(drop)
}
