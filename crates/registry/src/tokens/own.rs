//! What people do with their own tokens, in a browser.

use std::cmp::Reverse;

use bonded_mail::{By, Message};
use bonded_model::Timestamp;
use bonded_model::audit::AuditEntry;
use bonded_model::ids::TokenId;
use bonded_model::token::{Token, TokenScope, TokenState, Verb};
use bonded_store::Queries;
use chrono::TimeDelta;

use super::end::Ending;
use super::marks::{Mark, marks};
use super::new::{IssuedToken, NewToken, created};
use crate::people::{Cleared, Fresh, Visit, channel_name, project_name};
use crate::{Error, Registry};

/// The longest life of a token, where tokens need an end.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// How long back it counts where a token published.
const USED_WITHIN: TimeDelta = TimeDelta::days(90);

/// A token with the names of what it is limited to: `channel` or `channel/project`.
#[derive(Clone, Debug)]
pub struct OwnToken {
    /// The token.
    pub token: Token,
    /// Its scope; empty where it reaches everything that its owner reaches.
    pub places: Vec<String>,
    /// The one project, as `channel/project`, that it published to in the last three months although it may publish
    /// elsewhere too: what it could be narrowed to.
    pub only_project: Option<String>,
    /// A project with a trusted publisher, as `channel/project`, that it is for or published to in the last three months.
    pub publisher_instead: Option<String>,
}

impl OwnToken {
    /// What its owner should look at.
    pub fn marks(&self, now: Timestamp) -> Vec<Mark> {
        let mut marks = marks(&self.token, now);
        if self.only_project.is_some() && self.token.state(now) == TokenState::Active {
            marks.push(Mark::WiderThanUsed);
        }
        if self.publisher_instead.is_some() && self.token.state(now) == TokenState::Active {
            marks.push(Mark::PublisherInstead);
        }
        marks
    }
}

impl Registry {
    /// The person's tokens, newest first, the ended ones too.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_tokens(&self, cleared: &Cleared<'_>) -> Result<Vec<OwnToken>, Error> {
        let mut reader = self.store.read().await?;
        let mut tokens = reader.tokens_of(cleared.user().id).await?;
        tokens.sort_by_key(|token| Reverse(token.id));
        let mut own = Vec::new();
        for token in tokens {
            own.push(self.shown(&mut reader, token).await?);
        }
        Ok(own)
    }

    /// One of the person's tokens.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is somebody else's.
    pub async fn own_token(&self, cleared: &Cleared<'_>, id: TokenId) -> Result<OwnToken, Error> {
        let mut reader = self.store.read().await?;
        let token = reader.token(id).await?.filter(|token| token.user == cleared.user().id);
        let token = token.ok_or_else(no_such_token)?;
        self.shown(&mut reader, token).await
    }

    /// Makes a token for the person, and tells them by mail. What it may do is bounded by what the person may do, at
    /// each use.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Error::Field`] `name`, `verbs`, `scope` or `lifetime`.
    pub async fn create_token(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        new: NewToken,
    ) -> Result<IssuedToken, Error> {
        fresh.cleared()?;
        let (user, actor) = (fresh.user(), fresh.actor());
        self.check_lifetime(new.lifetime)?;
        let issued = self.new_token(&actor, user.id, new).await?;
        let token = &issued.token;
        let entry = AuditEntry::new(token.created_at, &actor, &visit.origin, created(token));
        let message = Message::TokenIssued {
            user: user.name.clone(),
            at: token.created_at,
            client: Some(visit.client.clone()),
            token: token.name.clone(),
            by: By::Owner,
        };
        self.write_token(&issued, None, entry, Some(self.letter(&user.email, &message)?)).await?;
        Ok(issued)
    }

    /// Ends one of the person's tokens and what it minted, at once on this server and within a second on others. Ending it
    /// again changes nothing. No fresh proof is asked for: who finds a token leaked must not be held up.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is somebody else's.
    pub async fn end_token(&self, cleared: &Cleared<'_>, visit: &Visit, id: TokenId) -> Result<(), Error> {
        let (owner, now) = (cleared.user().id, self.clock.now());
        let (actor, origin) = (cleared.actor(), visit.origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let token = tx.token(id).await?.filter(|token| token.user == owner);
                let token = token.ok_or_else(no_such_token)?;
                Ending { actor: &actor, origin: &origin, now }.revoke(tx, &token).await
            })
        });
        write.await
    }

    /// The token as its owner sees it.
    pub(crate) async fn shown(&self, queries: &mut Queries, token: Token) -> Result<OwnToken, Error> {
        let places = places(queries, &token.scope).await?;
        let only_project = match token.verbs.contains(Verb::Publish) && reaches_further(&token.scope) {
            true => only_project(queries, token.id, self.clock.now() - USED_WITHIN).await?,
            false => None,
        };
        let publisher_instead = match token.verbs.contains(Verb::Publish) {
            true => publisher_instead(queries, token.id, self.clock.now() - USED_WITHIN).await?,
            false => None,
        };
        Ok(OwnToken { token, places, only_project, publisher_instead })
    }

    /// Tokens that nobody needs any more are forgotten by people, so they end by themselves.
    pub(super) fn check_lifetime(&self, lifetime: Option<TimeDelta>) -> Result<(), Error> {
        let text = match lifetime {
            _ if self.settings.people.tokens_without_expiry => return Ok(()),
            None => "tokens need an end here: choose one".to_owned(),
            Some(lifetime) if lifetime > LONGEST => {
                format!("a token lives at most {} days here", LONGEST.num_days())
            }
            Some(_) => return Ok(()),
        };
        Err(Error::field("lifetime", text))
    }
}

/// Whether it is for more than one project.
fn reaches_further(scope: &TokenScope) -> bool {
    match scope {
        TokenScope::Owner => true,
        TokenScope::Limited { channels, projects } => !channels.is_empty() || projects.len() > 1,
    }
}

/// The name of the only project that the token published to since then.
async fn only_project(
    queries: &mut Queries,
    token: TokenId,
    since: Timestamp,
) -> Result<Option<String>, Error> {
    let [project] = queries.projects_of_token(token, since).await?[..] else { return Ok(None) };
    let named = project_name(queries, project).await?;
    Ok(named.map(|(channel, project)| format!("{channel}/{project}")))
}

/// The name of a project that the token is for, or published to since then, and that has a trusted publisher.
async fn publisher_instead(
    queries: &mut Queries,
    token: TokenId,
    since: Timestamp,
) -> Result<Option<String>, Error> {
    let Some(project) = queries.project_with_publisher(token, since).await? else { return Ok(None) };
    let named = project_name(queries, project).await?;
    Ok(named.map(|(channel, project)| format!("{channel}/{project}")))
}

/// The names of what a scope is limited to.
pub(super) async fn places(queries: &mut Queries, scope: &TokenScope) -> Result<Vec<String>, Error> {
    let TokenScope::Limited { channels, projects } = scope else { return Ok(Vec::new()) };
    let mut places = Vec::new();
    for channel in channels {
        places.extend(channel_name(queries, *channel).await?.map(|name| name.to_string()));
    }
    for (_, project) in projects {
        let named = project_name(queries, *project).await?;
        places.extend(named.map(|(channel, project)| format!("{channel}/{project}")));
    }
    Ok(places)
}

pub(super) fn no_such_token() -> Error {
    Error::NotFound("there is no such token in your account".into())
}
