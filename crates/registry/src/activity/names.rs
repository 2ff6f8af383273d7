//! The names of what events mention by id. Each is looked up once for all events that are shown together.

use std::collections::HashMap;

use bonded_model::ids::{ChannelId, EmailId, GroupId, ProjectId, TokenId, UserId};
use bonded_store::Queries;

use super::Sight;
use crate::Error;
use crate::people::{channel_name, project_name};

pub(super) struct Names<'a> {
    queries: &'a mut Queries,
    sight: Sight,
    users: HashMap<UserId, String>,
    tokens: HashMap<TokenId, String>,
    channels: HashMap<ChannelId, Option<String>>,
    projects: HashMap<ProjectId, Option<String>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(queries: &'a mut Queries, sight: Sight) -> Self {
        Self {
            queries,
            sight,
            users: HashMap::new(),
            tokens: HashMap::new(),
            channels: HashMap::new(),
            projects: HashMap::new(),
        }
    }

    fn is_viewer(&self, user: UserId) -> bool {
        self.sight == Sight::Own(user)
    }

    /// The account's name. The id is left of accounts that are gone.
    pub(super) async fn user(&mut self, id: UserId) -> Result<String, Error> {
        if let Some(name) = self.users.get(&id) {
            return Ok(name.clone());
        }
        let user = self.queries.user(id).await?;
        let name = user.map_or_else(|| format!("a deleted account ({id})"), |user| user.name.to_string());
        self.users.insert(id, name.clone());
        Ok(name)
    }

    /// Who acted.
    pub(super) async fn actor(&mut self, id: UserId) -> Result<String, Error> {
        if self.is_viewer(id) { Ok("you".to_owned()) } else { self.user(id).await }
    }

    /// To whom it happened, at the beginning of a sentence.
    pub(super) async fn who(&mut self, id: UserId) -> Result<String, Error> {
        if self.is_viewer(id) { Ok("You".to_owned()) } else { self.user(id).await }
    }

    /// Whose it is, at the beginning of a sentence.
    pub(super) async fn whose(&mut self, id: UserId) -> Result<String, Error> {
        if self.is_viewer(id) { Ok("Your".to_owned()) } else { Ok(format!("{}'s", self.user(id).await?)) }
    }

    /// What the owner calls a token, also when it is revoked.
    pub(super) async fn token(&mut self, id: TokenId) -> Result<String, Error> {
        if let Some(name) = self.tokens.get(&id) {
            return Ok(name.clone());
        }
        let token = self.queries.token(id).await?;
        let name = token.map_or_else(|| id.to_string(), |token| token.name);
        self.tokens.insert(id, name.clone());
        Ok(name)
    }

    /// An address, if it is still there.
    pub(super) async fn email(&mut self, id: EmailId) -> Result<String, Error> {
        let email = self.queries.email(id).await?;
        Ok(email.map_or_else(|| "that is gone by now".to_owned(), |email| email.address.to_string()))
    }

    /// A group, by its name if it is still there.
    pub(super) async fn group(&mut self, id: GroupId) -> Result<String, Error> {
        let group = self.queries.group(id).await?;
        Ok(group
            .map_or_else(|| "a group that is gone".to_owned(), |group| format!("the group {}", group.name)))
    }

    /// The name of a channel.
    pub(super) async fn channel(&mut self, id: Option<ChannelId>) -> Result<Option<String>, Error> {
        let Some(id) = id else { return Ok(None) };
        if let Some(name) = self.channels.get(&id) {
            return Ok(name.clone());
        }
        let name = channel_name(self.queries, id).await?.map(|name| name.to_string());
        self.channels.insert(id, name.clone());
        Ok(name)
    }

    /// The name of a project as its publishers spell it.
    pub(super) async fn project(&mut self, id: Option<ProjectId>) -> Result<Option<String>, Error> {
        let Some(id) = id else { return Ok(None) };
        if let Some(name) = self.projects.get(&id) {
            return Ok(name.clone());
        }
        let name = project_name(self.queries, id).await?.map(|(_, project)| project);
        self.projects.insert(id, name.clone());
        Ok(name)
    }
}
