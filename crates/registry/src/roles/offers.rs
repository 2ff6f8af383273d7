//! Invitations to roles as their readers see them.

use bonded_model::Timestamp;
use bonded_model::ids::InvitationId;
use bonded_model::role_invitation::{Offer, RoleInvitation};
use bonded_model::secret::Secret;
use bonded_model::user::{Email, UserName};
use bonded_store::Queries;

use super::invitations::Invitee;
use super::names::PlaceName;
use crate::people::Session;
use crate::{Error, Registry};

/// By what somebody names an invitation.
#[derive(Clone, Debug)]
pub enum Which {
    /// By the secret in its link.
    Key(Secret),
    /// By its id, as on the page of whoever is invited.
    Id(InvitationId),
}

/// An invitation as whoever is invited sees it.
#[derive(Clone, Debug)]
pub struct RoleOffer {
    /// Its id.
    pub id: InvitationId,
    /// To what.
    pub place: PlaceName,
    /// The role's word; `owner` for a project that is handed over.
    pub role: &'static str,
    /// Whether a whole project is handed over, to be owned by nobody else.
    pub transfer: bool,
    /// Who invites; `None` for the operator.
    pub by: Option<UserName>,
    /// The address that it was mailed to.
    pub address: Email,
    /// Whether the person who looks is the one who is invited; `None` when nobody is signed in.
    pub yours: Option<bool>,
    /// Whether an account must be made first or signed in to: it names no account.
    pub by_address: bool,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An open invitation as those see it who manage the place.
#[derive(Clone, Debug)]
pub struct OpenRoleInvitation {
    /// Its id.
    pub id: InvitationId,
    /// Who is invited.
    pub invitee: Invitee,
    /// The role's word.
    pub role: &'static str,
    /// Whether a whole project is handed over.
    pub transfer: bool,
    /// Who invited; `None` for the operator.
    pub by: Option<UserName>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Registry {
    /// What somebody with the link is offered, for the page that asks whether they want it. `None` for one that does not
    /// work any more.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn role_offer(
        &self,
        session: Option<&Session>,
        key: &Secret,
    ) -> Result<Option<RoleOffer>, Error> {
        let mut reader = self.store.read().await?;
        let now = self.clock.now();
        let found = reader.role_invitation_by_secret(&key.hash()).await?;
        let Some(row) = found.filter(|row| row.expires_at > now) else { return Ok(None) };
        let yours = match session {
            Some(session) => Some(is_invited(&mut reader, &row, session.user().id).await?),
            None => None,
        };
        let offer = shown(&mut reader, row).await?;
        Ok(offer.map(|offer| RoleOffer { yours, ..offer }))
    }

    /// The open invitations of the person, oldest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn role_offers(&self, session: &Session) -> Result<Vec<RoleOffer>, Error> {
        let mut reader = self.store.read().await?;
        let now = self.clock.now();
        let mut offers = Vec::new();
        for row in reader.role_invitations_of(session.user().id).await? {
            if row.expires_at > now {
                let offer = shown(&mut reader, row).await?;
                offers.extend(offer.map(|offer| RoleOffer { yours: Some(true), ..offer }));
            }
        }
        Ok(offers)
    }
}

/// Whether the invitation is for this account: by its name, or by an address that it has verified.
pub(super) async fn is_invited(
    queries: &mut Queries,
    row: &RoleInvitation,
    user: bonded_model::ids::UserId,
) -> Result<bool, Error> {
    if let Some(invited) = row.user {
        return Ok(invited == user);
    }
    let emails = queries.emails_of(user).await?;
    Ok(emails.iter().any(|email| email.verified_at.is_some() && email.address.key() == row.address.key()))
}

async fn shown(queries: &mut Queries, row: RoleInvitation) -> Result<Option<RoleOffer>, Error> {
    let Some(place) = PlaceName::of(queries, row.offer).await? else { return Ok(None) };
    Ok(Some(RoleOffer {
        id: row.id,
        place,
        role: row.offer.role(),
        transfer: matches!(row.offer, Offer::Transfer(_)),
        by: inviter(queries, &row).await?,
        address: row.address,
        yours: None,
        by_address: row.user.is_none(),
        expires_at: row.expires_at,
    }))
}

async fn inviter(queries: &mut Queries, row: &RoleInvitation) -> Result<Option<UserName>, Error> {
    match row.invited_by {
        Some(id) => Ok(queries.user(id).await?.map(|user| user.name)),
        None => Ok(None),
    }
}

/// Those that can still be accepted. An account that was invited by its name is shown by it, never by its address.
pub(super) async fn open(
    queries: &mut Queries,
    rows: Vec<RoleInvitation>,
    now: Timestamp,
) -> Result<Vec<OpenRoleInvitation>, Error> {
    let mut open = Vec::new();
    for row in rows.into_iter().filter(|row| row.expires_at > now) {
        let invitee = match row.user {
            None => Some(Invitee::Address(row.address.clone())),
            Some(id) => queries.user(id).await?.map(|user| Invitee::User(user.name)),
        };
        let Some(invitee) = invitee else { continue };
        open.push(OpenRoleInvitation {
            id: row.id,
            invitee,
            role: row.offer.role(),
            transfer: matches!(row.offer, Offer::Transfer(_)),
            by: inviter(queries, &row).await?,
            created_at: row.created_at,
            expires_at: row.expires_at,
        });
    }
    Ok(open)
}
