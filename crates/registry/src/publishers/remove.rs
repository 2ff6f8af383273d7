//! Removing a publisher, or an issuer with all of its publishers.

use bonded_mail::{PendingNews, ProjectChange};
use bonded_model::Actor;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::ids::{IssuerId, PublisherId};
use bonded_model::publishing::{Issuer, Publisher, PublisherPlace};
use bonded_store::{Change, Tx};

use super::created::identity;
use super::issuers::{IssuerChange, no_issuer};
use super::manage::{of_place, tie};
use crate::access::{Administer, Permit};
use crate::people::mail::post;
use crate::people::{check_still_administers, person_of};
use crate::projects::News;
use crate::roles::Manages;
use crate::{Error, Registry};

impl Registry {
    /// Removes a publisher. What its tokens may do by it ends at this moment. Owners of the project are told, and whoever
    /// registered a pending one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a publisher of another place.
    pub async fn remove_publisher<A: Manages>(
        &self,
        permit: &Permit<A>,
        origin: &Origin,
        id: PublisherId,
    ) -> Result<(), Error> {
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let (registry, origin) = (self.clone(), *origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                let publisher = of_place(tx, &managed, id).await?;
                registry.end_publisher(tx, &publisher, &actor, &origin).await
            })
        });
        write.await
    }

    /// Removes an issuer with all its publishers and tokens, once its URL was typed. Whoever hears of the removal of one of
    /// these publishers hears of it here too. It is switched off first: where the rest fails, nothing of it is believed any
    /// more, and it can be removed again.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Field`] `confirm` for another URL.
    pub async fn remove_issuer(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        id: IssuerId,
        typed: &str,
    ) -> Result<(), Error> {
        let issuer = self.store.read().await?.issuer(id).await?.ok_or_else(no_issuer)?;
        if typed.trim() != issuer.url {
            return Err(Error::field("confirm", format!("Type '{}' to remove it.", issuer.url)));
        }
        if issuer.enabled {
            self.change_issuer(permit, origin, id, IssuerChange { enabled: false, ..issuer.clone().into() })
                .await?;
        }
        let mut ended = 0;
        while let Some(more) = self.remove_issuer_or_some(permit, origin, &issuer, ended).await? {
            ended += more;
        }
        Ok(())
    }

    /// Removes an issuer that has no publishers; else some of them, and says how many. One transaction for thousands would
    /// keep everybody else from writing.
    async fn remove_issuer_or_some(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        issuer: &Issuer,
        ended: u64,
    ) -> Result<Option<u64>, Error> {
        let (now, acting) = (self.clock.now(), person_of(permit));
        let (registry, actor, origin) = (self.clone(), permit.actor().clone(), *origin);
        let (id, url) = (issuer.id, issuer.url.clone());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                let found = tx.publishers_of_issuer(id).await?;
                for publisher in &found {
                    registry.end_publisher(tx, publisher, &actor, &origin).await?;
                }
                if !found.is_empty() {
                    return Ok(u64::try_from(found.len()).ok());
                }
                if !tx.delete_issuer(id).await? {
                    return Err(no_issuer());
                }
                let event = PublisherEvent::IssuerRemoved { issuer: id, url, publishers: ended };
                tx.audit(AuditEntry::new(now, &actor, &origin, event)).await?;
                tx.announce(Change::Access);
                Ok(None)
            })
        });
        write.await
    }

    /// Ends a publisher: on record, and told to those who look after it.
    async fn end_publisher(
        &self,
        tx: &mut Tx,
        publisher: &Publisher,
        actor: &Actor,
        origin: &Origin,
    ) -> Result<(), Error> {
        if let PublisherPlace::Pending { .. } = &publisher.place {
            return self.lapse(tx, publisher, actor, origin, PendingNews::Removed).await;
        }
        tx.delete_publisher(publisher.id).await?;
        let event =
            PublisherEvent::PublisherRemoved { publisher: publisher.id, identity: identity(publisher) };
        tx.audit(tie(AuditEntry::new(self.clock.now(), actor, origin, event), publisher)).await?;
        // Tokens that were given out by it are known to caches.
        tx.announce(Change::Access);
        self.tell_owners_of_end(tx, publisher, actor).await
    }

    /// Mails to the owners of the publisher's project; nothing for one that is for several.
    async fn tell_owners_of_end(
        &self,
        tx: &mut Tx,
        publisher: &Publisher,
        actor: &Actor,
    ) -> Result<(), Error> {
        let PublisherPlace::Project { channel, project } = publisher.place else { return Ok(()) };
        let (channel, row) = (tx.channel(channel).await?, tx.project(project).await?);
        let (Some(channel), Some(row)) = (channel, row) else { return Ok(()) };
        let change = ProjectChange::PublisherRemoved { identity: identity(publisher) };
        let (name, at) = (row.display_name.as_str(), self.clock.now());
        let news = News { channel: &channel, project: name, actor, at, change };
        let letters = self.letters_in(tx, project, &news).await?;
        post(tx, &letters).await
    }
}
