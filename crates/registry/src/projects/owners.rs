//! Telling those who own a project what was done to it.

use bonded_mail::{Message, ProjectChange};
use bonded_model::ids::{ChannelId, ProjectId, UserId};
use bonded_model::user::ChannelRole;
use bonded_model::{Actor, Channel, Timestamp};
use bonded_store::Queries;

use crate::people::mail::Letter;
use crate::people::person_or_operator;
use crate::{Error, Registry};

/// What is told: what was done to which project, by whom, and when.
pub(crate) struct News<'a> {
    pub(crate) channel: &'a Channel,
    /// The project's name as its publisher spells it.
    pub(crate) project: &'a str,
    pub(crate) actor: &'a Actor,
    pub(crate) at: Timestamp,
    pub(crate) change: ProjectChange,
}

impl Registry {
    /// Letters to everybody who owns the project, also to whoever does it: it may not be them. Of one that nobody owns, the
    /// channel's administrators hear.
    pub(crate) async fn letters_to_owners(
        &self,
        id: ProjectId,
        news: News<'_>,
    ) -> Result<Vec<Letter>, Error> {
        self.letters_in(&mut *self.store.read().await?, id, &news).await
    }

    /// The same as a reader or a transaction finds the owners.
    pub(crate) async fn letters_in(
        &self,
        queries: &mut Queries,
        id: ProjectId,
        news: &News<'_>,
    ) -> Result<Vec<Letter>, Error> {
        let (mut letters, mut owners) = (Vec::new(), queries.owners_of(id).await?);
        if owners.is_empty() {
            owners = administrators(queries, news.channel.id).await?;
        }
        for owner in owners {
            // Nobody who never proved to own the address is bothered.
            let Some(owner) = queries.user(owner).await?.filter(|owner| owner.verified_at.is_some()) else {
                continue;
            };
            let message = Message::ProjectChanged {
                user: owner.name.clone(),
                at: news.at,
                by: person_or_operator(news.actor),
                channel: news.channel.name.to_string(),
                project: news.project.to_owned(),
                change: news.change.clone(),
            };
            letters.push(self.letter(&owner.email, &message)?);
        }
        Ok(letters)
    }
}

/// Those who look after what nobody owns, such as what a channel's trusted publisher made.
async fn administrators(queries: &mut Queries, channel: ChannelId) -> Result<Vec<UserId>, Error> {
    let members = queries.channel_members(channel).await?.into_iter();
    let mut found: Vec<UserId> =
        members.filter(|member| member.role == ChannelRole::Admin).map(|member| member.user).collect();
    for held in queries.channel_groups(channel).await? {
        if held.role == ChannelRole::Admin {
            found.extend(queries.group_members(held.group).await?.into_iter().map(|member| member.user));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
