//! What follows for trusted publishers when a project comes into being, and when it ends or changes hands.

use bonded_mail::{Message, PendingNews};
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::ids::UserId;
use bonded_model::project::Project;
use bonded_model::publishing::{Grant, Granted, Publisher, PublisherPlace, PublisherToken};
use bonded_model::user::ProjectRole;
use bonded_model::{Actor, Timestamp};
use bonded_store::{Change, Tx};

use super::lookalike::look_alike;
use super::matching::config_of;
use crate::{Error, Registry};

/// A project that was made just now, or begun anew.
pub(crate) struct Made<'a> {
    pub(crate) project: &'a Project,
    /// Whose it is.
    pub(crate) owner: Option<UserId>,
    /// Who made it.
    pub(crate) actor: &'a Actor,
    pub(crate) origin: &'a Origin,
    pub(crate) at: Timestamp,
}

/// Pending publishers of the project's name become the project's if its owner registered them. Those of others end, also for
/// names that can be mistaken for it. A publisher whose token made the project gets it.
pub(crate) async fn project_created(tx: &mut Tx, registry: &Registry, made: &Made<'_>) -> Result<(), Error> {
    if let Some(token) = made.actor.publisher() {
        give_to_publisher(tx, made.project, token).await?;
    }
    for publisher in tx.pending_publishers_in(made.project.channel).await? {
        let PublisherPlace::Pending { normalized, name, registrant, .. } = &publisher.place else { continue };
        if Some(*registrant) != made.owner {
            // Else the first job would put a second project beside the one that it can be mistaken for.
            if look_alike(normalized, &made.project.name) {
                registry.lapse(tx, &publisher, made.actor, made.origin, PendingNews::NameTaken).await?;
            }
            continue;
        }
        if *normalized != made.project.name {
            continue;
        }
        tx.fulfil_publisher(publisher.id, made.project.id).await?;
        let (publisher, registrant, name) = (publisher.id, *registrant, name.clone());
        let event = PublisherEvent::PendingFulfilled { publisher, registrant, name };
        let entry = AuditEntry::new(made.at, made.actor, made.origin, event);
        tx.audit(entry.in_channel(made.project.channel).of_project(made.project.id)).await?;
    }
    Ok(())
}

/// The token of a publisher with a prefix may go on with what it made; if a group stands behind it, the group owns that.
async fn give_to_publisher(tx: &mut Tx, project: &Project, token: &PublisherToken) -> Result<(), Error> {
    let Some(grant) = token.grant_for_new(project.channel, &project.name) else { return Ok(()) };
    let (publisher, channel) = (grant.publisher, grant.channel);
    let to = Granted::Project(project.id);
    tx.insert_publisher_grant(token.id, &Grant { publisher, channel, to }).await?;
    let row = tx.publisher(publisher).await?;
    if let Some(PublisherPlace::Prefix { group: Some(group), .. }) = row.map(|row| row.place) {
        tx.put_project_group(project.id, group, ProjectRole::Owner).await?;
    }
    Ok(())
}

/// Ends all publishers of a project that is deleted or handed over, and with them what their tokens may do there. Those who
/// get it may have chosen none of them.
pub(crate) async fn end_publishers_of(
    tx: &mut Tx,
    project: &Project,
    actor: &Actor,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), Error> {
    for publisher in tx.publishers_of_project(project.id).await? {
        let event =
            PublisherEvent::PublisherRemoved { publisher: publisher.id, identity: identity(&publisher) };
        let entry = AuditEntry::new(now, actor, origin, event);
        tx.audit(entry.in_channel(project.channel).of_project(project.id)).await?;
    }
    tx.delete_publishers_of(project.id).await?;
    tx.announce(Change::Access);
    Ok(())
}

/// What must be true of a publisher's identities, in words.
pub(super) fn identity(publisher: &Publisher) -> String {
    config_of(publisher).map_or_else(|| publisher.config.clone(), |config| config.describe())
}

impl Registry {
    /// Ends a pending publisher without a project, and tells whoever registered it; nothing for one that has ended.
    pub(super) async fn lapse(
        &self,
        tx: &mut Tx,
        publisher: &Publisher,
        actor: &Actor,
        origin: &Origin,
        news: PendingNews,
    ) -> Result<(), Error> {
        let PublisherPlace::Pending { channel, name, registrant, .. } = &publisher.place else {
            return Ok(());
        };
        let now = self.clock.now();
        if !tx.delete_publisher(publisher.id).await? {
            return Ok(());
        }
        let event = PublisherEvent::PendingLapsed {
            publisher: publisher.id,
            registrant: *registrant,
            name: name.clone(),
            reason: news.word().to_owned(),
        };
        tx.audit(AuditEntry::new(now, actor, origin, event).in_channel(*channel)).await?;
        self.tell_registrant(tx, publisher, news).await
    }

    /// A mail to whoever registered a pending publisher.
    pub(super) async fn tell_registrant(
        &self,
        tx: &mut Tx,
        publisher: &Publisher,
        news: PendingNews,
    ) -> Result<(), Error> {
        let PublisherPlace::Pending { channel, name, registrant, .. } = &publisher.place else {
            return Ok(());
        };
        let (user, channel) = (tx.user(*registrant).await?, tx.channel(*channel).await?);
        let (Some(user), Some(channel)) = (user.filter(|user| user.verified_at.is_some()), channel) else {
            return Ok(());
        };
        let message = Message::PendingPublisher {
            user: user.name.clone(),
            at: self.clock.now(),
            channel: channel.name.to_string(),
            project: name.clone(),
            identity: identity(publisher),
            news,
        };
        // Rendering takes microseconds, and only the transaction knows whom to tell.
        self.letter(&user.email, &message)?.post(tx).await
    }
}
