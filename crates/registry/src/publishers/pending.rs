//! Publishers for projects that do not exist yet: registering, listing and removing them, and making the project.

use std::sync::Arc;

use bonded_mail::PendingNews;
use bonded_model::audit::{AuditEntry, Event, PublisherEvent};
use bonded_model::ids::{ProjectId, PublisherId, SessionId, UserId};
use bonded_model::project::Project;
use bonded_model::publishing::{Publisher, PublisherPlace};
use bonded_model::user::ProjectRole;
use bonded_model::{Actor, Authority, Channel, Lifecycle, Principal, Switches};
use bonded_store::{Change, Tx};
use chrono::TimeDelta;

use super::created::{Made, project_created};
use super::manage::NewPublisher;
use super::mint::Minting;
use super::reserve::check_reserved;
use super::view::PublisherView;
use crate::access::{Action, Denial, Publish, present, present_channel};
use crate::people::{Cleared, Fresh, Visit};
use crate::projects::revive;
use crate::roles::names_of_project;
use crate::{Error, Registry};

/// How long a pending publisher waits for its first identity.
const WAITS: TimeDelta = TimeDelta::days(30);
/// The most that one person has at once.
const MOST: usize = 100;

impl Registry {
    /// Whether the person may make a project of this name in the channel, as far as that shows without a transaction:
    /// asked before any provider is asked for anything in their name.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Denial`]; [`Error::Field`] `channel` for one that the person may not see, and `name` for what cannot
    /// name a project.
    pub async fn may_register(&self, fresh: &Fresh<'_>, channel: &str, name: &str) -> Result<(), Error> {
        fresh.cleared()?;
        let actor = fresh.actor();
        let channel = match self.access.visible_channel(&actor, channel.trim()).await {
            Err(Error::Denied(Denial::Hidden)) => {
                return Err(Error::field("channel", "There is no such channel that you may see."));
            }
            other => other?,
        };
        let (normalized, name) = names_of_project(&channel, name.trim())?;
        let publish = Publish { channel, name, normalized, project: None };
        Ok(publish.decide(&actor, self.clock.now())?)
    }

    /// Registers a publisher for a project that does not exist yet: whoever may make projects in the channel. The first
    /// identity that matches makes the project, in the name and with the rights that the person has at that moment.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Denial`] for whoever may not make projects there; [`Error::Field`] `name` for what cannot name
    /// a project or names one that exists, `issuer`, and `config` for what is registered already or one too many.
    pub async fn register_publisher(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        channel: &str,
        name: &str,
        new: NewPublisher,
    ) -> Result<Publisher, Error> {
        fresh.cleared()?;
        let (actor, origin, user) = (fresh.actor(), visit.origin, fresh.user().id);
        let channel = self.access.visible_channel(&actor, channel).await?;
        let (normalized, name) = names_of_project(&channel, name.trim())?;
        let now = self.clock.now();
        let place = PublisherPlace::Pending {
            channel: channel.id,
            name,
            normalized,
            registrant: user,
            expires_at: now + WAITS,
        };
        let publisher = self.new_publisher(place, &new, Some(user));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let actor = present(tx, &actor).await?;
                check_registration(tx, &actor, &publisher).await?;
                new.check_issuer(tx).await?;
                let own = tx.publishers_of_registrant(user).await?;
                if own.len() >= MOST {
                    let text = format!("You have {MOST} pending publishers: remove one first.");
                    return Err(Error::field("config", text));
                }
                super::manage::check_new(&own, &publisher)?;
                tx.insert_publisher(&publisher).await?;
                let PublisherPlace::Pending { name, .. } = &publisher.place else { return Ok(publisher) };
                let event = PublisherEvent::PendingRegistered {
                    publisher: publisher.id,
                    registrant: user,
                    name: name.clone(),
                    identity: new.config.describe(),
                };
                let entry = AuditEntry::new(now, &actor, &origin, event);
                tx.audit(entry.in_channel(publisher.place.channel())).await?;
                Ok(publisher)
            })
        });
        write.await
    }

    /// The pending publishers that the person registered, oldest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_pending(&self, cleared: &Cleared<'_>) -> Result<Vec<PublisherView>, Error> {
        let mut reader = self.store.read().await?;
        let own = reader.publishers_of_registrant(cleared.user().id).await?;
        self.views(&mut reader, own).await
    }

    /// Removes a pending publisher that the person registered.
    ///
    /// # Errors
    /// [`Error::NotFound`] for anything else.
    pub async fn remove_pending(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        id: PublisherId,
    ) -> Result<(), Error> {
        fresh.cleared()?;
        let (registry, actor, origin) = (self.clone(), fresh.actor(), visit.origin);
        let user = fresh.user().id;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let own = tx.publishers_of_registrant(user).await?;
                let missing = || Error::NotFound("there is no such publisher any more".into());
                let found = own.into_iter().find(|publisher| publisher.id == id).ok_or_else(missing)?;
                registry.lapse(tx, &found, &actor, &origin, PendingNews::Removed).await
            })
        });
        write.await
    }
}

/// Whether the actor may make the project now.
async fn check_registration(tx: &mut Tx, actor: &Actor, publisher: &Publisher) -> Result<(), Error> {
    let PublisherPlace::Pending { channel, name, normalized, registrant, .. } = &publisher.place else {
        return Ok(());
    };
    let channel = present_channel(tx, *channel).await?;
    let found = tx.project_by_name(channel.id, normalized).await?;
    if found.as_ref().is_some_and(|project| project.deleted_at.is_none()) {
        let text = format!("There is a project '{name}' already: its owners add publishers on its own page.");
        return Err(Error::field("name", text));
    }
    check_reserved(tx, channel.id, normalized, Some(*registrant))
        .await
        .map_err(|error| Error::field("name", error.to_string()))?;
    creation(channel, publisher, found.as_ref()).decide(actor, publisher.created_at)?;
    Ok(())
}

/// The action of making the project of a pending publisher.
fn creation(channel: Arc<Channel>, publisher: &Publisher, found: Option<&Project>) -> Publish {
    let (name, normalized) = match &publisher.place {
        PublisherPlace::Pending { name, normalized, .. } => (name.clone(), normalized.clone()),
        PublisherPlace::Project { .. } | PublisherPlace::Prefix { .. } => (String::new(), String::new()),
    };
    Publish { channel, name, normalized, project: found.map(Project::rules) }
}

impl Minting {
    /// Makes the project of a pending publisher, with the rights that its registrant has now. `Err` is why that cannot be.
    pub(super) async fn make_project(
        &self,
        tx: &mut Tx,
        publisher: &Publisher,
    ) -> Result<Result<ProjectId, String>, Error> {
        let PublisherPlace::Pending { channel, name, normalized, registrant, expires_at } = &publisher.place
        else {
            return Err(Error::internal("a publisher that is not pending makes no project"));
        };
        let found = tx.project_by_name(*channel, normalized).await?;
        if found.as_ref().is_some_and(|project| project.deleted_at.is_none()) {
            self.registry
                .lapse(tx, publisher, &Actor::Anonymous, &self.origin, PendingNews::NameTaken)
                .await?;
            return Ok(Err("it exists already".into()));
        }
        if *expires_at <= self.now {
            return Ok(Err("the publisher that was registered for it expired".into()));
        }
        let Some(actor) = self.registrant(tx, *registrant).await? else {
            return Ok(Err("whoever registered it has no account any more".into()));
        };
        let present_channel = present_channel(tx, *channel).await?;
        if let Err(denial) = creation(present_channel, publisher, found.as_ref()).decide(&actor, self.now) {
            return Ok(Err(match denial {
                Denial::Forbidden(text) => text,
                // Whether the channel is still there is none of the log's business.
                _ => "whoever registered it may not make projects there any more".into(),
            }));
        }
        let project = Project {
            id: ProjectId::generate(self.now, &self.registry.random),
            channel: *channel,
            name: normalized.clone(),
            display_name: name.clone(),
            serial: 0,
            created_at: self.now,
            lifecycle: Lifecycle::default(),
            deleted_at: None,
            switches: Switches::default(),
        };
        let project = match found {
            Some(deleted) => {
                revive(tx, &deleted).await?;
                deleted
            }
            None => {
                tx.insert_project(&project).await?;
                project
            }
        };
        self.give(tx, &project, *registrant).await?;
        self.registry.tell_registrant(tx, publisher, PendingNews::Fulfilled).await?;
        Ok(Ok(project.id))
    }

    async fn give(&self, tx: &mut Tx, project: &Project, owner: UserId) -> Result<(), Error> {
        tx.put_project_role(project.id, owner, ProjectRole::Owner).await?;
        let event = Event::ProjectCreated { name: project.display_name.clone() };
        tx.audit(self.entry(event).in_channel(project.channel).of_project(project.id)).await?;
        let actor = Actor::Anonymous;
        let (origin, at) = (&self.origin, self.now);
        let made = Made { project, owner: Some(owner), actor: &actor, origin, at };
        project_created(tx, &self.registry, &made).await?;
        tx.announce(Change::Channel(project.channel));
        tx.announce(Change::Access);
        Ok(())
    }

    /// Whoever registered the publisher, as if they were here in a browser.
    async fn registrant(&self, tx: &mut Tx, user: UserId) -> Result<Option<Actor>, Error> {
        let Some((user, standing, roles)) = tx.person(user).await? else { return Ok(None) };
        let authority = Authority::Session(SessionId::generate(self.now, &self.registry.random));
        let (channel_roles, project_roles) = (roles.channels, roles.projects);
        let principal = Principal { user, standing, channel_roles, project_roles, authority };
        Ok(Some(Actor::Principal(principal.into())))
    }
}
