//! New places: a sign-in by a code from an unknown browser is confirmed by mail. The link works in that browser
//! alone: if a false page relays the sign-in, its victim cannot confirm it by opening the link.

use bonded_mail::Message;
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::people::{Link, LinkKind, ProofKind, SignIn, SignInStage};
use bonded_model::secret::Secret;
use bonded_model::user::User;
use bonded_model::{Credential, Timestamp};
use chrono::TimeDelta;

use super::enter::Basis;
use super::{Entry, Pending, too_late};
use crate::people::limits::CONFIRM_PLACE;
use crate::people::mail::Letter;
use crate::people::visit::{Rotated, Visit};
use crate::{Error, Registry};

/// How long the link works.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);

impl Registry {
    /// Lets a sign-in wait for the confirmation of its place.
    pub(super) async fn hold(
        &self,
        visit: &Visit,
        pending: Pending,
        with: ProofKind,
    ) -> Result<Entry, Error> {
        let (now, browser) = (self.clock.now(), Secret::generate(&self.random));
        let user = pending.user;
        self.count(vec![CONFIRM_PLACE.of(user.id)]).await?;
        let sign_in = SignIn {
            browser: browser.hash(),
            user: user.id,
            stage: SignInStage::Place,
            proof: with,
            next: pending.next,
            created_at: now,
            expires_at: now + PATIENCE,
        };
        let (link, letter) = self.place_link(visit, &user, &browser)?;
        let event = PersonEvent::SignInHeld { user: user.id, with };
        let entry = AuditEntry::of_person(now, user.id, Credential::None, &visit.origin, event);
        let old = visit.browser.hash();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.delete_sign_in(&old).await? {
                    return Err(too_late());
                }
                tx.put_sign_in(&sign_in).await?;
                tx.insert_link(&link).await?;
                tx.audit(entry).await?;
                letter.post(tx).await
            })
        });
        write.await?;
        Ok(Entry::NeedsPlace(Rotated::browser(browser)))
    }

    /// Mails another link for a sign-in that waits, because the first one got lost.
    ///
    /// # Errors
    /// [`Error::SignIn`] when no sign-in waits for it, [`Error::TooMany`].
    pub async fn mail_place_again(&self, visit: &Visit) -> Result<(), Error> {
        let Pending { user, proof: with, .. } = self.pending_at(visit, SignInStage::Place).await?;
        self.count(vec![CONFIRM_PLACE.of(user.id)]).await?;
        let (link, letter) = self.place_link(visit, &user, &visit.browser)?;
        let event = PersonEvent::SignInHeld { user: user.id, with };
        let entry = AuditEntry::of_person(self.clock.now(), user.id, Credential::None, &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.insert_link(&link).await?;
                tx.audit(entry).await?;
                letter.post(tx).await
            })
        });
        write.await
    }

    /// When the sign-in began that this link confirms, if it waits in this very browser.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn place_to_confirm(&self, visit: &Visit, key: &Secret) -> Result<Option<Timestamp>, Error> {
        let (now, browser) = (self.clock.now(), visit.browser.hash());
        let link = self.store.read().await?.link(&key.hash()).await?;
        let here = |link: &Link| {
            link.kind == LinkKind::ConfirmPlace && link.browser == Some(browser) && link.expires_at > now
        };
        Ok(link.filter(here).map(|link| link.created_at))
    }

    /// Confirms the place of the sign-in that waits in this very browser.
    ///
    /// # Errors
    /// [`Error::SignIn`] for a link that is used up, too old, or meant for another browser. In the last case it stays
    /// valid for that one.
    pub async fn confirm_place(&self, visit: &Visit, key: &Secret) -> Result<Entry, Error> {
        let (hash, browser, now) = (key.hash(), visit.browser.hash(), self.clock.now());
        let link = self.store.read().await?.link(&hash).await?;
        if link.is_none_or(|link| link.browser != Some(browser)) {
            return Err(elsewhere());
        }
        let pending = self.pending_at(visit, SignInStage::Place).await?;
        let event = PersonEvent::PlaceConfirmed { user: pending.user.id };
        let entry = AuditEntry::of_person(now, pending.user.id, Credential::None, &visit.origin, event);
        let taken = self.store.write(move |tx| {
            Box::pin(async move {
                tx.take_link(&hash, LinkKind::ConfirmPlace, now).await?.ok_or_else(elsewhere)?;
                tx.audit(entry).await?;
                Ok::<_, Error>(())
            })
        });
        taken.await?;
        let rotated = self.enter(visit, &pending.user, pending.proof, Basis::Pending, None).await?;
        Ok(Entry::SignedIn { rotated, next: pending.next })
    }

    fn place_link(&self, visit: &Visit, user: &User, browser: &Secret) -> Result<(Link, Letter), Error> {
        let (now, key) = (self.clock.now(), Secret::generate(&self.random));
        let link = Link {
            secret: key.hash(),
            kind: LinkKind::ConfirmPlace,
            user: Some(user.id),
            email: None,
            browser: Some(browser.hash()),
            invited: None,
            created_at: now,
            expires_at: now + PATIENCE,
        };
        let url = self.settings.people.url(&format!("/login/place?key={}", *key.expose()));
        let message = Message::ConfirmPlace {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            link: url,
            expires_at: link.expires_at,
        };
        Ok((link, self.letter(&user.email, &message)?))
    }
}

fn elsewhere() -> Error {
    Error::SignIn(
        "This link does not belong to a sign-in in this browser, or it was used or is too old. Open it in the browser \
         that you are signing in with. If you are not signing in anywhere, somebody else knows your password: change it."
            .into(),
    )
}
