//! Adding the publishers of projects, channels and groups.

use bonded_mail::ProjectChange;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PublisherEvent};
use bonded_model::ids::{ChannelId, GroupId, IssuerId, PublisherId, UserId};
use bonded_model::publishing::{Publisher, PublisherPlace};
use bonded_model::user::ChannelRole;
use bonded_model::{Channel, Timestamp};
use bonded_oidc::PublisherConfig;
use bonded_store::Tx;

use super::matching::{config_of, same_place};
use super::prefix;
use crate::access::{ManageChannel, ManageGroup, ManageProject, Permit};
use crate::people::mail::{Letter, post};
use crate::roles::{Managed, Manages};
use crate::{Error, Registry};

/// A publisher to be added.
#[derive(Clone, Debug)]
pub struct NewPublisher {
    /// Who issues its identity tokens.
    pub issuer: IssuerId,
    /// What must be true of its identities.
    pub config: PublisherConfig,
}

impl NewPublisher {
    /// Whether there is such an issuer, of the kind that the configuration is for.
    pub(super) async fn check_issuer(&self, tx: &mut Tx) -> Result<(), Error> {
        match tx.issuer(self.issuer).await? {
            Some(issuer) if issuer.provider == self.config.provider() => Ok(()),
            Some(_) => Err(Error::field("issuer", "This issuer's tokens have other claims.")),
            None => Err(Error::field("issuer", "There is no such issuer any more.")),
        }
    }
}

impl Registry {
    /// Adds a publisher to a project. Its owners are told.
    ///
    /// # Errors
    /// [`Error::Field`] `issuer` for one that is gone or of another kind, `config` for what is there already.
    pub async fn add_publisher(
        &self,
        permit: &Permit<ManageProject>,
        origin: &Origin,
        new: NewPublisher,
    ) -> Result<Publisher, Error> {
        let action = permit.action();
        let place = PublisherPlace::Project { channel: action.channel.id, project: action.project };
        let change = ProjectChange::PublisherAdded { identity: new.config.describe() };
        let letters = self.letters_of(permit, change).await?;
        self.add(permit, origin, place, new, letters).await
    }

    /// Adds a publisher for all projects of a channel whose name begins so, and for those that it makes.
    ///
    /// # Errors
    /// As [`Registry::add_publisher`]; [`Error::Field`] `prefix`.
    pub async fn add_channel_publisher(
        &self,
        permit: &Permit<ManageChannel>,
        origin: &Origin,
        prefix: &str,
        new: NewPublisher,
    ) -> Result<Publisher, Error> {
        let channel = &permit.action().channel;
        let prefix = prefix::checked(channel, prefix)?;
        let place = PublisherPlace::Prefix { channel: channel.id, group: None, prefix };
        self.add(permit, origin, place, new, Vec::new()).await
    }

    /// Adds a publisher that acts in the name of a group in a channel: for the group's projects there whose name begins so,
    /// and for those that it makes, as far as the group may make any.
    ///
    /// # Errors
    /// As [`Registry::add_channel_publisher`]; [`Error::Field`] `channel` for one in which the group may not publish.
    pub async fn add_group_publisher(
        &self,
        permit: &Permit<ManageGroup>,
        origin: &Origin,
        channel: &str,
        prefix: &str,
        new: NewPublisher,
    ) -> Result<Publisher, Error> {
        let group = permit.action().group().id;
        let channel = self.channel_of_group(group, channel).await?;
        let prefix = prefix::checked(&channel, prefix)?;
        let place = PublisherPlace::Prefix { channel: channel.id, group: Some(group), prefix };
        self.add(permit, origin, place, new, Vec::new()).await
    }

    /// A channel that does not exist and one in which the group has no role look the same.
    async fn channel_of_group(&self, group: GroupId, name: &str) -> Result<Channel, Error> {
        let mut reader = self.store.read().await?;
        let missing = || Error::field("channel", "The group may not publish in such a channel.");
        let channel = reader.channel_by_name(name.trim()).await?.ok_or_else(missing)?;
        check_group(&mut reader, group, channel.id).await?;
        Ok(channel)
    }

    async fn add<A: Manages>(
        &self,
        permit: &Permit<A>,
        origin: &Origin,
        place: PublisherPlace,
        new: NewPublisher,
        letters: Vec<Letter>,
    ) -> Result<Publisher, Error> {
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let by = actor.principal().map(|principal| principal.user.id);
        let publisher = self.new_publisher(place, &new, by);
        let prefix = match &publisher.place {
            PublisherPlace::Prefix { prefix, .. } => Some(prefix.clone()),
            PublisherPlace::Project { .. } | PublisherPlace::Pending { .. } => None,
        };
        let event = PublisherEvent::PublisherAdded {
            publisher: publisher.id,
            provider: new.config.provider(),
            identity: new.config.describe(),
            prefix,
        };
        let entry = tie(AuditEntry::new(now, &actor, origin, event), &publisher);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                new.check_issuer(tx).await?;
                if let PublisherPlace::Prefix { channel, group: Some(group), .. } = &publisher.place {
                    check_group(tx, *group, *channel).await?;
                }
                check_new(&siblings(tx, &publisher.place).await?, &publisher)?;
                tx.insert_publisher(&publisher).await?;
                tx.audit(entry).await?;
                post(tx, &letters).await?;
                Ok(publisher)
            })
        });
        write.await
    }

    pub(super) fn new_publisher(
        &self,
        place: PublisherPlace,
        new: &NewPublisher,
        by: Option<UserId>,
    ) -> Publisher {
        let now = self.clock.now();
        Publisher {
            id: PublisherId::generate(now, &self.random),
            issuer: new.issuer,
            place,
            config: new.config.to_json(),
            lookup: new.config.lookup(),
            created_at: now,
            created_by: by,
            last_used_at: None,
            last_source: None,
            last_refused_at: None,
            last_refusal: None,
        }
    }
}

/// The same twice at one place would be removed once and work on.
pub(super) fn check_new(siblings: &[Publisher], new: &Publisher) -> Result<(), Error> {
    let twin = siblings.iter().any(|other| {
        other.id != new.id
            && other.issuer == new.issuer
            && same_place(&other.place, &new.place)
            && same_config(other, new)
    });
    if twin { Err(Error::field("config", "This publisher is there already.")) } else { Ok(()) }
}

/// Ids that the first use added make no other publisher of it.
fn same_config(one: &Publisher, other: &Publisher) -> bool {
    let (Some(one), Some(other)) = (config_of(one), config_of(other)) else { return false };
    let (one_fields, other_fields) = (one.to_fields(), other.to_fields());
    let learnt = |name: &String| {
        one.learnt().contains(&name.as_str())
            && !(one_fields.contains_key(name) && other_fields.contains_key(name))
    };
    let names = one_fields.keys().chain(other_fields.keys());
    one.provider() == other.provider()
        && names.into_iter().all(|name| learnt(name) || one_fields.get(name) == other_fields.get(name))
}

pub(super) async fn siblings(tx: &mut Tx, place: &PublisherPlace) -> Result<Vec<Publisher>, Error> {
    Ok(match place {
        PublisherPlace::Project { project, .. } => tx.publishers_of_project(*project).await?,
        PublisherPlace::Prefix { channel, .. } | PublisherPlace::Pending { channel, .. } => {
            tx.publishers_of_channel(*channel).await?
        }
    })
}

/// The publisher, if whoever manages this place may do something about it.
pub(super) async fn of_place(tx: &mut Tx, managed: &Managed, id: PublisherId) -> Result<Publisher, Error> {
    let publisher = tx.publisher(id).await?.ok_or_else(no_publisher)?;
    let here = match (managed, &publisher.place) {
        (Managed::Project(action), place) => place.project() == Some(action.project),
        // Those of projects are managed on the projects' pages.
        (Managed::Channel(_), PublisherPlace::Project { .. }) => false,
        (Managed::Channel(action), place) => place.channel() == action.channel.id,
        (Managed::Group(action), PublisherPlace::Prefix { group, .. }) => *group == Some(action.group().id),
        (Managed::Group(_), _) => false,
    };
    if here { Ok(publisher) } else { Err(no_publisher()) }
}

async fn check_group(
    queries: &mut bonded_store::Queries,
    group: GroupId,
    channel: ChannelId,
) -> Result<(), Error> {
    let roles = queries.channels_of_group(group).await?;
    if roles.iter().any(|(id, role)| *id == channel && *role >= ChannelRole::Publisher) {
        return Ok(());
    }
    Err(Error::field("channel", "The group may not publish in such a channel."))
}

pub(super) fn tie(entry: AuditEntry, publisher: &Publisher) -> AuditEntry {
    let project = publisher.place.project();
    AuditEntry { project, ..entry.in_channel(publisher.place.channel()) }
}

fn no_publisher() -> Error {
    Error::NotFound("there is no such publisher here any more".into())
}

/// Since when nobody used a publisher that was added at `created`.
pub(super) fn unused_since(publisher: &Publisher) -> Timestamp {
    publisher.last_used_at.unwrap_or(publisher.created_at)
}
