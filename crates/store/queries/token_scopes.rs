//! What tokens with a limited scope reach.

use std::collections::HashMap;

use bonded_model::ids::{ChannelId, ProjectId, TokenId, UserId};
use bonded_model::token::{Token, TokenScope};
use uuid::Uuid;

use crate::Connection;

/// Channels, and projects with theirs.
#[derive(Default)]
pub(super) struct Reach {
    channels: Vec<ChannelId>,
    projects: Vec<(ChannelId, ProjectId)>,
}

impl From<Reach> for TokenScope {
    fn from(reach: Reach) -> Self {
        Self::Limited { channels: reach.channels, projects: reach.projects }
    }
}

struct ChannelRow {
    token_id: Uuid,
    channel_id: Uuid,
}

struct ProjectRow {
    token_id: Uuid,
    channel_id: Uuid,
    project_id: Uuid,
}

pub(super) async fn insert(db: &mut Connection, token: &Token) -> sqlx::Result<()> {
    let TokenScope::Limited { channels, projects } = &token.scope else { return Ok(()) };
    for channel in channels {
        let done = sqlx::query!(
            "INSERT INTO token_channels (token_id, channel_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            token.id.uuid(),
            channel.uuid(),
        );
        done.execute(&mut *db).await?;
    }
    for (_, project) in projects {
        let done = sqlx::query!(
            "INSERT INTO token_projects (token_id, project_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            token.id.uuid(),
            project.uuid(),
        );
        done.execute(&mut *db).await?;
    }
    Ok(())
}

pub(super) async fn delete(db: &mut Connection, token: TokenId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM token_channels WHERE token_id = $1", token.uuid()).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM token_projects WHERE token_id = $1", token.uuid()).execute(db).await?;
    Ok(())
}

/// Takes the project out of every token's scope.
pub async fn delete_of_project(db: &mut Connection, project: ProjectId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM token_projects WHERE project_id = $1", project.uuid())
        .execute(db)
        .await
        .map(drop)
}

pub(super) async fn of_token(db: &mut Connection, token: TokenId) -> sqlx::Result<Reach> {
    let channels = sqlx::query_as!(
        ChannelRow,
        r#"SELECT token_id AS "token_id!: Uuid", channel_id AS "channel_id!: Uuid" FROM token_channels
           WHERE token_id = $1 ORDER BY channel_id"#,
        token.uuid(),
    );
    let channels = channels.fetch_all(&mut *db).await?;
    let projects = sqlx::query_as!(
        ProjectRow,
        r#"SELECT t.token_id AS "token_id!: Uuid", p.channel_id AS "channel_id!: Uuid", p.id AS "project_id!: Uuid"
           FROM token_projects t JOIN projects p ON p.id = t.project_id WHERE t.token_id = $1 ORDER BY p.id"#,
        token.uuid(),
    );
    let projects = projects.fetch_all(db).await?;
    Ok(gather(channels, projects).remove(&token).unwrap_or_default())
}

/// The reach of every token of `user`, or of everybody's.
pub(super) async fn of_user(
    db: &mut Connection,
    user: Option<UserId>,
) -> sqlx::Result<HashMap<TokenId, Reach>> {
    let user = user.map(UserId::uuid);
    let channels = sqlx::query_as!(
        ChannelRow,
        r#"SELECT t.id AS "token_id!: Uuid", c.channel_id AS "channel_id!: Uuid"
           FROM tokens t JOIN token_channels c ON c.token_id = t.id
           WHERE t.user_id = $1 OR $1 IS NULL ORDER BY c.channel_id"#,
        user,
    );
    let channels = channels.fetch_all(&mut *db).await?;
    let projects = sqlx::query_as!(
        ProjectRow,
        r#"SELECT t.id AS "token_id!: Uuid", p.channel_id AS "channel_id!: Uuid", p.id AS "project_id!: Uuid"
           FROM tokens t JOIN token_projects s ON s.token_id = t.id JOIN projects p ON p.id = s.project_id
           WHERE t.user_id = $1 OR $1 IS NULL ORDER BY p.id"#,
        user,
    );
    let projects = projects.fetch_all(db).await?;
    Ok(gather(channels, projects))
}

fn gather(channels: Vec<ChannelRow>, projects: Vec<ProjectRow>) -> HashMap<TokenId, Reach> {
    let mut reaches: HashMap<TokenId, Reach> = HashMap::new();
    for row in channels {
        reaches.entry(row.token_id.into()).or_default().channels.push(row.channel_id.into());
    }
    for row in projects {
        let project = (row.channel_id.into(), row.project_id.into());
        reaches.entry(row.token_id.into()).or_default().projects.push(project);
    }
    reaches
}
