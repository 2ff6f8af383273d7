//! What a recovery does: everything that proves the owner goes, and the primary address gets a link for a new password.

use bonded_mail::{By, Message};
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::{RecoveryId, UserId};
use bonded_model::people::LinkKind;
use bonded_model::user::User;
use bonded_store::{Change, Tx};

use super::administration::check_still_administers;
use super::mail::{Letter, post};
use super::recovery::HANDED_OVER;
use super::reset::end_all_visits;
use crate::access::{Operate, Permit};
use crate::roles::withdraw_sent;
use crate::{Error, Registry};

pub(super) fn over() -> Error {
    Error::NotFound("no recovery of this account is open: it was cancelled, or it has taken effect".into())
}

impl Registry {
    /// Recovers an account at once, because the operator says so.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn recover_now(&self, permit: &Permit<Operate>, user: &User) -> Result<(), Error> {
        let open = self.store.read().await?.open_recovery_of(user.id).await?;
        let event = PersonEvent::RecoveryCompleted { user: user.id };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), &self.local_origin(), event);
        self.complete(user, open.map(|open| open.id), By::Operator, None, vec![entry]).await
    }

    /// Wipes the account and tells all its addresses. The invitations that it sent end: each is on record as the last of
    /// `entries` is, of which there is one at least.
    pub(super) async fn complete(
        &self,
        user: &User,
        recovery: Option<RecoveryId>,
        by: By,
        acting: Option<UserId>,
        entries: Vec<AuditEntry>,
    ) -> Result<(), Error> {
        let (id, now) = (user.id, self.clock.now());
        let mut link = self.new_link(LinkKind::ResetPassword);
        link.row.user = Some(id);
        link.row.expires_at = now + HANDED_OVER;
        let letters = self.tell_of_recovery(user, by, &link.url, link.row.expires_at).await?;
        let row = link.row;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_still_administers(tx, acting).await?;
                if let Some(recovery) = recovery
                    && !tx.complete_recovery(recovery, now).await?
                {
                    return Err(over());
                }
                take_everything(tx, id).await?;
                tx.insert_link(&row).await?;
                if let Some(entry) = entries.last() {
                    withdraw_sent(tx, id, entry).await?;
                }
                for entry in entries {
                    tx.audit(entry).await?;
                }
                tx.announce(Change::Access);
                post(tx, &letters).await
            })
        });
        write.await
    }

    /// The link is in the mail to the primary address alone.
    async fn tell_of_recovery(
        &self,
        user: &User,
        by: By,
        url: &str,
        expires_at: bonded_model::Timestamp,
    ) -> Result<Vec<Letter>, Error> {
        let at = self.clock.now();
        let message = |link: Option<String>| Message::AccountRecovered {
            user: user.name.clone(),
            at,
            by: by.clone(),
            expires_at: link.as_ref().map(|_| expires_at),
            link,
        };
        let mut others = self.addresses_of(user).await?;
        others.retain(|address| address.key() != user.email.key());
        let mut letters = self.letters(&others, &message(None))?;
        letters.push(self.letter(&user.email, &message(Some(url.to_owned())))?);
        Ok(letters)
    }
}

/// Everything that proves the owner, and every browser that was believed to be theirs. Tokens stay: machines use them.
async fn take_everything(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    tx.delete_totp(user).await?;
    tx.delete_webauthn_keys(user).await?;
    tx.delete_recovery_codes(user).await?;
    tx.delete_password(user).await?;
    end_all_visits(tx, user).await?;
    for kind in [LinkKind::ResetPassword, LinkKind::CancelRecovery] {
        tx.delete_links_of(user, kind).await?;
    }
    Ok(())
}
