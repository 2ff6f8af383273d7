//! A new secret for a token, and less of what it may do.

use bonded_mail::{By, Message};
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::ids::TokenId;
use bonded_model::token::{ApiToken, Minter, Networks, Token, TokenState, Verbs};
use bonded_model::{Actor, Timestamp};
use bonded_store::Change;
use chrono::TimeDelta;

use super::managed::{check_managed, present_manager};
use super::new::{IssuedToken, expiry};
use super::scope::ScopeByName;
use crate::access::{ManageTokens, Permit};
use crate::people::mail::Letter;
use crate::people::{Fresh, Visit};
use crate::{Error, Registry};

/// How long the old secret of a token works beside the new one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overlap {
    /// Not at all: for one that leaked.
    None,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
}

bonded_model::text_enum!(Overlap { None = "none", Hour = "1h", Day = "24h", Week = "7d" });

impl Overlap {
    pub(super) const fn duration(self) -> TimeDelta {
        match self {
            Self::None => TimeDelta::zero(),
            Self::Hour => TimeDelta::hours(1),
            Self::Day => TimeDelta::days(1),
            Self::Week => TimeDelta::days(7),
        }
    }
}

/// A new secret for a token.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// How long the old one works as well; of one that leaked, not at all.
    pub overlap: Overlap,
    /// How long the token lives from now on, `Some(None)` meaning for ever; `None` leaves its end as it is.
    pub lifetime: Option<Option<TimeDelta>>,
}

/// What is left of a token.
#[derive(Clone, Debug)]
pub struct Narrower {
    /// What it may do.
    pub verbs: Verbs,
    /// Where; `None` leaves that as it is.
    pub scope: Option<ScopeByName>,
    /// How long it lives from now on; `None` leaves its end as it is.
    pub lifetime: Option<TimeDelta>,
    /// From where it works.
    pub networks: Networks,
}

impl Registry {
    /// Gives one of the person's tokens a new secret, and tells them by mail.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Error::NotFound`]; [`Error::Field`] `lifetime`, also for a longer one than that of the token that
    /// minted it; [`Error::Invalid`] for a token that does not work any more, and for a longer life of one that the operator
    /// issued; [`Error::Conflict`] when it was rotated meanwhile.
    pub async fn rotate_own_token(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        id: TokenId,
        rotation: Rotation,
    ) -> Result<IssuedToken, Error> {
        let (user, now) = (fresh.user(), self.clock.now());
        let known = self.own_token(&fresh.cleared()?, id).await?.token;
        let ends = self.new_end(&known, rotation, now)?;
        let token = known;
        let message = Message::TokenRotated {
            user: user.name.clone(),
            at: now,
            client: visit.client.clone(),
            token: token.name.clone(),
            by: By::Owner,
        };
        let letter = self.letter(&user.email, &message)?;
        let previous_until = now + rotation.overlap.duration();
        let renewed = Renewed { token, previous_until, ends, letter, by: None };
        self.write_rotation(renewed, &fresh.actor(), &visit.origin).await
    }

    /// The end that the token gets with the rotation; `None` where it keeps its own.
    fn new_end(
        &self,
        token: &Token,
        rotation: Rotation,
        now: Timestamp,
    ) -> Result<Option<Option<Timestamp>>, Error> {
        check_works(token, now)?;
        let Some(lifetime) = rotation.lifetime else { return Ok(None) };
        if token.by_operator {
            let text = "the operator decides how long this token works: leave its end as it is";
            return Err(Error::Invalid(text.into()));
        }
        self.check_lifetime(lifetime)?;
        let end = expiry(now, lifetime)?;
        match &token.minted_by {
            Some(minter) if is_later(end, minter.expires_at) => Err(Error::field(
                "lifetime",
                "the token that minted this one ends before that, and this one with it",
            )),
            _ => Ok(Some(end)),
        }
    }

    /// Takes from one of the person's tokens what it does not need. Nothing can be added, but for the networks, which
    /// the person may choose anew where the operator did not.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Error::NotFound`]; [`Error::Field`] `verbs`, `scope`, `lifetime` or `networks` for what would be
    /// wider; [`Error::Invalid`] for a token that does not work any more.
    pub async fn narrow_own_token(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        id: TokenId,
        narrower: Narrower,
    ) -> Result<(), Error> {
        let (now, actor) = (self.clock.now(), fresh.actor());
        let known = self.own_token(&fresh.cleared()?, id).await?.token;
        check_works(&known, now)?;
        if narrower.verbs.is_empty() {
            return Err(Error::field("verbs", "a token needs at least one verb: revoke it if it needs none"));
        }
        let mut token = Token { verbs: narrower.verbs, networks: narrower.networks, ..known.clone() };
        if let Some(scope) = &narrower.scope {
            token.scope = self.resolve(&actor, scope).await?;
        }
        if narrower.lifetime.is_some() {
            token.expires_at = expiry(now, narrower.lifetime)?;
        }
        check_narrower(&token, &known)?;
        check_networks(&token, &known)?;
        let event = Event::TokenNarrowed {
            token: id,
            owner: token.user,
            verbs: token.verbs,
            expires_at: token.expires_at,
            networks: token.networks.clone(),
        };
        let entry = AuditEntry::new(now, &actor, &visit.origin, event);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                // What was narrowed meanwhile must not come back.
                let present = tx.token(id).await?.ok_or_else(super::own::no_such_token)?;
                check_narrower(&token, &present)?;
                check_networks(&token, &present)?;
                if !tx.change_token(&token).await? {
                    return Err(does_not_work());
                }
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }
}

/// What is written when a token gets a new secret.
pub(super) struct Renewed {
    pub(super) token: Token,
    pub(super) previous_until: Timestamp,
    /// The end that it gets; without one it keeps the end that the transaction finds.
    pub(super) ends: Option<Option<Timestamp>>,
    pub(super) letter: Letter,
    /// The permit of a token that does it, which must still be able to.
    pub(super) by: Option<Permit<ManageTokens>>,
}

impl Registry {
    /// Writes a new secret for a token.
    pub(super) async fn write_rotation(
        &self,
        renewed: Renewed,
        actor: &Actor,
        origin: &Origin,
    ) -> Result<IssuedToken, Error> {
        let Renewed { token: known, previous_until, ends, letter, by } = renewed;
        let (now, secret) = (self.clock.now(), ApiToken::generate(&self.random));
        let (actor, origin, hash) = (actor.clone(), *origin, secret.hash());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                // What was narrowed meanwhile must not come back.
                let present = tx.token(known.id).await?.ok_or_else(super::own::no_such_token)?;
                let expires_at = ends.unwrap_or(present.expires_at);
                let mut token = Token { expires_at, rotations: known.rotations, ..present };
                let manager = match by {
                    Some(by) => Some(present_manager(tx, &by, now).await?),
                    None => None,
                };
                if let Some(manager) = &manager {
                    check_managed(&token, manager)?;
                }
                let giver =
                    manager.filter(|manager| manager.id != token.id).map(|manager| Minter::from(&manager));
                // What leaked ends now, and what another token gave out would outlive that one.
                let at_once =
                    token.leaked_at.is_some() || is_another(giver.as_ref(), token.minted_by.as_ref());
                let previous_until = if at_once { now } else { previous_until };
                token.minted_by = giver.or(token.minted_by);
                if !tx.rotate_token(&token, &hash, previous_until, now).await? {
                    return Err(Error::Conflict("the token was changed meanwhile: look at it again".into()));
                }
                let (id, owner) = (token.id, token.user);
                let event = Event::TokenRotated { token: id, owner, previous_until, expires_at };
                tx.audit(AuditEntry::new(now, &actor, &origin, event)).await?;
                tx.announce(Change::Access);
                letter.post(tx).await?;
                Ok(Token { previous_until: Some(previous_until), ..token })
            })
        });
        Ok(IssuedToken { secret, token: write.await? })
    }
}

/// That `token` can do nothing that `than` cannot.
pub(super) fn check_narrower(token: &Token, than: &Token) -> Result<(), Error> {
    if let Some(verb) = token.verbs.iter().find(|verb| !than.verbs.contains(*verb)) {
        return Err(Error::field(
            "verbs",
            format!("the token may not {verb} now, so it cannot be given that"),
        ));
    }
    if !token.scope.is_within(&than.scope) {
        return Err(Error::field("scope", "this reaches further than the token does now"));
    }
    if is_later(token.expires_at, than.expires_at) {
        return Err(Error::field("lifetime", "the token ends before that already"));
    }
    Ok(())
}

/// Whether an end comes after another one; `None` is never.
fn is_later(end: Option<Timestamp>, than: Option<Timestamp>) -> bool {
    match (end, than) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(end), Some(limit)) => end > limit,
    }
}

/// Whether a secret comes from another token than the one before it did.
fn is_another(giver: Option<&Minter>, before: Option<&Minter>) -> bool {
    matches!((giver, before), (Some(giver), Some(before)) if giver.id != before.id)
}

/// That the networks of a token that the operator issued do not grow.
fn check_networks(token: &Token, than: &Token) -> Result<(), Error> {
    if !token.by_operator || token.networks.are_within(&than.networks) {
        return Ok(());
    }
    let text = "the operator decides from where this token works: choose networks within those that it has";
    Err(Error::field("networks", text))
}

pub(super) fn check_works(token: &Token, now: Timestamp) -> Result<(), Error> {
    if token.state(now) == TokenState::Active { Ok(()) } else { Err(does_not_work()) }
}

fn does_not_work() -> Error {
    Error::Invalid("this token does not work any more: make a new one".into())
}
