//! Trusted publishers.

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, GroupId, IssuerId, ProjectId, PublisherId, UserId};
use bonded_model::publishing::{Publisher, PublisherPlace, Source};
use uuid::Uuid;

use super::rows::{corrupt, json, to_json};
use crate::Connection;

struct Row {
    id: Uuid,
    issuer_id: Uuid,
    channel_id: Uuid,
    project_id: Option<Uuid>,
    group_id: Option<Uuid>,
    prefix: Option<String>,
    pending_name: Option<String>,
    pending_normalized: Option<String>,
    registrant_id: Option<Uuid>,
    expires_at: Option<Timestamp>,
    config: String,
    lookup: String,
    created_at: Timestamp,
    created_by: Option<Uuid>,
    last_used_at: Option<Timestamp>,
    last_source: Option<String>,
    last_refused_at: Option<Timestamp>,
    last_refusal: Option<String>,
}

impl Row {
    fn place(&mut self) -> sqlx::Result<PublisherPlace> {
        let channel = self.channel_id.into();
        if let Some(project) = self.project_id {
            return Ok(PublisherPlace::Project { channel, project: project.into() });
        }
        if let Some(prefix) = self.prefix.take() {
            return Ok(PublisherPlace::Prefix { channel, group: self.group_id.map(Into::into), prefix });
        }
        let pending =
            (self.pending_name.take(), self.pending_normalized.take(), self.registrant_id, self.expires_at);
        match pending {
            (Some(name), Some(normalized), Some(registrant), Some(expires_at)) => {
                Ok(PublisherPlace::Pending {
                    channel,
                    name,
                    normalized,
                    registrant: registrant.into(),
                    expires_at,
                })
            }
            _ => Err(corrupt("publishers", "a publisher is for one place")),
        }
    }
}

impl TryFrom<Row> for Publisher {
    type Error = sqlx::Error;

    fn try_from(mut row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            place: row.place()?,
            id: row.id.into(),
            issuer: row.issuer_id.into(),
            config: row.config,
            lookup: row.lookup,
            created_at: row.created_at,
            created_by: row.created_by.map(Into::into),
            last_used_at: row.last_used_at,
            last_source: row.last_source.map(|text| json("publishers.last_source", &text)).transpose()?,
            last_refused_at: row.last_refused_at,
            last_refusal: row.last_refusal,
        })
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT id AS "id!: Uuid", issuer_id AS "issuer_id!: Uuid", channel_id AS "channel_id!: Uuid",
                      project_id AS "project_id?: Uuid", group_id AS "group_id?: Uuid", prefix AS "prefix?: String",
                      pending_name AS "pending_name?: String", pending_normalized AS "pending_normalized?: String",
                      registrant_id AS "registrant_id?: Uuid", expires_at AS "expires_at?: Timestamp",
                      config AS "config!: String", lookup AS "lookup!: String", created_at AS "created_at!: Timestamp",
                      created_by AS "created_by?: Uuid", last_used_at AS "last_used_at?: Timestamp",
                      last_source AS "last_source?: String", last_refused_at AS "last_refused_at?: Timestamp",
                      last_refusal AS "last_refusal?: String"
               FROM publishers "# + $end,
            $($argument),*
        )
    };
}

fn all(rows: Vec<Row>) -> sqlx::Result<Vec<Publisher>> {
    rows.into_iter().map(Publisher::try_from).collect()
}

pub async fn by_id(db: &mut Connection, id: PublisherId) -> sqlx::Result<Option<Publisher>> {
    select!("WHERE id = $1", id.uuid()).fetch_optional(db).await?.map(Publisher::try_from).transpose()
}

pub async fn by_lookup(db: &mut Connection, issuer: IssuerId, lookup: &str) -> sqlx::Result<Vec<Publisher>> {
    all(select!("WHERE issuer_id = $1 AND lookup = $2 ORDER BY id", issuer.uuid(), lookup)
        .fetch_all(db)
        .await?)
}

/// Those whose lookup lies between two texts, the second one excluded; at most 20.
pub async fn by_lookup_range(
    db: &mut Connection,
    issuer: IssuerId,
    from: &str,
    to: &str,
) -> sqlx::Result<Vec<Publisher>> {
    let rows = select!(
        "WHERE issuer_id = $1 AND lookup >= $2 AND lookup < $3 ORDER BY lookup, id LIMIT 20",
        issuer.uuid(),
        from,
        to,
    );
    all(rows.fetch_all(db).await?)
}

pub async fn of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<Vec<Publisher>> {
    all(select!("WHERE project_id = $1 ORDER BY id", project.uuid()).fetch_all(db).await?)
}

/// Those with a prefix, its groups' among them, and the pending ones.
pub async fn of_channel(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<Publisher>> {
    let rows = select!("WHERE channel_id = $1 AND project_id IS NULL ORDER BY id", channel.uuid());
    all(rows.fetch_all(db).await?)
}

pub async fn of_group(db: &mut Connection, group: GroupId) -> sqlx::Result<Vec<Publisher>> {
    all(select!("WHERE group_id = $1 ORDER BY id", group.uuid()).fetch_all(db).await?)
}

pub async fn of_registrant(db: &mut Connection, user: UserId) -> sqlx::Result<Vec<Publisher>> {
    all(select!("WHERE registrant_id = $1 ORDER BY id", user.uuid()).fetch_all(db).await?)
}

pub async fn pending_in(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<Publisher>> {
    let rows = select!("WHERE channel_id = $1 AND pending_name IS NOT NULL ORDER BY id", channel.uuid());
    all(rows.fetch_all(db).await?)
}

pub async fn expired(db: &mut Connection, now: Timestamp) -> sqlx::Result<Vec<Publisher>> {
    all(select!("WHERE expires_at <= $1 ORDER BY id LIMIT 100", now).fetch_all(db).await?)
}

pub async fn expiring(db: &mut Connection, before: Timestamp) -> sqlx::Result<Vec<Publisher>> {
    let rows = select!("WHERE expires_at <= $1 AND reminded_at IS NULL ORDER BY id LIMIT 100", before);
    all(rows.fetch_all(db).await?)
}

pub async fn of_issuer(db: &mut Connection, issuer: IssuerId) -> sqlx::Result<Vec<Publisher>> {
    all(select!("WHERE issuer_id = $1 ORDER BY id LIMIT 100", issuer.uuid()).fetch_all(db).await?)
}

pub async fn count_of_issuer(db: &mut Connection, issuer: IssuerId) -> sqlx::Result<i64> {
    let count = sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!: i64" FROM publishers WHERE issuer_id = $1"#,
        issuer.uuid()
    );
    count.fetch_one(db).await
}

pub async fn insert(db: &mut Connection, publisher: &Publisher) -> sqlx::Result<()> {
    let (mut group, mut prefix, mut pending) = (None, None, None);
    match &publisher.place {
        PublisherPlace::Project { .. } => {}
        PublisherPlace::Prefix { group: of, prefix: begin, .. } => {
            (group, prefix) = (of.map(GroupId::uuid), Some(begin))
        }
        PublisherPlace::Pending { name, normalized, registrant, expires_at, .. } => {
            pending = Some((name, normalized, registrant.uuid(), *expires_at));
        }
    }
    let done = sqlx::query!(
        "INSERT INTO publishers (id, issuer_id, channel_id, project_id, group_id, prefix, pending_name,
                                 pending_normalized, registrant_id, expires_at, config, lookup, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        publisher.id.uuid(),
        publisher.issuer.uuid(),
        publisher.place.channel().uuid(),
        publisher.place.project().map(ProjectId::uuid),
        group,
        prefix,
        pending.as_ref().map(|(name, ..)| name.as_str()),
        pending.as_ref().map(|(_, normalized, ..)| normalized.as_str()),
        pending.as_ref().map(|(_, _, registrant, _)| *registrant),
        pending.as_ref().map(|(.., expires_at)| *expires_at),
        publisher.config,
        publisher.lookup,
        publisher.created_at,
        publisher.created_by.map(UserId::uuid),
    );
    done.execute(db).await.map(drop)
}

pub async fn set_config(
    db: &mut Connection,
    id: PublisherId,
    config: &str,
    lookup: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE publishers SET config = $2, lookup = $3 WHERE id = $1",
        id.uuid(),
        config,
        lookup
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn used(db: &mut Connection, id: PublisherId, now: Timestamp, source: &Source) -> sqlx::Result<()> {
    let source = to_json(source)?;
    let done = sqlx::query!(
        "UPDATE publishers SET last_used_at = $2, last_source = $3 WHERE id = $1",
        id.uuid(),
        now,
        source,
    );
    done.execute(db).await.map(drop)
}

pub async fn refused(db: &mut Connection, id: PublisherId, now: Timestamp, text: &str) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "UPDATE publishers SET last_refused_at = $2, last_refusal = $3 WHERE id = $1",
        id.uuid(),
        now,
        text,
    );
    done.execute(db).await.map(drop)
}

/// A pending publisher becomes one of the project that was made. False when it was not pending any more.
pub async fn fulfil(db: &mut Connection, id: PublisherId, project: ProjectId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE publishers
         SET project_id = $2, pending_name = NULL, pending_normalized = NULL, registrant_id = NULL, expires_at = NULL
         WHERE id = $1 AND pending_name IS NOT NULL",
        id.uuid(),
        project.uuid(),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn reminded(db: &mut Connection, id: PublisherId, now: Timestamp) -> sqlx::Result<()> {
    let done = sqlx::query!("UPDATE publishers SET reminded_at = $2 WHERE id = $1", id.uuid(), now);
    done.execute(db).await.map(drop)
}

pub async fn delete(db: &mut Connection, id: PublisherId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM publishers WHERE id = $1", id.uuid());
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Tokens of other publishers, of a prefix, may do nothing in it any more either.
pub async fn delete_of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<()> {
    let grants = sqlx::query!("DELETE FROM publisher_grants WHERE project_id = $1", project.uuid());
    grants.execute(&mut *db).await?;
    let done = sqlx::query!("DELETE FROM publishers WHERE project_id = $1", project.uuid());
    done.execute(db).await.map(drop)
}

/// Whether a channel keeps the names of pending publishers free for those who registered them.
pub async fn are_reserved_in(db: &mut Connection, channel: ChannelId) -> sqlx::Result<bool> {
    let reserved = sqlx::query_scalar!(
        r#"SELECT reserve_pending AS "reserve_pending!: bool" FROM channels WHERE id = $1"#,
        channel.uuid(),
    );
    Ok(reserved.fetch_optional(db).await?.unwrap_or_default())
}

pub async fn reserve_in(db: &mut Connection, channel: ChannelId, reserve: bool) -> sqlx::Result<()> {
    let done =
        sqlx::query!("UPDATE channels SET reserve_pending = $2 WHERE id = $1", channel.uuid(), reserve);
    done.execute(db).await.map(drop)
}
