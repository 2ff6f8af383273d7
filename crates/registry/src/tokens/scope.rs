//! From the places that people name to what a token reaches.

use std::sync::Arc;

use bonded_model::project::Project;
use bonded_model::token::{Token, TokenScope};
use bonded_model::{Actor, Channel};

use crate::access::{Action, Read};
use crate::projects::find;
use crate::{Error, Registry};

/// More places than anybody picks one by one.
const MAX_PLACES: usize = 500;

/// A scope as people write it.
#[derive(Clone, Debug)]
pub enum ScopeByName {
    /// Everything that the owner may reach.
    Everything,
    /// No more than this; to name nothing is an error.
    Limited {
        /// Whole channels.
        channels: Vec<String>,
        /// Projects as channel and name.
        projects: Vec<(String, String)>,
    },
}

impl Registry {
    /// A scope by ids. What the actor may not see does not exist.
    pub(super) async fn resolve(&self, actor: &Actor, scope: &ScopeByName) -> Result<TokenScope, Error> {
        let ScopeByName::Limited { channels, projects } = scope else { return Ok(TokenScope::Owner) };
        match channels.len() + projects.len() {
            0 => return Err(Error::field("scope", "name at least one channel or project")),
            1..=MAX_PLACES => {}
            _ => {
                return Err(Error::field(
                    "scope",
                    format!("name at most {MAX_PLACES} channels and projects"),
                ));
            }
        }
        let visible = self.access.visible_channels(actor).await?;
        let channel = |name: &String| {
            let found = visible.iter().find(|channel| channel.name.as_str() == name);
            found.ok_or_else(|| Error::field("scope", format!("there is no channel '{name}'")))
        };
        let mut limited = Vec::new();
        for (of, name) in projects {
            let of = channel(of)?;
            limited.push((of.id, self.named(actor, of, name).await?.id));
        }
        Ok(TokenScope::Limited {
            channels: channels
                .iter()
                .map(|name| channel(name).map(|channel| channel.id))
                .collect::<Result<_, _>>()?,
            projects: limited,
        })
    }

    /// A project that a token is to be for. To whoever may not read the channel, one that is none of theirs is as good as
    /// none: names in private channels are not for guessing.
    async fn named(&self, actor: &Actor, channel: &Arc<Channel>, name: &str) -> Result<Project, Error> {
        let found = match find(&mut *self.store.read().await?, channel, name).await {
            Ok(project) => Some(project),
            Err(Error::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        let may_read = (Read { channel: Arc::clone(channel) }).decide(actor, self.clock.now()).is_ok();
        let known = found.filter(|project| may_read || is_own(actor, project));
        let why = match may_read {
            true => "yet; publish it once with a token for the channel",
            false => "that is yours; only a token that may read the channel can name others",
        };
        let missing = || format!("there is no project '{name}' in '{}' {why}", channel.name);
        known.ok_or_else(|| Error::field("scope", missing()))
    }
}

/// Whether the actor knows of the project without reading its channel: by a role, or because its token is for it.
fn is_own(actor: &Actor, project: &Project) -> bool {
    let place = (project.channel, project.id);
    let is_for = |token: &Token| match &token.scope {
        TokenScope::Owner => false,
        TokenScope::Limited { projects, .. } => projects.contains(&place),
    };
    actor.principal().is_some_and(|principal| {
        principal.authority.covers_project(place.0, place.1)
            && (principal.project_roles.contains_key(&project.id)
                || principal.authority.token().is_some_and(is_for))
    })
}
