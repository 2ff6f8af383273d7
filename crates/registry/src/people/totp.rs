//! The authenticator app (TOTP, RFC 6238).

use bonded_factors::totp::{self, Secret};
use bonded_mail::{Factor, Message};
use bonded_model::audit::{AuditEntry, PersonEvent};
use bonded_model::ids::{DeviceId, UserId};
use bonded_model::people::{Factors, ProofKind, Requirement, Totp};
use bonded_model::user::User;
use bonded_store::{Change, Tx};

use super::keys::Ceremony;
use super::session::{Fresh, Session};
use super::visit::Visit;
use crate::{Error, Registry};

/// What the secrets of apps are sealed for, with the account as context.
const SEAL: &str = "totp";

/// What a person needs to set up an app.
#[derive(Debug)]
pub struct NewTotp {
    /// The QR code, as SVG; too long a name leaves only the text.
    pub qr: Option<String>,
    /// The key as text, for apps without a camera.
    pub key: String,
}

impl Registry {
    /// The app of the person.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn totp(&self, session: &Session) -> Result<Option<Totp>, Error> {
        Ok(self.store.read().await?.totp_of(session.user().id).await?)
    }

    /// Begins to set up an app. Asking again gives the same secret for as long as the browser's enrolment lasts, so
    /// that a mistyped code does not make people scan again.
    ///
    /// # Errors
    /// [`Error::Invalid`] when something has to come first.
    pub async fn begin_totp(&self, fresh: &Fresh<'_>, visit: &Visit) -> Result<NewTotp, Error> {
        self.check_ready_for_factors(fresh).await?;
        let user = fresh.user();
        let secret = match self.take_ceremony_bytes(visit, Ceremony::Totp).await {
            Ok(sealed) => self.open_totp(user.id, &sealed)?,
            Err(Error::Field { .. }) => Secret::generate(&self.random),
            Err(error) => return Err(error),
        };
        self.put_ceremony(visit, Ceremony::Totp, self.seal_totp(user.id, &secret)).await?;
        let issuer = &self.settings.people.instance_name;
        Ok(NewTotp { qr: secret.qr_svg(issuer, user.name.as_str()), key: secret.base32() })
    }

    /// Sets up the app in place of any earlier one, once it shows a right code. That code is used up, and is a
    /// fresh proof.
    ///
    /// # Errors
    /// [`Error::Field`] for a wrong code: the enrolment goes on.
    pub async fn add_totp(&self, fresh: &Fresh<'_>, visit: &Visit, code: &str) -> Result<(), Error> {
        self.check_ready_for_factors(fresh).await?;
        let (user, now) = (fresh.user(), self.clock.now());
        let sealed = self.take_ceremony_bytes(visit, Ceremony::Totp).await?;
        let secret = self.open_totp(user.id, &sealed)?;
        let step = match totp::accept_first(&secret, code, now) {
            Ok(step) => step,
            Err(refused) => {
                self.put_ceremony(visit, Ceremony::Totp, sealed).await?;
                return Err(Error::field("code", refused.to_string()));
            }
        };
        let totp = Totp {
            user: user.id,
            secret: self.seal_totp(user.id, &secret),
            last_step: step,
            created_at: now,
            last_used_at: None,
        };
        let message = Message::FactorAdded {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            factor: Factor::Totp,
        };
        let letter = self.letter(&user.email, &message)?;
        let event = PersonEvent::TotpAdded { user: user.id };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let device = self.present_device(visit, user).await?;
        let (session, proof) = (fresh.id(), fresh.proof_by_new(ProofKind::Totp, now));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                tx.put_totp(&totp).await?;
                tx.prove_session(session, proof).await?;
                tx.delete_devices_of(totp.user, device).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                letter.post(tx).await
            })
        });
        write.await
    }

    /// Removes the app. The last factor stays where one is required.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none; [`Error::Invalid`] when a second factor is required and this is the
    /// last one.
    pub async fn remove_totp(&self, fresh: &Fresh<'_>, visit: &Visit) -> Result<(), Error> {
        let (user, now) = (fresh.user(), self.clock.now());
        let message = Message::FactorRemoved {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            factor: Factor::Totp,
        };
        let letter = self.letter(&user.email, &message)?;
        let event = PersonEvent::TotpRemoved { user: user.id };
        let entry = AuditEntry::new(now, &fresh.actor(), &visit.origin, event);
        let (id, requirement) = (user.id, fresh.requirement());
        let device = self.present_device(visit, user).await?;
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                if !tx.delete_totp(id).await? {
                    return Err(Error::NotFound("your account has no authenticator app".into()));
                }
                check_still_meets(tx, id, requirement).await?;
                tx.delete_devices_of(id, device).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                letter.post(tx).await
            })
        });
        write.await
    }

    /// A factor without recovery codes locks people out, and one for an address that is not theirs helps nobody.
    pub(super) async fn check_ready_for_factors(&self, session: &Session) -> Result<(), Error> {
        if !session.standing().verified {
            return Err(Error::Invalid("verify your e-mail address first".into()));
        }
        let codes = self.store.read().await?.recovery_codes_of(session.user().id).await?;
        if codes.iter().any(|code| code.confirmed_at.is_some() && code.used_at.is_none()) {
            return Ok(());
        }
        Err(Error::Invalid("make recovery codes first, and type one of them back".into()))
    }

    pub(super) fn open_totp(&self, user: UserId, sealed: &[u8]) -> Result<Secret, Error> {
        let plain = self.people.key.open(SEAL, user.uuid().as_bytes(), sealed).map_err(Error::internal)?;
        Secret::from_bytes(&plain).ok_or_else(|| Error::internal("a sealed TOTP secret has another length"))
    }

    fn seal_totp(&self, user: UserId, secret: &Secret) -> Vec<u8> {
        self.people.key.seal(SEAL, user.uuid().as_bytes(), secret.as_bytes(), &self.random)
    }

    /// The remembered browser that this visit comes from, which keeps its place when all others are forgotten.
    pub(super) async fn present_device(&self, visit: &Visit, user: &User) -> Result<Option<DeviceId>, Error> {
        let Some(secret) = &visit.device else { return Ok(None) };
        let device = self.store.read().await?.device_by_secret(&secret.hash()).await?;
        Ok(device.filter(|device| device.user == user.id).map(|device| device.id))
    }
}

/// Refuses what would leave the person without the factor that is required.
pub(super) async fn check_still_meets(
    tx: &mut Tx,
    user: UserId,
    requirement: Requirement,
) -> Result<(), Error> {
    let factors = tx.standing_of(user).await?.factors;
    needed(requirement, factors).map_or(Ok(()), |why| Err(Error::Invalid(why.to_owned())))
}

/// What is required and would be missing with these factors.
const fn needed(requirement: Requirement, factors: Factors) -> Option<&'static str> {
    if requirement.is_met_by(factors) {
        return None;
    }
    Some(match requirement {
        Requirement::PhishingResistant => {
            "A security key or passkey is required here. Add another one first."
        }
        Requirement::SecondFactor | Requirement::Nothing => {
            "A second factor is required here. Add another one first."
        }
    })
}

impl Session {
    /// Why the person cannot go down to these factors, if they cannot.
    pub fn kept_because(&self, factors: Factors) -> Option<String> {
        needed(self.requirement(), factors).map(str::to_owned)
    }
}
