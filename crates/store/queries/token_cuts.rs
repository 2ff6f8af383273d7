//! Tokens that were cut off: they may do nothing any more in one channel, or in one project.

use std::collections::HashMap;

use bonded_model::Timestamp;
use bonded_model::ids::{ChannelId, ProjectId, TokenId, UserId};
use bonded_model::token::{Cuts, TokenCut};
use uuid::Uuid;

use crate::Connection;

struct Row {
    token_id: Uuid,
    channel_id: Uuid,
    project_id: Option<Uuid>,
    cut_at: Timestamp,
    cut_by: Option<Uuid>,
}

impl From<Row> for TokenCut {
    fn from(row: Row) -> Self {
        Self {
            token: row.token_id.into(),
            channel: row.channel_id.into(),
            project: row.project_id.map(ProjectId::from),
            at: row.cut_at,
            by: row.cut_by.map(UserId::from),
        }
    }
}

/// `SELECT` of whole rows with the given end.
macro_rules! select {
    ($end:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT token_id AS "token_id!: Uuid", channel_id AS "channel_id!: Uuid",
                      project_id AS "project_id?: Uuid", cut_at AS "cut_at!: Timestamp", cut_by AS "cut_by?: Uuid"
               FROM token_cuts "# + $end,
            $($argument),*
        )
    };
}

pub(super) async fn of_token(db: &mut Connection, token: TokenId) -> sqlx::Result<Cuts> {
    let rows = select!("WHERE token_id = $1", token.uuid());
    Ok(rows.fetch_all(db).await?.into_iter().map(TokenCut::from).collect())
}

/// The cuts of every token of `user`, or of everybody's.
pub(super) async fn of_user(
    db: &mut Connection,
    user: Option<UserId>,
) -> sqlx::Result<HashMap<TokenId, Cuts>> {
    let rows = select!(
        "WHERE token_id IN (SELECT id FROM tokens WHERE user_id = $1) OR $1 IS NULL",
        user.map(UserId::uuid),
    );
    let mut cuts: HashMap<TokenId, Cuts> = HashMap::new();
    for cut in rows.fetch_all(db).await?.into_iter().map(TokenCut::from) {
        cuts.entry(cut.token).or_default().extend([cut]);
    }
    Ok(cuts)
}

pub async fn of_channel(db: &mut Connection, channel: ChannelId) -> sqlx::Result<Vec<TokenCut>> {
    let rows = select!("WHERE channel_id = $1", channel.uuid());
    Ok(rows.fetch_all(db).await?.into_iter().map(TokenCut::from).collect())
}

pub async fn insert(db: &mut Connection, cut: &TokenCut) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO token_cuts (token_id, channel_id, project_id, cut_at, cut_by) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        cut.token.uuid(),
        cut.channel.uuid(),
        cut.project.map(ProjectId::uuid),
        cut.at,
        cut.by.map(UserId::uuid),
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn delete(
    db: &mut Connection,
    token: TokenId,
    channel: ChannelId,
    project: Option<ProjectId>,
) -> sqlx::Result<bool> {
    let done = match project {
        Some(project) => {
            let (token, project) = (token.uuid(), project.uuid());
            sqlx::query!("DELETE FROM token_cuts WHERE token_id = $1 AND project_id = $2", token, project)
                .execute(db)
                .await?
        }
        None => {
            let (token, channel) = (token.uuid(), channel.uuid());
            sqlx::query!(
                "DELETE FROM token_cuts WHERE token_id = $1 AND channel_id = $2 AND project_id IS NULL",
                token,
                channel
            )
            .execute(db)
            .await?
        }
    };
    Ok(done.rows_affected() == 1)
}

pub async fn copy(db: &mut Connection, from: TokenId, to: TokenId) -> sqlx::Result<()> {
    let done = sqlx::query!(
        "INSERT INTO token_cuts (token_id, channel_id, project_id, cut_at, cut_by)
         SELECT $2, channel_id, project_id, cut_at, cut_by FROM token_cuts WHERE token_id = $1",
        from.uuid(),
        to.uuid(),
    );
    done.execute(db).await.map(drop)
}

/// Takes back every cut from the project alone.
pub async fn delete_of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM token_cuts WHERE project_id = $1", project.uuid()).execute(db).await.map(drop)
}
