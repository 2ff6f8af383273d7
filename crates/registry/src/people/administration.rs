//! What administrators see of people, and do about them. The operator at the command line may do the same.

use bonded_mail::{By, Message};
use bonded_model::actor::{Actor, Origin};
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::UserId;
use bonded_model::people::{LinkKind, Requirement, SoleOwnership};
use bonded_model::user::User;
use bonded_store::{Change, Tx};

use super::mail::post;
use super::reset::end_all_visits;
use super::session::{Cleared, Fresh};
use crate::access::{Administer, Denial, Operate, Permit, ViewPeople};
use crate::{Error, Registry};

impl Registry {
    /// The permit to look at the accounts of others.
    ///
    /// # Errors
    /// [`Denial::Hidden`] for whoever is no administrator.
    pub fn view_people(&self, cleared: &Cleared<'_>) -> Result<Permit<ViewPeople>, Error> {
        Ok(self.access.permit(&cleared.actor(), ViewPeople::asking(cleared.requirement()))?)
    }

    /// The permit to change the accounts of others.
    ///
    /// # Errors
    /// [`Denial::Hidden`] for whoever is no administrator, [`Error::Fenced`] for one who lacks what is required.
    pub fn administer(&self, fresh: &Fresh<'_>) -> Result<Permit<Administer>, Error> {
        fresh.cleared()?;
        Ok(self.access.permit(&fresh.actor(), Administer::asking(fresh.requirement()))?)
    }

    /// The operator's permit to do what administrators do.
    ///
    /// # Errors
    /// None in practice: the operator is always permitted.
    pub fn operator_administers(&self, permit: &Permit<Operate>) -> Result<Permit<Administer>, Error> {
        Ok(self.access.permit(permit.actor(), Administer::asking(Requirement::Nothing))?)
    }

    /// The operator's permit to look at what administrators see.
    ///
    /// # Errors
    /// None in practice: the operator is always permitted.
    pub fn operator_views(&self, permit: &Permit<Operate>) -> Result<Permit<ViewPeople>, Error> {
        Ok(self.access.permit(permit.actor(), ViewPeople::asking(Requirement::Nothing))?)
    }

    /// Suspends an account: its sessions end, its tokens stop working, nobody can sign in to it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for one's own account and for the last administrator.
    pub async fn suspend(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        user: UserId,
    ) -> Result<(), Error> {
        let (user, acting, now) = (self.account(user).await?, person_of(permit), self.clock.now());
        if acting == Some(user.id) {
            return Err(Error::Invalid("you cannot suspend yourself".into()));
        }
        let message = Message::AccountSuspended { user: user.name.clone(), at: now };
        let notice = self.notice(&user, &message)?;
        let event = PersonEvent::Suspended { user: user.id };
        let entry = AuditEntry::new(now, permit.actor(), origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if tx.user(user.id).await?.ok_or_else(no_account)?.suspended_at.is_some() {
                    return Ok(());
                }
                if tx.sole_ownerships(user.id).await?.contains(&SoleOwnership::Instance) {
                    return Err(Error::Invalid("this is the last administrator".into()));
                }
                tx.set_suspended(user.id, Some(now)).await?;
                end_all_visits(tx, user.id).await?;
                for kind in [LinkKind::ResetPassword, LinkKind::Invitation] {
                    tx.delete_links_of(user.id, kind).await?;
                }
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                post(tx, &notice).await
            })
        });
        write.await
    }

    /// Ends a suspension. Tokens work again; sessions do not come back.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn reinstate(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        user: UserId,
    ) -> Result<(), Error> {
        let (user, acting, now) = (self.account(user).await?, person_of(permit), self.clock.now());
        let message = Message::AccountReinstated { user: user.name.clone(), at: now };
        let notice = self.notice(&user, &message)?;
        let event = PersonEvent::Reinstated { user: user.id };
        let entry = AuditEntry::new(now, permit.actor(), origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if tx.user(user.id).await?.ok_or_else(no_account)?.suspended_at.is_none() {
                    return Ok(());
                }
                tx.set_suspended(user.id, None).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                post(tx, &notice).await
            })
        });
        write.await
    }

    /// A link with which the owner of an account sets a password, for the operator to hand over. Earlier ones end.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a suspended account.
    pub async fn set_password_link(&self, permit: &Permit<Operate>, user: &User) -> Result<String, Error> {
        if user.suspended_at.is_some() {
            return Err(Error::Invalid(format!(
                "the account '{}' is suspended: reinstate it first",
                user.name
            )));
        }
        let mut link = self.new_link(LinkKind::ResetPassword);
        link.row.user = Some(user.id);
        link.row.expires_at = link.row.created_at + super::recovery::HANDED_OVER;
        let event = PersonEvent::PasswordLinkMade { user: user.id };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), &self.local_origin(), event);
        let (row, user) = (link.row, user.id);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.delete_links_of(user, LinkKind::ResetPassword).await?;
                tx.insert_link(&row).await?;
                tx.audit(entry).await?;
                Ok::<_, Error>(())
            })
        });
        write.await?;
        Ok(link.url)
    }

    pub(super) async fn account(&self, id: UserId) -> Result<User, Error> {
        self.store.read().await?.user(id).await?.ok_or_else(no_account)
    }
}

fn no_account() -> Error {
    Error::NotFound("there is no such account".into())
}

/// The administrator who acts; `None` for the operator.
pub(crate) fn person_of(permit: &Permit<Administer>) -> Option<UserId> {
    permit.actor().principal().map(|principal| principal.user.id)
}

/// Who acts, as mails say it.
pub(super) fn by(actor: &Actor) -> By {
    match actor.principal() {
        Some(principal) => By::Administrator(principal.user.name.clone()),
        None => By::Operator,
    }
}

/// Who acts, where nobody needs to administer the instance to do it.
pub(crate) fn person_or_operator(actor: &Actor) -> By {
    match actor {
        Actor::Principal(principal) => By::Person(principal.user.name.clone()),
        Actor::Publisher(_) | Actor::Anonymous => By::Job,
        Actor::Operator => By::Operator,
    }
}

/// Decides a second time, within the transaction: of two administrators who suspend each other at the same moment, one
/// comes too late.
pub(crate) async fn check_still_administers(tx: &mut Tx, acting: Option<UserId>) -> Result<(), Error> {
    let Some(id) = acting else { return Ok(()) };
    match tx.user(id).await? {
        Some(user) if user.admin && user.suspended_at.is_none() => Ok(()),
        _ => Err(Denial::Hidden.into()),
    }
}
