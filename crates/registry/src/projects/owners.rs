//! Telling those who own a project what was done to it.

use bonded_mail::{Message, ProjectChange};
use bonded_model::ids::ProjectId;
use bonded_model::{Actor, Channel, Timestamp};
use bonded_store::Tx;

use crate::people::mail::Letter;
use crate::people::person_or_operator;
use crate::{Error, Registry};

/// What is told: what was done to which project, by whom, and when.
pub(super) struct News<'a> {
    pub(super) channel: &'a Channel,
    /// The project's name as its publisher spells it.
    pub(super) project: &'a str,
    pub(super) actor: &'a Actor,
    pub(super) at: Timestamp,
    pub(super) change: ProjectChange,
}

impl Registry {
    /// Letters to everybody who owns the project, also to whoever does it: it may not be them.
    pub(super) async fn letters_to_owners(
        &self,
        id: ProjectId,
        news: News<'_>,
    ) -> Result<Vec<Letter>, Error> {
        let mut reader = self.store.read().await?;
        let mut letters = Vec::new();
        for owner in reader.owners_of(id).await? {
            // Nobody who never proved to own the address is bothered.
            let Some(owner) = reader.user(owner).await?.filter(|owner| owner.verified_at.is_some()) else {
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

/// Puts letters on their way.
pub(super) async fn post(tx: &mut Tx, letters: &[Letter]) -> Result<(), Error> {
    for letter in letters {
        letter.post(tx).await?;
    }
    Ok(())
}
