//! Giving roles to people and groups, and taking them away.

use bonded_mail::Message;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event, RoleEvent};
use bonded_model::group::Group;
use bonded_model::ids::UserId;
use bonded_model::role_invitation::Offer;
use bonded_model::user::{ChannelRole, ProjectRole, User};
use bonded_model::{Actor, Timestamp};
use bonded_store::{Change, Tx};

use super::holder::{Held, Holder};
use super::looked_after::LookedAfter;
use super::managed::{Managed, Manages, administers_instance};
use crate::access::Permit;
use crate::people::mail::{Letter, post};
use crate::people::person_or_operator;
use crate::{Error, Registry};

impl Registry {
    /// Gives somebody a role, in place of any other that they have there themselves. Newcomers are invited instead,
    /// unless an administrator of the instance adds them.
    ///
    /// # Errors
    /// [`Error::Field`] `holder` for whoever does not exist, is a newcomer, or could do nothing with the role;
    /// [`Error::Invalid`] when the place would be left to nobody; a [`Denial`](crate::access::Denial) when the right was
    /// lost meanwhile.
    pub async fn put_role<A: Manages>(
        &self,
        permit: &Permit<A>,
        origin: &Origin,
        holder: &Holder,
        role: A::Role,
    ) -> Result<(), Error> {
        let (managed, offer) = (permit.action().managed(), permit.action().offer(role));
        let (now, actor, origin) = (self.clock.now(), permit.actor().clone(), *origin);
        let holder = self.holder(holder).await?;
        let letter = self.role_letter(&holder, &actor, &managed, Some(offer), now)?;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                let guard = guard_of(tx, &managed, &holder).await?;
                let event = match &holder {
                    Held::User(user) => {
                        check_newcomer(tx, &actor, user, offer).await?;
                        check_publishes(tx, user, &managed).await?;
                        put_user(tx, user.id, offer).await?
                    }
                    Held::Group(group) => put_group(tx, group, offer).await?,
                };
                if !(administers_instance(&actor) && matches!(managed, Managed::Channel(_))) {
                    guard.check(tx).await?;
                }
                let entry = AuditEntry::new(now, &actor, &origin, event);
                tx.audit(managed.tie(entry)).await?;
                tx.announce(Change::Access);
                post(tx, letter.as_slice()).await
            })
        });
        write.await
    }

    /// Takes a role away. Whoever leaves a channel leaves its projects with it, and so does whoever loses the channel with
    /// a group; open invitations in the place, and those that they sent, end too.
    ///
    /// # Errors
    /// [`Error::Field`] `holder` for whoever does not exist; [`Error::NotFound`] for whoever has no role of their own
    /// there; [`Error::Invalid`] when something would be left to nobody.
    pub async fn remove_role<A: Manages>(
        &self,
        permit: &Permit<A>,
        origin: &Origin,
        holder: &Holder,
    ) -> Result<(), Error> {
        let managed = permit.action().managed();
        let (now, actor, origin) = (self.clock.now(), permit.actor().clone(), *origin);
        let holder = self.holder(holder).await?;
        let letter = self.role_letter(&holder, &actor, &managed, None, now)?;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                let guard = guard_of(tx, &managed, &holder).await?;
                let none = || Error::NotFound(format!("there is no such role in {}", managed.name()));
                let event = remove(tx, &managed, &holder).await?.ok_or_else(none)?;
                if !(administers_instance(&actor) && matches!(managed, Managed::Channel(_))) {
                    guard.check(tx).await?;
                }
                let entry = AuditEntry::new(now, &actor, &origin, event);
                tx.audit(managed.tie(entry)).await?;
                tx.announce(Change::Access);
                post(tx, letter.as_slice()).await
            })
        });
        write.await
    }

    /// What the person is told. Members of a group hear nothing of the group's roles: there may be many, every day.
    fn role_letter(
        &self,
        holder: &Held,
        actor: &Actor,
        managed: &Managed,
        offer: Option<Offer>,
        at: Timestamp,
    ) -> Result<Option<Letter>, Error> {
        let Held::User(user) = holder else { return Ok(None) };
        // Nobody who never proved to own the address is bothered.
        if user.verified_at.is_none() {
            return Ok(None);
        }
        let (by, place) = (person_or_operator(actor), managed.name().to_string());
        let message = match offer {
            Some(offer) => {
                Message::RoleGiven { user: user.name.clone(), at, by, place, role: offer.role().to_owned() }
            }
            None => Message::RoleRemoved { user: user.name.clone(), at, by, place },
        };
        self.letter(&user.email, &message).map(Some)
    }
}

/// What a smaller role than before, or none, could leave to nobody. Whoever publishes no more in a channel owns nothing in
/// it any more.
pub(super) async fn guard_of(tx: &mut Tx, managed: &Managed, holder: &Held) -> Result<LookedAfter, Error> {
    let guard = LookedAfter::default();
    match (managed, holder) {
        (Managed::Channel(action), Held::User(user)) => {
            let channel = action.channel.id;
            guard.channel(tx, channel).await?.owned_by(tx, user.id, Some(channel)).await
        }
        (Managed::Channel(action), Held::Group(group)) => {
            let channel = action.channel.id;
            guard.channel(tx, channel).await?.owned_by_members(tx, group.id, Some(channel)).await
        }
        (Managed::Project(action), _) => guard.project(tx, action.project).await,
        (Managed::Group(action), Held::User(user)) => {
            guard.channels_of(tx, action.group().id).await?.owned_by(tx, user.id, None).await
        }
        (Managed::Group(_), Held::Group(_)) => Ok(guard),
    }
}

/// People come by invitation: nobody gets work, or a fence around their session, without having asked for it.
async fn check_newcomer(tx: &mut Tx, actor: &Actor, user: &User, offer: Offer) -> Result<(), Error> {
    if administers_instance(actor) {
        return Ok(());
    }
    let known = match offer {
        Offer::Channel(channel, _) => tx.roles_of(user.id).await?.channels.contains_key(&channel),
        Offer::Project(project, _) | Offer::Transfer(project) => {
            tx.roles_of(user.id).await?.projects.contains_key(&project)
        }
        Offer::Group(group, _) => tx.group_role_of(group, user.id).await?.is_some(),
    };
    if known {
        return Ok(());
    }
    Err(Error::field("holder", format!("'{}' has no role here yet: send an invitation.", user.name)))
}

/// In a project, a role is worth nothing to whoever may not publish in its channel.
pub(super) async fn check_publishes(tx: &mut Tx, user: &User, managed: &Managed) -> Result<(), Error> {
    let Managed::Project(action) = managed else { return Ok(()) };
    let roles = tx.roles_of(user.id).await?;
    let publishes = roles.channels.get(&action.channel.id) >= Some(&ChannelRole::Publisher);
    if user.admin || publishes {
        return Ok(());
    }
    Err(Error::field(
        "holder",
        format!(
            "'{}' may not publish in the channel '{}': ask an administrator of the channel to make them a publisher first.",
            user.name, action.channel.name
        ),
    ))
}

/// Writes the role; gives what to put on record.
pub(super) async fn put_user(tx: &mut Tx, user: UserId, offer: Offer) -> Result<Event, Error> {
    Ok(match offer {
        Offer::Channel(channel, role) => {
            tx.put_channel_role(channel, user, role).await?;
            Event::MemberAdded { user, role }
        }
        Offer::Project(project, role) => {
            tx.put_project_role(project, user, role).await?;
            RoleEvent::ProjectMemberAdded { user, role }.into()
        }
        Offer::Transfer(project) => {
            tx.remove_project_members(project).await?;
            tx.delete_role_invitations_to(project).await?;
            tx.put_project_role(project, user, ProjectRole::Owner).await?;
            RoleEvent::ProjectTransferred { user }.into()
        }
        Offer::Group(id, role) => {
            let group = tx.group(id).await?.ok_or_else(|| Error::NotFound("the group is gone".into()))?;
            tx.put_group_member(id, user, role).await?;
            RoleEvent::GroupMemberAdded { group: id, name: group.name.to_string(), user, role }.into()
        }
    })
}

/// Writes the role; gives what to put on record.
async fn put_group(tx: &mut Tx, group: &Group, offer: Offer) -> Result<Event, Error> {
    let (id, name) = (group.id, group.name.to_string());
    if tx.group(id).await?.is_none() {
        return Err(Error::field("holder", format!("There is no group '{name}'.")));
    }
    let event = match offer {
        Offer::Channel(channel, role) => {
            tx.put_channel_group(channel, id, role).await?;
            RoleEvent::ChannelGroupAdded { group: id, name, role }
        }
        Offer::Project(project, role) => {
            tx.put_project_group(project, id, role).await?;
            RoleEvent::ProjectGroupAdded { group: id, name, role }
        }
        Offer::Group(..) | Offer::Transfer(_) => {
            return Err(Error::field("holder", "A group can hold roles in channels and projects only."));
        }
    };
    Ok(event.into())
}

/// Ends the role; gives what to put on record, or `None` when there was none.
pub(super) async fn remove(tx: &mut Tx, managed: &Managed, holder: &Held) -> Result<Option<Event>, Error> {
    match holder {
        Held::User(user) => remove_user(tx, managed, user.id).await,
        Held::Group(group) => remove_group(tx, managed, group).await,
    }
}

async fn remove_user(tx: &mut Tx, managed: &Managed, user: UserId) -> Result<Option<Event>, Error> {
    let (found, event) = match managed {
        Managed::Channel(action) => {
            tx.delete_role_invitations_in_channel(action.channel.id, user).await?;
            let found = tx.remove_channel_member(action.channel.id, user).await?;
            (found, Event::MemberRemoved { user })
        }
        Managed::Project(action) => {
            tx.delete_role_invitations_in_project(action.project, user).await?;
            let found = tx.remove_project_member(action.project, user).await?;
            (found, RoleEvent::ProjectMemberRemoved { user }.into())
        }
        Managed::Group(action) => {
            let group = action.group();
            tx.delete_role_invitations_in_group(group.id, user).await?;
            let found = tx.remove_group_member(group.id, user).await?;
            let name = group.name.to_string();
            (found, RoleEvent::GroupMemberRemoved { group: group.id, name, user }.into())
        }
    };
    Ok(Some(event).filter(|_| found))
}

async fn remove_group(tx: &mut Tx, managed: &Managed, group: &Group) -> Result<Option<Event>, Error> {
    let (id, name) = (group.id, group.name.to_string());
    let (found, event) = match managed {
        Managed::Channel(action) => {
            let found = tx.remove_channel_group(action.channel.id, id).await?;
            (found, RoleEvent::ChannelGroupRemoved { group: id, name })
        }
        Managed::Project(action) => {
            let found = tx.remove_project_group(action.project, id).await?;
            (found, RoleEvent::ProjectGroupRemoved { group: id, name })
        }
        Managed::Group(_) => return Ok(None),
    };
    Ok(Some(event.into()).filter(|_| found))
}
