//! Signing in: by password and perhaps a second factor and a confirmed place, or by passkey alone.

mod enter;
mod factor;
mod passkey;
mod password;
mod place;
mod uploads;

pub(super) use enter::Basis;

use bonded_model::people::{Factors, ProofKind, Requirement, SignIn, SignInStage};
use bonded_model::user::User;

use super::session::requirement_of;
use super::visit::{Rotated, Visit};
use crate::{Error, Registry};

/// How far a sign-in has come.
#[derive(Clone, Debug)]
pub enum Entry {
    /// The browser is signed in.
    SignedIn {
        /// What the browser must take.
        rotated: Rotated,
        /// The local path to go on with.
        next: String,
    },
    /// A second factor is asked for.
    NeedsFactor(Rotated),
    /// The place is new: a link was mailed, which must be opened in this browser.
    NeedsPlace(Rotated),
}

/// A half-way sign-in, with what its page needs to know.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Who is signing in.
    pub user: User,
    /// What it waits for.
    pub stage: SignInStage,
    /// Which second factors are taken: where keys are required, no codes of an app.
    pub factors: Factors,
    pub(super) next: String,
    pub(super) proof: ProofKind,
}

/// Who has a key where keys are required signs in with it. Who has none yet gets in to add one, and no further.
const fn taken(factors: Factors, requirement: Requirement) -> Factors {
    match requirement {
        Requirement::PhishingResistant if factors.key => Factors { totp: false, key: true },
        _ => factors,
    }
}

impl Registry {
    /// The half-way sign-in of a browser.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn pending_sign_in(&self, visit: &Visit) -> Result<Option<Pending>, Error> {
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
        let row = reader.sign_in_by_browser(&visit.browser.hash()).await?;
        let Some(SignIn { user, stage, next, proof, .. }) = row.filter(|row| row.expires_at > now) else {
            return Ok(None);
        };
        let Some((user, standing, roles)) = reader.person(user).await? else { return Ok(None) };
        let requirement = requirement_of(&mut reader, &user, &roles).await?;
        let factors = taken(standing.factors, requirement);
        Ok(Some(Pending { user, stage, factors, next, proof }))
    }

    /// The half-way sign-in that waits for this.
    async fn pending_at(&self, visit: &Visit, stage: SignInStage) -> Result<Pending, Error> {
        let pending = self.pending_sign_in(visit).await?.filter(|pending| pending.stage == stage);
        pending.ok_or_else(too_late)
    }
}

fn too_late() -> Error {
    Error::SignIn("This sign-in took too long. Begin again.".into())
}
