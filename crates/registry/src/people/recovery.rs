//! The recovery of an account whose owner lost everything that proves them. It takes time or a second administrator,
//! and every address of the account hears of it: whoever has not lost anything can cancel it.

use bonded_mail::{By, Message};
use bonded_model::Credential;
use bonded_model::actor::{Actor, Origin};
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::{JobId, RecoveryId, UserId};
use bonded_model::people::{AccountRecovery, LinkKind};
use bonded_model::secret::Secret;
use bonded_model::user::{Email, User, UserName};
use bonded_store::Change;
use chrono::TimeDelta;

use super::administration::{by, check_still_administers, person_of};
use super::links::dead;
use super::mail::post;
use super::session::Session;
use super::settings::RecoveryRule;
use super::visit::Visit;
use super::wipe;
use crate::access::{Administer, Permit, ViewPeople};
use crate::jobs::JobKind;
use crate::{Error, Registry};

/// How long a link for a new password works that somebody has to be handed.
pub(super) const HANDED_OVER: TimeDelta = TimeDelta::hours(24);

/// A recovery that waits, with the names of those concerned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenRecovery {
    /// The recovery.
    pub recovery: AccountRecovery,
    /// Whose account.
    pub user: UserName,
    /// The administrator who asked for it, unless that account is gone.
    pub requested_by: Option<UserName>,
}

impl Registry {
    /// Asks for the recovery of an account. Each address of its owner is told, with a link that cancels it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for one's own account, and for one without a verified address;
    /// [`Error::Conflict`] while one is open.
    pub async fn request_recovery(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        user: UserId,
    ) -> Result<AccountRecovery, Error> {
        let (user, acting, now) = (self.account(user).await?, person_of(permit), self.clock.now());
        if acting == Some(user.id) {
            return Err(Error::Invalid("you are signed in: nothing of yours needs recovery".into()));
        }
        if user.verified_at.is_none() {
            return Err(Error::Invalid("nobody ever proved to own the address of this account".into()));
        }
        let due_at = match self.settings.people.recovery {
            RecoveryRule::Wait(wait) => Some(now + wait),
            RecoveryRule::TwoAdministrators => None,
        };
        let recovery = AccountRecovery {
            id: RecoveryId::generate(now, &self.random),
            user: user.id,
            requested_by: acting,
            requested_at: now,
            due_at,
            cancelled_at: None,
            completed_at: None,
        };
        let mut link = self.new_link(LinkKind::CancelRecovery);
        link.row.user = Some(user.id);
        link.row.expires_at = due_at.unwrap_or(link.row.expires_at);
        let (name, by) = (user.name.clone(), by(permit.actor()));
        let message = Message::RecoveryRequested { user: name, at: now, by, due_at, link: link.url };
        let letters = self.letters(&self.addresses_of(&user).await?, &message)?;
        let event = PersonEvent::RecoveryRequested { user: user.id };
        let entry = AuditEntry::new(now, permit.actor(), origin, event);
        let (row, opened, job) = (link.row, recovery.clone(), JobId::generate(now, &self.random));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if !tx.insert_recovery(&recovery).await? {
                    return Err(Error::Conflict("a recovery of this account is under way already".into()));
                }
                tx.insert_link(&row).await?;
                if let Some(due_at) = recovery.due_at {
                    let key = recovery.id.to_string();
                    tx.schedule(job, JobKind::Recovery.as_str(), &key, due_at).await?;
                    tx.announce(Change::Jobs);
                }
                tx.audit(entry).await?;
                post(tx, &letters).await
            })
        });
        write.await?;
        Ok(opened)
    }

    /// Lets a recovery take effect at once, because a second administrator agrees.
    ///
    /// # Errors
    /// [`Error::NotFound`] when none is open; [`Error::Invalid`] for whoever asked for it, and for its subject.
    pub async fn approve_recovery(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        user: UserId,
    ) -> Result<(), Error> {
        let (user, acting, now) = (self.account(user).await?, person_of(permit), self.clock.now());
        let recovery = self.open_recovery(user.id).await?;
        if acting.is_some() && acting == recovery.requested_by {
            return Err(Error::Invalid(
                "you asked for this recovery: another administrator must agree".into(),
            ));
        }
        if acting == Some(user.id) {
            return Err(Error::Invalid("this is your own account: another administrator must agree".into()));
        }
        let approved = PersonEvent::RecoveryApproved { user: user.id };
        let completed = PersonEvent::RecoveryCompleted { user: user.id };
        let entries = [approved, completed].map(|event| AuditEntry::new(now, permit.actor(), origin, event));
        self.complete(&user, Some(recovery.id), by(permit.actor()), acting, entries.into()).await
    }

    /// Cancels a recovery, as an administrator.
    ///
    /// # Errors
    /// [`Error::NotFound`] when none is open.
    pub async fn cancel_recovery(
        &self,
        permit: &Permit<Administer>,
        origin: &Origin,
        user: UserId,
    ) -> Result<(), Error> {
        let user = self.account(user).await?;
        let event = PersonEvent::RecoveryCancelled { user: user.id };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), origin, event);
        self.cancel(&user, by(permit.actor()), person_of(permit), entry).await
    }

    /// Cancels the recovery of one's own account: whoever is signed in is not locked out.
    ///
    /// # Errors
    /// [`Error::NotFound`] when none is open.
    pub async fn cancel_own_recovery(&self, session: &Session, visit: &Visit) -> Result<(), Error> {
        let event = PersonEvent::RecoveryCancelled { user: session.user().id };
        let entry = AuditEntry::new(self.clock.now(), &session.actor(), &visit.origin, event);
        self.cancel(session.user(), By::Owner, None, entry).await
    }

    /// Cancels a recovery by the mailed link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a dead link, and when the recovery is over.
    pub async fn cancel_recovery_by_link(&self, visit: &Visit, key: &Secret) -> Result<(), Error> {
        let link = self.live_link(key, LinkKind::CancelRecovery).await?;
        let user = self.account(link.and_then(|link| link.user).ok_or_else(dead)?).await?;
        let event = PersonEvent::RecoveryCancelled { user: user.id };
        let entry = AuditEntry::of_person(self.clock.now(), user.id, Credential::None, &visit.origin, event);
        self.cancel(&user, By::Owner, None, entry).await
    }

    /// What the mailed link would cancel, for showing the button.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn recovery_to_cancel(&self, key: &Secret) -> Result<Option<OpenRecovery>, Error> {
        let link = self.live_link(key, LinkKind::CancelRecovery).await?;
        match link.and_then(|link| link.user) {
            Some(user) => self.named_recovery(user).await,
            None => Ok(None),
        }
    }

    /// The open recovery of one's own account.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_recovery(&self, session: &Session) -> Result<Option<OpenRecovery>, Error> {
        self.named_recovery(session.user().id).await
    }

    /// The open recovery of an account.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn recovery_of(
        &self,
        _permit: &Permit<ViewPeople>,
        user: UserId,
    ) -> Result<Option<OpenRecovery>, Error> {
        self.named_recovery(user).await
    }

    /// Completes a recovery whose time has come, as a job. If the administrator who asked for it is none any more, it is
    /// cancelled: perhaps that is why.
    pub(crate) async fn complete_recovery(&self, id: RecoveryId) -> Result<(), Error> {
        let mut reader = self.store.read().await?;
        let Some(recovery) = reader.recovery(id).await? else { return Ok(()) };
        let (now, open) = (self.clock.now(), recovery.cancelled_at.or(recovery.completed_at).is_none());
        if !open || recovery.due_at.is_none_or(|due_at| due_at > now) {
            return Ok(());
        }
        let Some(user) = reader.user(recovery.user).await? else { return Ok(()) };
        let asked = match recovery.requested_by {
            Some(id) => reader.user(id).await?,
            None => None,
        };
        drop(reader);
        let entry = |event| AuditEntry::new(now, &Actor::Anonymous, &self.local_origin(), event);
        let done = match asked.filter(|asked| asked.admin && asked.suspended_at.is_none()) {
            Some(asked) => {
                let entries = vec![entry(PersonEvent::RecoveryCompleted { user: user.id })];
                self.complete(&user, Some(id), By::Administrator(asked.name), Some(asked.id), entries).await
            }
            None => {
                let entry = entry(PersonEvent::RecoveryCancelled { user: user.id });
                self.cancel(&user, By::Operator, None, entry).await
            }
        };
        match done {
            // Cancelled or completed meanwhile.
            Err(Error::NotFound(_)) => Ok(()),
            done => done,
        }
    }

    pub(super) async fn open_recovery(&self, user: UserId) -> Result<AccountRecovery, Error> {
        self.store.read().await?.open_recovery_of(user).await?.ok_or_else(wipe::over)
    }

    async fn named_recovery(&self, user: UserId) -> Result<Option<OpenRecovery>, Error> {
        let mut reader = self.store.read().await?;
        let Some(recovery) = reader.open_recovery_of(user).await? else { return Ok(None) };
        let requested_by = match recovery.requested_by {
            Some(id) => reader.user(id).await?.map(|user| user.name),
            None => None,
        };
        let user = reader.user(user).await?;
        Ok(user.map(|user| OpenRecovery { recovery, user: user.name, requested_by }))
    }

    async fn cancel(
        &self,
        user: &User,
        by: By,
        acting: Option<UserId>,
        entry: AuditEntry,
    ) -> Result<(), Error> {
        let (user_id, now) = (user.id, self.clock.now());
        let message = Message::RecoveryCancelled { user: user.name.clone(), at: now, by };
        let letters = self.letters(&self.addresses_of(user).await?, &message)?;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                let open = tx.open_recovery_of(user_id).await?.ok_or_else(wipe::over)?;
                tx.cancel_recovery(open.id, now).await?;
                tx.delete_links_of(user_id, LinkKind::CancelRecovery).await?;
                tx.audit(entry).await?;
                post(tx, &letters).await
            })
        });
        write.await
    }

    /// Where the owner of an account can be reached: the verified addresses, and the primary one in any case.
    pub(super) async fn addresses_of(&self, user: &User) -> Result<Vec<Email>, Error> {
        let emails = self.store.read().await?.emails_of(user.id).await?;
        let reachable = emails.into_iter().filter(|email| email.primary || email.verified_at.is_some());
        Ok(reachable.map(|email| email.address).collect())
    }
}
