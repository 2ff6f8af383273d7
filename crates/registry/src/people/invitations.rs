//! Invitations: a mailed link lets one person sign up, and proves the address that it was mailed to.

use bonded_mail::Message;
use bonded_model::Timestamp;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::people::{Link, LinkKind};
use bonded_model::user::Email;
use bonded_store::Tx;

use super::administration::{by, check_still_administers, person_of};
use super::settings::SignUp;
use crate::access::{Administer, Permit, ViewPeople};
use crate::{Error, Registry};

/// An invitation that nobody has used yet.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    /// Who is invited.
    pub address: Email,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Registry {
    /// Mails an invitation; gives its URL too, where there is no mail server. Earlier ones to the same address end.
    ///
    /// # Errors
    /// [`Error::Field`] `email` for what is no address or belongs to an account; [`Error::Invalid`] where sign-up is
    /// closed.
    pub async fn invite(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        typed: &str,
    ) -> Result<String, Error> {
        if self.settings.people.sign_up == SignUp::Closed {
            return Err(Error::Invalid("sign-up is closed here: nobody could use an invitation".into()));
        }
        let address: Email =
            typed.trim().parse().map_err(|error| Error::field("email", format!("{error}")))?;
        if let Some(user) = self.store.read().await?.user_by_verified_email(&address).await? {
            let text = format!("This is an address of the account '{}'.", user.name);
            return Err(Error::field("email", text));
        }
        let acting = person_of(permit);
        let mut link = self.new_link(LinkKind::Invitation);
        link.row.user = acting;
        link.row.invited = Some(address.clone());
        let expires_at = link.row.expires_at;
        let message = Message::Invitation { by: by(permit.actor()), link: link.url.clone(), expires_at };
        let letter = self.letter(&address, &message)?;
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), origin, PersonEvent::Invited);
        let row = link.row;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                delete_invitations(tx, &address).await?;
                tx.insert_link(&row).await?;
                tx.audit(entry).await?;
                letter.post(tx).await
            })
        });
        write.await?;
        Ok(link.url)
    }

    /// The invitations that can still be used, oldest first.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn invitations(&self, _permit: &Permit<ViewPeople>) -> Result<Vec<OpenInvitation>, Error> {
        let (rows, now) = (self.store.read().await?.invitations().await?, self.clock.now());
        let open = |link: Link| {
            let (created_at, expires_at) = (link.created_at, link.expires_at);
            link.invited.map(|address| OpenInvitation { address, created_at, expires_at })
        };
        Ok(rows.into_iter().filter(|link| link.expires_at > now).filter_map(open).collect())
    }

    /// Ends the invitations to an address.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn withdraw_invitation(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        address: &Email,
    ) -> Result<(), Error> {
        let (acting, address) = (person_of(permit), address.clone());
        let event = PersonEvent::InvitationWithdrawn;
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if !delete_invitations(tx, &address).await? {
                    return Err(Error::NotFound(format!("nobody invited {address}, or it was used already")));
                }
                tx.audit(entry).await?;
                Ok(())
            })
        });
        write.await
    }
}

/// Whether there was any.
async fn delete_invitations(tx: &mut Tx, address: &Email) -> Result<bool, Error> {
    let mut found = false;
    for link in tx.invitations().await? {
        if link.invited.is_some_and(|invited| invited.key() == address.key()) {
            found |= tx.delete_link(&link.secret).await?;
        }
    }
    Ok(found)
}
