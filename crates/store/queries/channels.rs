//! Channels.

use bonded_model::ids::ChannelId;
use bonded_model::{Channel, Timestamp};
use uuid::Uuid;

use super::rows::parsed;
use crate::Connection;

struct Row {
    id: Uuid,
    name: String,
    format: String,
    visibility: String,
    created_at: Timestamp,
}

impl TryFrom<Row> for Channel {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id.into(),
            name: parsed("channels.name", &row.name)?,
            format: parsed("channels.format", &row.format)?,
            visibility: parsed("channels.visibility", &row.visibility)?,
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
                      visibility AS "visibility!: String", created_at AS "created_at!: Timestamp"
               FROM channels "# + $end,
            $($argument),*
        )
    };
}

pub async fn insert(db: &mut Connection, channel: &Channel) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO channels (id, name, format, visibility, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        channel.id.uuid(),
        channel.name.as_str(),
        channel.format.as_str(),
        channel.visibility.as_str(),
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
