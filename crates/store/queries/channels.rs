//! Channels.

use std::collections::HashMap;

use bonded_model::channel::ProjectCreation;
use bonded_model::ids::ChannelId;
use bonded_model::people::Policy;
use bonded_model::trust::Signing;
use bonded_model::{Channel, Switches, Timestamp};
use uuid::Uuid;

use super::rows::{parsed, switches};
use crate::Connection;

struct Row {
    id: Uuid,
    name: String,
    format: String,
    visibility: String,
    second_factor: String,
    phishing_resistant: bool,
    create_projects: String,
    trusted_publishers_only: bool,
    tokens_need_expiry: bool,
    longest_token_life: Option<i64>,
    signing: String,
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
            create_projects: parsed("channels.create_projects", &row.create_projects)?,
            switches: switches(row.trusted_publishers_only, row.tokens_need_expiry, row.longest_token_life)?,
            signing: parsed("channels.signing", &row.signing)?,
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
                      phishing_resistant AS "phishing_resistant!: bool",
                      create_projects AS "create_projects!: String",
                      trusted_publishers_only AS "trusted_publishers_only!: bool",
                      tokens_need_expiry AS "tokens_need_expiry!: bool",
                      longest_token_life AS "longest_token_life?: i64", signing AS "signing!: String",
                      created_at AS "created_at!: Timestamp"
               FROM channels "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, channel: &Channel) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO channels (id, name, format, visibility, second_factor, phishing_resistant, create_projects,
                               trusted_publishers_only, tokens_need_expiry, longest_token_life, signing, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        channel.id.uuid(),
        channel.name.as_str(),
        channel.format.as_str(),
        channel.visibility.as_str(),
        channel.policy.second_factor.as_str(),
        channel.policy.phishing_resistant,
        channel.create_projects.as_str(),
        channel.switches.trusted_publishers_only,
        channel.switches.tokens_need_expiry,
        channel.switches.longest_token_life.map(i64::from),
        channel.signing.as_str(),
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

pub async fn set_creation(db: &mut Connection, id: ChannelId, who: ProjectCreation) -> sqlx::Result<()> {
    let done =
        sqlx::query!("UPDATE channels SET create_projects = $2 WHERE id = $1", id.uuid(), who.as_str());
    done.execute(db).await.map(drop)
}

pub async fn set_switches(db: &mut Connection, id: ChannelId, switches: Switches) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE channels SET trusted_publishers_only = $2, tokens_need_expiry = $3, longest_token_life = $4
         WHERE id = $1",
        id.uuid(),
        switches.trusted_publishers_only,
        switches.tokens_need_expiry,
        switches.longest_token_life.map(i64::from),
    );
    done.execute(db).await.map(drop)
}

pub async fn set_signing(db: &mut Connection, id: ChannelId, signing: Signing) -> sqlx::Result<()> {
    let done = sqlx::query!("UPDATE channels SET signing = $2 WHERE id = $1", id.uuid(), signing.as_str());
    done.execute(db).await.map(drop)
}
