//! Inviting people to roles. Whether an account has the address is for its owner to know: the inviter sees the same
//! either way.

use bonded_mail::Message;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, RoleEvent};
use bonded_model::ids::{InvitationId, UserId};
use bonded_model::role_invitation::{Offer, RoleInvitation};
use bonded_model::secret::Secret;
use bonded_model::user::{Email, UserName};
use bonded_store::Tx;
use chrono::TimeDelta;

use super::accept::{check_quarantine, tied};
use super::managed::{Managed, Manages};
use crate::access::{ManageProject, Permit};
use crate::people::mail::post;
use crate::people::{limits, person_or_operator};
use crate::{Error, Registry};

/// How long an invitation to a role can be accepted.
const LIFETIME: TimeDelta = TimeDelta::days(3);

/// Who is invited, as the inviter knows them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Invitee {
    /// An account, by its name.
    User(UserName),
    /// Whoever has this address.
    Address(Email),
}

/// Who is invited, and where the mail goes.
struct Recipient {
    user: Option<UserId>,
    address: Email,
    /// Whether the mail goes there: an account whose owner never proved to have the address sees its invitations when it
    /// signs in, and strangers are not bothered.
    mailed: bool,
}

impl Registry {
    /// Mails somebody, by the name of an account or by an address, a link by which they accept a role. Earlier ones to
    /// the same place by the same name or address end.
    ///
    /// # Errors
    /// [`Error::Field`] `invitee` for what is neither an address nor the name of an account; [`Error::TooMany`]; a
    /// [`Denial`](crate::access::Denial) when the right was lost meanwhile.
    pub async fn invite_to_role<A: Manages>(
        &self,
        permit: &Permit<A>,
        origin: &Origin,
        invitee: &str,
        role: A::Role,
    ) -> Result<(), Error> {
        let offer = permit.action().offer(role);
        self.send_offer(permit, origin, invitee, offer).await
    }

    /// Offers a project to somebody, by the name of an account or by an address. Once they accept, they own it alone.
    ///
    /// # Errors
    /// As [`Registry::invite_to_role`].
    pub async fn offer_project(
        &self,
        permit: &Permit<ManageProject>,
        origin: &Origin,
        invitee: &str,
    ) -> Result<(), Error> {
        let offer = Offer::Transfer(permit.action().project);
        self.send_offer(permit, origin, invitee, offer).await
    }

    async fn send_offer<A: Manages>(
        &self,
        permit: &Permit<A>,
        origin: &Origin,
        invitee: &str,
        offer: Offer,
    ) -> Result<(), Error> {
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let recipient = self.recipient(invitee).await?;
        let inviter = actor.principal().map(|principal| principal.user.id);
        if let Some(inviter) = inviter {
            self.count(vec![limits::ROLE_INVITATION.of(inviter)]).await?;
        }
        let secret = Secret::generate(&self.random);
        let row = RoleInvitation {
            id: InvitationId::generate(now, &self.random),
            secret: secret.hash(),
            offer,
            user: recipient.user,
            address: recipient.address,
            invited_by: inviter,
            created_at: now,
            expires_at: now + LIFETIME,
        };
        let (by, link) = (person_or_operator(&actor), self.settings.people.url(&accept_path(&secret)));
        let (place, role, expires_at) = (managed.name().to_string(), offer.role().to_owned(), row.expires_at);
        let message = match offer {
            Offer::Transfer(_) => Message::ProjectOffered { by, place, link, expires_at },
            _ => Message::RoleOffered { by, place, role, link, expires_at },
        };
        let letter = match recipient.mailed {
            true => Some(self.letter(&row.address, &message)?),
            false => None,
        };
        let event = RoleEvent::Invited { to: offer.into(), user: row.user };
        let entry = managed.tie(AuditEntry::new(now, &actor, origin, event));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                check_quarantine(tx, &actor, offer).await?;
                tx.delete_same_role_invitations(&row).await?;
                tx.insert_role_invitation(&row).await?;
                tx.audit(entry).await?;
                post(tx, letter.as_slice()).await
            })
        });
        write.await
    }

    async fn recipient(&self, typed: &str) -> Result<Recipient, Error> {
        let typed = typed.trim();
        if typed.contains('@') {
            let address = typed.parse().map_err(|error| Error::field("invitee", format!("{error}")))?;
            return Ok(Recipient { user: None, address, mailed: true });
        }
        let missing = || {
            Error::field(
                "invitee",
                format!("There is no account '{typed}'. An e-mail address can be invited too."),
            )
        };
        let name: UserName = typed.parse().map_err(|_| missing())?;
        let user = self.store.read().await?.user_by_name(&name).await?.ok_or_else(missing)?;
        let mailed = user.verified_at.is_some();
        Ok(Recipient { user: Some(user.id), address: user.email, mailed })
    }

    /// Ends an invitation to a role in the place that the permit is for.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this id in this place.
    pub async fn withdraw_role_invitation<A: Manages>(
        &self,
        permit: &Permit<A>,
        origin: &Origin,
        id: InvitationId,
    ) -> Result<(), Error> {
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let origin = *origin;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                let found = tx.role_invitation(id).await?;
                let found = found.filter(|found| managed.holds(found.offer)).ok_or_else(gone)?;
                tx.delete_role_invitation(id).await?;
                let event = RoleEvent::InvitationWithdrawn { to: found.offer.into() };
                tx.audit(managed.tie(AuditEntry::new(now, &actor, &origin, event))).await?;
                Ok(())
            })
        });
        write.await
    }
}

/// Ends every invitation that somebody sent: whoever gets an account back does not vouch for what was done in its name
/// before. Each is on record beside `entry`.
pub(crate) async fn withdraw_sent(tx: &mut Tx, user: UserId, entry: &AuditEntry) -> Result<(), Error> {
    for row in tx.role_invitations_sent_by(user).await? {
        let (channel, project) = tied(tx, row.offer).await?;
        tx.delete_role_invitation(row.id).await?;
        let event = RoleEvent::InvitationWithdrawn { to: row.offer.into() }.into();
        tx.audit(AuditEntry { channel, project, event, ..entry.clone() }).await?;
    }
    Ok(())
}

impl Managed {
    /// Whether an offer is about this very place.
    fn holds(&self, offer: Offer) -> bool {
        match self {
            Self::Channel(action) => offer.channel() == Some(action.channel.id),
            Self::Project(action) => offer.project() == Some(action.project),
            Self::Group(action) => offer.group() == Some(action.group().id),
        }
    }
}

/// Where an invitation is looked at and accepted.
pub(crate) fn accept_path(secret: &Secret) -> String {
    format!("/invitations/accept?key={}", *secret.expose())
}

/// The same for invitations that are used up, too old, or were never there.
pub(super) fn gone() -> Error {
    Error::NotFound(
        "this invitation was used or withdrawn already, or it is too old: ask for a new one".into(),
    )
}
