//! What owners of a project are told of its publishers.

use std::collections::HashMap;

use bonded_mail::ProjectChange;
use bonded_model::Actor;
use bonded_model::ids::PublisherId;
use bonded_model::publishing::PublisherPlace;
use bonded_oidc::Identity;

use super::matching::Matched;
use crate::access::{ManageProject, Permit};
use crate::people::mail::Letter;
use crate::projects::News;
use crate::{Error, Registry};

impl Registry {
    /// Letters to the owners of a project that somebody manages.
    pub(super) async fn letters_of(
        &self,
        permit: &Permit<ManageProject>,
        change: ProjectChange,
    ) -> Result<Vec<Letter>, Error> {
        let action = permit.action();
        let (channel, project, actor) = (&action.channel, action.name.as_str(), permit.actor());
        let news = News { channel, project, actor, at: self.clock.now(), change };
        self.letters_to_owners(action.project, news).await
    }

    /// What owners of a project are told when a publisher without an environment is used from another one than the last
    /// time: they can tie it to that.
    pub(super) async fn letters_of_environment(
        &self,
        matched: &[Matched],
        identity: &Identity,
    ) -> Result<HashMap<PublisherId, Vec<Letter>>, Error> {
        let mut letters = HashMap::new();
        let Some(environment) = &identity.source.environment else { return Ok(letters) };
        for Matched { publisher, config } in matched {
            let seen = publisher.last_source.as_ref().and_then(|source| source.environment.as_ref());
            let free = config.environment().is_none() && config.with_environment(environment).is_some();
            let PublisherPlace::Project { channel, project } = publisher.place else { continue };
            if !free || seen == Some(environment) {
                continue;
            }
            let mut reader = self.store.read().await?;
            let (channel, row) = (reader.channel(channel).await?, reader.project(project).await?);
            drop(reader);
            let (Some(channel), Some(row)) = (channel, row) else { continue };
            let (identity, environment) = (config.describe(), environment.clone());
            let change = ProjectChange::EnvironmentSeen { identity, environment };
            let (name, at) = (row.display_name.as_str(), self.clock.now());
            let actor = &Actor::Anonymous;
            let news = News { channel: &channel, project: name, actor, at, change };
            letters.insert(publisher.id, self.letters_to_owners(project, news).await?);
        }
        Ok(letters)
    }
}
