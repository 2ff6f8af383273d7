//! Accepting and declining invitations to roles. Days have passed since they were sent, so everything is decided anew,
//! in the transaction that gives the role.

use bonded_mail::Message;
use bonded_model::audit::{AuditEntry, RoleEvent};
use bonded_model::ids::{ChannelId, ProjectId, SessionId, UserId};
use bonded_model::people::{Requirement, requirement};
use bonded_model::role_invitation::{Offer, RoleInvitation};
use bonded_model::user::{ChannelRole, User};
use bonded_model::{Actor, Timestamp};
use bonded_store::{Change, Queries, Tx};

use super::invitations::gone;
use super::managed::Managed;
use super::members::put_user;
use super::names::PlaceName;
use super::offers::{Which, is_invited};
use crate::access::{as_in_browser, instance_policy, present, present_channel, role_in};
use crate::people::mail::{Letter, post};
use crate::people::{Cleared, Visit, requirement_of};
use crate::publishers::end_publishers_of;
use crate::{Error, Registry};

impl Registry {
    /// Accepts an invitation to a role; tells what the role is in.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that was used, withdrawn or is too old; [`Error::Invalid`] when it is somebody
    /// else's, when the inviter may not invite any more, and when the person must set up something or be let into the
    /// channel first: then the invitation stays.
    pub async fn accept_role(
        &self,
        cleared: &Cleared<'_>,
        visit: &Visit,
        which: &Which,
    ) -> Result<PlaceName, Error> {
        let (now, actor, user) = (self.clock.now(), cleared.actor(), cleared.user().id);
        let (which, origin) = (which.clone(), visit.origin);
        let inviting = SessionId::generate(now, &self.random);
        let found = find(&mut *self.store.read().await?, &which, now).await?;
        let farewell = self.farewell(&found, cleared.user(), now).await?;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let row = find(tx, &which, now).await?;
                check_invited(tx, &row, user).await?;
                let place = PlaceName::of(tx, row.offer).await?.ok_or_else(gone)?;
                check_inviter(tx, &row, inviting, now).await?;
                check_invitee(tx, &row, user).await?;
                if !tx.delete_role_invitation(row.id).await? {
                    return Err(gone());
                }
                let (channel, project) = tied(tx, row.offer).await?;
                let accepted = RoleEvent::InvitationAccepted { to: row.offer.into(), user };
                if let Offer::Transfer(id) = row.offer
                    && let Some(project) = tx.project(id).await?
                {
                    end_publishers_of(tx, &project, &actor, &origin, now).await?;
                }
                let mut events = vec![accepted.into()];
                if gives_more(tx, row.offer, user).await? {
                    events.push(put_user(tx, user, row.offer).await?);
                }
                for event in events {
                    let entry =
                        AuditEntry { channel, project, ..AuditEntry::new(now, &actor, &origin, event) };
                    tx.audit(entry).await?;
                }
                tx.announce(Change::Access);
                post(tx, &farewell).await?;
                Ok(place)
            })
        });
        write.await
    }

    /// Declines an invitation to a role.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that was used, withdrawn or is too old; [`Error::Invalid`] when it is somebody
    /// else's.
    pub async fn decline_role(
        &self,
        cleared: &Cleared<'_>,
        visit: &Visit,
        which: &Which,
    ) -> Result<(), Error> {
        let (now, actor, user) = (self.clock.now(), cleared.actor(), cleared.user().id);
        let (which, origin) = (which.clone(), visit.origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let row = find(tx, &which, now).await?;
                check_invited(tx, &row, user).await?;
                tx.delete_role_invitation(row.id).await?;
                let (channel, project) = tied(tx, row.offer).await?;
                let event = RoleEvent::InvitationDeclined { to: row.offer.into(), user };
                let entry = AuditEntry { channel, project, ..AuditEntry::new(now, &actor, &origin, event) };
                tx.audit(entry).await?;
                Ok(())
            })
        });
        write.await
    }

    /// Letters to everybody who owns a project that is handed over.
    async fn farewell(&self, row: &RoleInvitation, to: &User, at: Timestamp) -> Result<Vec<Letter>, Error> {
        let Offer::Transfer(project) = row.offer else { return Ok(Vec::new()) };
        let mut reader = self.store.read().await?;
        let Some(place) = PlaceName::of(&mut reader, row.offer).await? else { return Ok(Vec::new()) };
        let mut letters = Vec::new();
        for owner in reader.owners_of(project).await? {
            // Nobody who never proved to own the address is bothered.
            let Some(user) = reader.user(owner).await?.filter(|owner| owner.verified_at.is_some()) else {
                continue;
            };
            let (place, to) = (place.to_string(), to.name.clone());
            let message = Message::ProjectTransferred { user: user.name.clone(), at, place, to };
            letters.push(self.letter(&user.email, &message)?);
        }
        Ok(letters)
    }
}

async fn find(queries: &mut Queries, which: &Which, now: Timestamp) -> Result<RoleInvitation, Error> {
    let found = match which {
        Which::Key(key) => queries.role_invitation_by_secret(&key.hash()).await?,
        Which::Id(id) => queries.role_invitation(*id).await?,
    };
    found.filter(|row| row.expires_at > now).ok_or_else(gone)
}

async fn check_invited(tx: &mut Tx, row: &RoleInvitation, user: UserId) -> Result<(), Error> {
    if is_invited(tx, row, user).await? {
        return Ok(());
    }
    Err(Error::Invalid(
        "this invitation is for another account, or for an address that this account has not verified".into(),
    ))
}

/// Whoever lost the right to invite takes their invitations with them: they are asked for the very permit that inviting
/// takes.
async fn check_inviter(
    tx: &mut Tx,
    row: &RoleInvitation,
    session: SessionId,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(inviter) = row.invited_by else { return Ok(()) };
    let lost =
        || Error::Invalid("whoever sent this invitation may not invite any more: ask for a new one".into());
    let (user, _, roles) = tx.person(inviter).await?.ok_or_else(lost)?;
    let requirement = requirement_of(tx, &user, &roles).await?;
    let actor = as_in_browser(tx, inviter, session).await?.ok_or_else(lost)?;
    let managed = Managed::of(tx, row.offer, requirement).await?.ok_or_else(gone)?;
    match managed.decide_again(tx, &actor, now).await {
        Err(Error::Denied(_)) => return Err(lost()),
        decided => decided?,
    }
    check_quarantine(tx, &actor, row.offer).await
}

/// In quarantine a project stays with those who have it, unless somebody who administers its channel hands it over.
pub(super) async fn check_quarantine(tx: &mut Tx, giver: &Actor, offer: Offer) -> Result<(), Error> {
    let Offer::Transfer(project) = offer else { return Ok(()) };
    let Some(project) = tx.project(project).await? else { return Ok(()) };
    let channel = present_channel(tx, project.channel).await?;
    if project.lifecycle.status.withholds_files()
        && role_in(&present(tx, giver).await?, &channel) != Some(ChannelRole::Admin)
    {
        return Err(Error::Invalid(
            "this project is in quarantine: only those who administer its channel can hand it over until that ends".into(),
        ));
    }
    Ok(())
}

/// What the role asks of whoever takes it.
async fn check_invitee(tx: &mut Tx, row: &RoleInvitation, id: UserId) -> Result<(), Error> {
    let (user, standing, mut roles) = tx.person(id).await?.ok_or_else(gone)?;
    if user.suspended_at.is_some() {
        return Err(gone());
    }
    match row.offer {
        Offer::Channel(channel, role) => add(&mut roles.channels, channel, role),
        Offer::Project(project, role) => {
            check_publishes(&user, roles.channels.get(&channel_of(tx, project).await?))?;
            roles.projects.insert(project, role);
        }
        Offer::Transfer(project) => {
            check_publishes(&user, roles.channels.get(&channel_of(tx, project).await?))?;
        }
        Offer::Group(group, _) => {
            for (channel, role) in tx.channels_of_group(group).await? {
                add(&mut roles.channels, channel, role);
            }
            roles.projects.extend(tx.projects_of_group(group).await?);
        }
    }
    let (instance, channels) = (instance_policy(tx).await?, tx.channel_policies().await?);
    let asked = requirement(&user, &roles, instance, &channels);
    if standing.meets(asked) {
        return Ok(());
    }
    let missing = match asked {
        _ if !standing.verified => "verify your e-mail address",
        Requirement::PhishingResistant => "set up a security key or passkey",
        Requirement::SecondFactor | Requirement::Nothing => "set up a second factor",
    };
    Err(Error::Invalid(format!("{missing} first: this role asks for it. The invitation stays open.")))
}

fn add(roles: &mut std::collections::HashMap<ChannelId, ChannelRole>, channel: ChannelId, role: ChannelRole) {
    let own = roles.entry(channel).or_insert(role);
    *own = role.max(*own);
}

async fn channel_of(tx: &mut Tx, project: ProjectId) -> Result<ChannelId, Error> {
    let found = tx.project(project).await?.filter(|found| found.deleted_at.is_none());
    Ok(found.ok_or_else(gone)?.channel)
}

fn check_publishes(user: &User, role: Option<&ChannelRole>) -> Result<(), Error> {
    if user.admin || role >= Some(&ChannelRole::Publisher) {
        return Ok(());
    }
    Err(Error::Invalid(
        "you may not publish in this channel yet: ask an administrator of the channel to make you a publisher. The \
         invitation stays open."
            .into(),
    ))
}

/// Whether the role is more than what the account was given itself: an invitation takes nothing away.
async fn gives_more(tx: &mut Tx, offer: Offer, user: UserId) -> Result<bool, Error> {
    Ok(match offer {
        Offer::Channel(channel, role) => tx.own_channel_role(channel, user).await? < Some(role),
        Offer::Project(project, role) => tx.own_project_role(project, user).await? < Some(role),
        Offer::Transfer(_) => true,
        Offer::Group(group, role) => tx.group_role_of(group, user).await? < Some(role),
    })
}

/// What the event is tied to.
pub(super) async fn tied(tx: &mut Tx, offer: Offer) -> Result<(Option<ChannelId>, Option<ProjectId>), Error> {
    Ok(match offer {
        Offer::Channel(channel, _) => (Some(channel), None),
        Offer::Project(id, _) | Offer::Transfer(id) => (Some(channel_of(tx, id).await?), Some(id)),
        Offer::Group(..) => (None, None),
    })
}
