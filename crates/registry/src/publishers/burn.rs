//! Ending the token of a publisher before its time: given back, or found where it leaks.

use bonded_mail::ProjectChange;
use bonded_model::Actor;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::publishing::{Granted, PublisherToken};
use bonded_model::token::ApiToken;
use bonded_store::Change;

use crate::leaks::Found;
use crate::people::mail::{Letter, post};
use crate::projects::News;
use crate::{Error, Registry};

impl Registry {
    /// Ends a publisher's token that its job does not need any more. Whoever has a token may end it; whether there is such
    /// a token is not told, and tokens of people are left alone.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn burn_publisher_token(&self, token: &ApiToken, origin: &Origin) -> Result<(), Error> {
        self.end_publisher_token(token, &Actor::Anonymous, origin, None).await.map(drop)
    }

    /// Ends the token, if it is one of a publisher; `None` if it is none. Of one that was found where it leaks, the owners
    /// of the projects are told that it was for.
    pub(crate) async fn end_publisher_token(
        &self,
        token: &ApiToken,
        actor: &Actor,
        origin: &Origin,
        leak: Option<&Found>,
    ) -> Result<Option<PublisherToken>, Error> {
        let Some(found) = self.store.read().await?.publisher_token_by_hash(&token.hash()).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let letters = match leak {
            Some(leak) => self.letters_of_leak(&found, actor, leak).await?,
            None => Vec::new(),
        };
        let (url, source, key) = match leak.cloned() {
            Some(Found { url, source, key }) => (url, Some(source), key),
            None => (None, None, None),
        };
        let event =
            PublisherEvent::PublisherTokenBurnt { token: found.id, leaked: leak.is_some(), url, source, key };
        let ended = found.clone();
        // Every place in which it could publish sees it on its own record.
        let mut places: Vec<_> = found.grants.iter().map(|grant| (grant.channel, grant.publisher)).collect();
        places.dedup();
        let (actor, origin) = (actor.clone(), *origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.burn_publisher_token(found.id, now).await? {
                    return Ok(());
                }
                let entry =
                    AuditEntry { token: Some(found.id), ..AuditEntry::new(now, &actor, &origin, event) };
                if places.is_empty() {
                    tx.audit(entry.clone()).await?;
                }
                for (channel, publisher) in places {
                    let row = tx.publisher(publisher).await?;
                    let project = row.and_then(|row| row.place.project());
                    tx.audit(AuditEntry { project, ..entry.clone().in_channel(channel) }).await?;
                }
                tx.announce(Change::Access);
                post(tx, &letters).await
            })
        });
        write.await?;
        Ok(Some(ended))
    }

    /// Letters to the owners of every project that the token was for.
    async fn letters_of_leak(
        &self,
        token: &PublisherToken,
        actor: &Actor,
        leak: &Found,
    ) -> Result<Vec<Letter>, Error> {
        let (mut letters, mut reader) = (Vec::new(), self.store.read().await?);
        let mut projects: Vec<_> = token
            .grants
            .iter()
            .filter_map(|grant| match grant.to {
                Granted::Project(project) => Some((grant.channel, project)),
                Granted::NewProjects { .. } => None,
            })
            .collect();
        projects.sort_unstable();
        projects.dedup();
        for (channel, project) in projects {
            let (channel, row) = (reader.channel(channel).await?, reader.project(project).await?);
            let (Some(channel), Some(row)) = (channel, row) else { continue };
            let (run, url) = (token.source.in_words(), leak.url.clone());
            let change = ProjectChange::PublisherTokenLeaked { run, url };
            let (name, at) = (row.display_name.as_str(), self.clock.now());
            let news = News { channel: &channel, project: name, actor, at, change };
            letters.extend(self.letters_in(&mut reader, project, &news).await?);
        }
        Ok(letters)
    }
}
