//! The first administrator, who comes with a link that the server printed.

use bonded_model::Credential;
use bonded_model::audit::{AuditEntry, Event, PersonEvent};
use bonded_model::people::{LinkKind, ProofKind};
use bonded_model::secret::Secret;
use bonded_store::Change;

use super::limits;
use super::links::dead;
use super::sign_in::{Basis, Entry};
use super::sign_up::{NewPerson, insert_person};
use super::visit::Visit;
use crate::access::{Operate, Permit};
use crate::{Error, Registry};

impl Registry {
    /// A new link that makes an administrator, as long as there is none who could sign in. Earlier ones end.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn setup_link(&self, permit: &Permit<Operate>) -> Result<Option<String>, Error> {
        let link = self.new_link(LinkKind::Setup);
        let entry = AuditEntry::new(
            self.clock.now(),
            permit.actor(),
            &self.local_origin(),
            PersonEvent::SetupLinkMade,
        );
        let row = link.row;
        let made = self.store.write(move |tx| {
            Box::pin(async move {
                tx.delete_setup_links().await?;
                if tx.can_anybody_administrate().await? {
                    return Ok::<_, Error>(false);
                }
                tx.insert_link(&row).await?;
                tx.audit(entry).await?;
                Ok(true)
            })
        });
        Ok(made.await?.then_some(link.url))
    }

    /// Whether the link would make an administrator now, for showing the form.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn is_setup_open(&self, key: &Secret) -> Result<bool, Error> {
        let live = self.live_link(key, LinkKind::Setup).await?.is_some();
        Ok(live && !self.store.read().await?.can_anybody_administrate().await?)
    }

    /// Makes the first administrator and signs the browser in. Whoever reads the server's output is believed to own the
    /// address.
    ///
    /// # Errors
    /// As [`Registry::sign_up`]; [`Error::NotFound`] also when there is an administrator by now.
    pub async fn set_up_administrator(
        &self,
        visit: &Visit,
        key: &Secret,
        new: NewPerson,
    ) -> Result<Entry, Error> {
        self.count(limits::sign_up(&visit.origin)).await?;
        if !self.is_setup_open(key).await? {
            return Err(dead());
        }
        let (mut user, hash) = self.applicant(new).await?;
        let now = user.created_at;
        user.admin = true;
        user.verified_at = Some(now);
        let address = self.primary_of(&user);
        let event = Event::UserCreated { user: user.id, name: user.name.to_string(), admin: true };
        let entry = AuditEntry::of_person(now, user.id, Credential::None, &visit.origin, event);
        let (secret, created) = (key.hash(), user.clone());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.take_link(&secret, LinkKind::Setup, now).await?.ok_or_else(dead)?;
                if tx.can_anybody_administrate().await? {
                    return Err(dead());
                }
                insert_person(tx, &user, address.id, &hash).await?;
                tx.delete_setup_links().await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await?;
        let rotated = self.enter(visit, &created, ProofKind::Password, Basis::NewAccount, None).await?;
        Ok(Entry::SignedIn { rotated, next: "/account/security".into() })
    }
}
