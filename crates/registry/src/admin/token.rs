//! Tokens that the operator issues.

use bonded_model::Timestamp;
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::ids::{ProjectId, TokenId};
use bonded_model::token::{ApiToken, Token, TokenScope, Verbs};
use bonded_model::user::User;
use bonded_store::{Change, Queries};
use chrono::TimeDelta;

use crate::access::{Operate, Permit};
use crate::{Error, Registry};

/// The longest name of a token, in characters.
const MAX_NAME: usize = 100;

/// A token to be issued.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What its owner calls it; unique among the owner's tokens.
    pub name: String,
    /// What it may do.
    pub verbs: Verbs,
    /// Where.
    pub scope: ScopeByName,
    /// How long it lives; `None` means for ever.
    pub lifetime: Option<TimeDelta>,
}

/// A scope as people write it. With neither channels nor projects: everything that the owner may reach.
#[derive(Clone, Debug, Default)]
pub struct ScopeByName {
    /// Whole channels.
    pub channels: Vec<String>,
    /// Projects as channel and name.
    pub projects: Vec<(String, String)>,
}

/// A token at the one moment at which its secret is known.
#[derive(Debug)]
pub struct IssuedToken {
    /// The secret.
    pub secret: ApiToken,
    /// The row.
    pub token: Token,
}

impl Registry {
    /// Issues a token for `owner`. The owner's rights at each use bound what it can do.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a bad name, no verbs or a lifetime out of range, [`Error::NotFound`] for an unknown channel or project,
    /// [`Error::Conflict`] when the owner has a token of this name already.
    pub async fn issue_token(
        &self,
        permit: &Permit<Operate>,
        owner: &User,
        new: NewToken,
    ) -> Result<IssuedToken, Error> {
        check_name(&new.name)?;
        if new.verbs.is_empty() {
            return Err(Error::Invalid("a token needs at least one verb".into()));
        }
        let now = self.clock.now();
        let secret = ApiToken::generate(&self.random);
        let token = Token {
            id: TokenId::generate(now, &self.random),
            user: owner.id,
            name: new.name,
            verbs: new.verbs,
            scope: resolve(&mut *self.store.read().await?, &new.scope).await?,
            by_operator: true,
            created_at: now,
            expires_at: expiry(now, new.lifetime)?,
            revoked_at: None,
            last_used_at: None,
        };
        let event = Event::TokenCreated {
            token: token.id,
            owner: owner.id,
            name: token.name.clone(),
            verbs: token.verbs,
            expires_at: token.expires_at,
            by_operator: true,
        };
        let entry = AuditEntry::new(now, permit.actor(), &self.local_origin(), event);
        let (hash, row) = (secret.hash(), token.clone());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    if !tx.insert_token(&row, &hash).await? {
                        return Err(Error::Conflict(format!(
                            "the account has a token '{}' already",
                            row.name
                        )));
                    }
                    tx.audit(entry).await?;
                    tx.announce(Change::Access);
                    Ok(())
                })
            })
            .await?;
        Ok(IssuedToken { secret, token })
    }

    /// Ends a token, at once on this server and within a second on others. Ending it again changes nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn revoke_token(&self, permit: &Permit<Operate>, id: TokenId) -> Result<(), Error> {
        let (now, actor, origin) = (self.clock.now(), permit.actor().clone(), self.local_origin());
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let missing = || Error::NotFound(format!("there is no token {id}"));
                    let token = tx.token(id).await?.ok_or_else(missing)?;
                    if tx.revoke_token(id, now).await? {
                        let event = Event::TokenRevoked { token: id, owner: token.user };
                        tx.audit(AuditEntry::new(now, &actor, &origin, event)).await?;
                        tx.announce(Change::Access);
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The name of a project, for showing a token's scope.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn project_name(&self, _permit: &Permit<Operate>, id: ProjectId) -> Result<String, Error> {
        let found = self.store.read().await?.project(id).await?;
        found.map(|project| project.name).ok_or_else(|| Error::NotFound(format!("there is no project {id}")))
    }

    /// Every token, the ended ones too.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn tokens(&self, _permit: &Permit<Operate>) -> Result<Vec<Token>, Error> {
        Ok(self.store.read().await?.tokens().await?)
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    let fits =
        !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(Error::Invalid(format!("a token's name has 1 to {MAX_NAME} printable characters")))
    }
}

fn expiry(now: Timestamp, lifetime: Option<TimeDelta>) -> Result<Option<Timestamp>, Error> {
    let Some(lifetime) = lifetime else { return Ok(None) };
    let end = now.checked_add_signed(lifetime).filter(|end| *end > now);
    end.map(Some).ok_or_else(|| {
        Error::Invalid("a token's lifetime must be positive and end before the year 262000".into())
    })
}

async fn resolve(queries: &mut Queries, scope: &ScopeByName) -> Result<TokenScope, Error> {
    if scope.channels.is_empty() && scope.projects.is_empty() {
        return Ok(TokenScope::Owner);
    }
    let mut channels = Vec::new();
    for name in &scope.channels {
        channels.push(channel(queries, name).await?);
    }
    let mut projects = Vec::new();
    for (channel_name, name) in &scope.projects {
        let channel = channel(queries, channel_name).await?;
        let normalized =
            name.parse::<bonded_model::python::ProjectName>().map(|name| name.normalized().to_owned());
        let mut found = queries.project_by_name(channel, name).await?;
        if let (None, Ok(normalized)) = (&found, normalized) {
            found = queries.project_by_name(channel, &normalized).await?;
        }
        let missing = || {
            Error::NotFound(format!(
                "there is no project '{name}' in '{channel_name}' yet; publish it once with a token for the channel"
            ))
        };
        projects.push((channel, found.ok_or_else(missing)?.id));
    }
    Ok(TokenScope::Limited { channels, projects })
}

async fn channel(queries: &mut Queries, name: &str) -> Result<bonded_model::ids::ChannelId, Error> {
    let found = queries.channel_by_name(name).await?;
    found.map(|channel| channel.id).ok_or_else(|| Error::NotFound(format!("there is no channel '{name}'")))
}
