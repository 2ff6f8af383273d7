//! Who is signed in, and how far that goes.
//!
//! The three stages are types, so that a use case says by its signature what it needs: a [`Session`] of anybody who
//! is signed in, the proof that nothing is missing ([`Cleared`]), or that the person proved it just now ([`Fresh`]).

use std::ops::Deref;
use std::sync::Arc;

use bonded_model::actor::Origin;
use bonded_model::ids::SessionId;
use bonded_model::people::{Proof, ProofKind, Requirement, SessionRow, Standing, requirement};
use bonded_model::project::Roles;
use bonded_model::user::User;
use bonded_model::{Actor, Authority, Principal, Timestamp};
use bonded_store::Queries;
use chrono::TimeDelta;

use super::visit::Visit;
use crate::access::instance_policy;
use crate::{Error, Registry};

/// However much it is used, a session ends.
pub(super) const LONGEST: TimeDelta = TimeDelta::days(7);
/// A session that nobody uses ends.
pub(super) const IDLE: TimeDelta = TimeDelta::hours(12);
/// How exactly it is known when a session was last used.
const SEEN_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// How long a proof lets dangerous things be done.
pub(super) const FRESH: TimeDelta = TimeDelta::minutes(15);

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    row: SessionRow,
    user: User,
    standing: Standing,
    roles: Roles,
    requirement: Requirement,
    now: Timestamp,
    origin: Origin,
}

/// What keeps a signed-in person from all pages but those that mend it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fence {
    /// The primary address is not verified.
    Unverified,
    /// A second factor is required.
    SecondFactor,
    /// A security key or passkey is required.
    Key,
}

/// A session that no fence stops. Only [`Session::cleared`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct Cleared<'a>(&'a Session);

/// A session whose person proved within the last minutes, with the strongest factor of the account, who they are.
/// Only [`Session::fresh`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct Fresh<'a>(&'a Session);

impl Session {
    /// Its id.
    pub const fn id(&self) -> SessionId {
        self.row.id
    }

    /// Who is signed in.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// How well the account is secured.
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// The request that it came with.
    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What setting up a factor proves: whoever shows its first answer has it. Asked for it again at once, people would
    /// have to wait for the next code.
    pub(super) fn proof_by_new(&self, kind: ProofKind, at: Timestamp) -> Proof {
        Proof { kind: kind.max(self.row.proof.kind), at }
    }

    /// What instance and channels ask of the person.
    pub const fn requirement(&self) -> Requirement {
        self.requirement
    }

    /// The last proof.
    pub const fn proof(&self) -> Proof {
        self.row.proof
    }

    /// What is missing, if something is.
    pub const fn fence(&self) -> Option<Fence> {
        if !self.standing.verified {
            return Some(Fence::Unverified);
        }
        if self.requirement.is_met_by(self.standing.factors) {
            return None;
        }
        match self.requirement {
            Requirement::PhishingResistant => Some(Fence::Key),
            Requirement::SecondFactor | Requirement::Nothing => Some(Fence::SecondFactor),
        }
    }

    /// The same session, if nothing is missing. Where only what phishing cannot relay counts, a session that was begun
    /// with less must be proved by a key first.
    ///
    /// # Errors
    /// [`Error::Fenced`], [`Error::ProofNeeded`].
    pub fn cleared(&self) -> Result<Cleared<'_>, Error> {
        match self.fence() {
            Some(fence) => Err(Error::Fenced(fence)),
            None if self.requirement == Requirement::PhishingResistant
                && self.row.proof.kind < ProofKind::Key =>
            {
                Err(Error::ProofNeeded)
            }
            None => Ok(Cleared(self)),
        }
    }

    /// The same session, if the person proved just now who they are, with the strongest factor of the account. A
    /// factor that is added later makes older, weaker proofs worthless.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`].
    pub fn fresh(&self) -> Result<Fresh<'_>, Error> {
        let Proof { kind, at } = self.row.proof;
        if kind >= ProofKind::strongest(self.standing.factors) && self.now - at < FRESH {
            Ok(Fresh(self))
        } else {
            Err(Error::ProofNeeded)
        }
    }

    /// The person as an actor, for [`Access`](crate::access::Access) to decide on.
    pub fn actor(&self) -> Actor {
        Actor::Principal(Arc::new(Principal {
            user: self.user.clone(),
            standing: self.standing,
            channel_roles: self.roles.channels.clone(),
            project_roles: self.roles.projects.clone(),
            authority: Authority::Session(self.row.id),
        }))
    }
}

impl Deref for Cleared<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.0
    }
}

impl Deref for Fresh<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.0
    }
}

/// What instance and channels ask of a person at this moment.
pub(crate) async fn requirement_of(
    queries: &mut Queries,
    user: &User,
    roles: &Roles,
) -> Result<Requirement, Error> {
    let (instance, channels) = (instance_policy(queries).await?, queries.channel_policies().await?);
    Ok(requirement(user, roles, instance, &channels))
}

impl Registry {
    /// The session of a browser, if it is signed in. Asks the database each time: what ended elsewhere ends here with
    /// the next request.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn session(&self, visit: &Visit) -> Result<Option<Session>, Error> {
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
        let Some(row) = reader.session_by_browser(&visit.browser.hash()).await? else { return Ok(None) };
        if row.expires_at <= now || row.seen_at + IDLE <= now {
            return Ok(None);
        }
        let Some(user) = reader.user(row.user).await? else { return Ok(None) };
        if user.suspended_at.is_some() {
            return Ok(None);
        }
        let standing = reader.standing_of(user.id).await?;
        let roles = reader.roles_of(user.id).await?;
        let requirement = requirement_of(&mut reader, &user, &roles).await?;
        drop(reader);
        self.note_use(&row, visit, now).await?;
        Ok(Some(Session { row, user, standing, roles, requirement, now, origin: visit.origin }))
    }

    async fn note_use(&self, row: &SessionRow, visit: &Visit, now: Timestamp) -> Result<(), Error> {
        if now - row.seen_at < SEEN_WITHIN {
            return Ok(());
        }
        let (id, client) = (row.id, visit.client.clone());
        let write =
            self.store.write(move |tx| Box::pin(async move { tx.touch_session(id, now, &client).await }));
        Ok(write.await?)
    }
}
