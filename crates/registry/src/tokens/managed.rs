//! Tokens in the hands of a token with the verb `manage`: for programs that give other programs what they need.
//!
//! Such a token reaches only what can do no more than itself: fewer or the same verbs, places and networks, no later end.
//! It makes none that manages as well, so that there are no chains of them, and it leaves other such tokens alone. What got
//! its secret from it ends with it.

use bonded_mail::{By, Message};
use bonded_model::actor::Origin;
use bonded_model::audit::AuditEntry;
use bonded_model::ids::TokenId;
use bonded_model::people::{Client, Requirement, requirement};
use bonded_model::project::Roles;
use bonded_model::token::{Minter, Networks, Token, TokenState, Verb, Verbs};
use bonded_model::user::User;
use bonded_model::{Actor, Timestamp};
use bonded_store::Tx;
use chrono::TimeDelta;

use super::change::{Overlap, Renewed, check_narrower, check_works};
use super::end::Ending;
use super::new::{IssuedToken, NewToken, created};
use super::own::{OwnToken, no_such_token};
use super::scope::ScopeByName;
use crate::access::{Action, Denial, ManageTokens, Permit, instance_policy, present};
use crate::{Error, Registry};

/// How long a minted token lives unless somebody asks for less, if the one that mints it lives so long.
const LIFETIME: TimeDelta = TimeDelta::days(90);
/// So many tokens of an account may work at a time, for none of them to be minted any more.
const MAX_TOKENS: usize = 200;

/// A token to be minted. What is left out is as it is with the token that mints it.
#[derive(Clone, Debug)]
pub struct Minted {
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub verbs: Verbs,
    /// Where.
    pub scope: Option<ScopeByName>,
    /// How long it lives; without it, 90 days or as long as the token that mints it.
    pub lifetime: Option<TimeDelta>,
    /// From where it works.
    pub networks: Option<Networks>,
}

impl Registry {
    /// The permit to manage tokens with a token.
    ///
    /// # Errors
    /// The [`Denial`] for whoever has no token with the verb `manage`, or lacks what is required of its owner.
    pub async fn manage_tokens(&self, actor: &Actor) -> Result<Permit<ManageTokens>, Error> {
        let required = match actor.principal() {
            None => Requirement::Nothing,
            Some(principal) => {
                let (channels, projects) = (principal.channel_roles.clone(), principal.project_roles.clone());
                let mut reader = self.store.read().await?;
                let (instance, policies) =
                    (instance_policy(&mut reader).await?, reader.channel_policies().await?);
                requirement(&principal.user, &Roles { channels, projects }, instance, &policies)
            }
        };
        Ok(self.access.permit(actor, ManageTokens::asking(required))?)
    }

    /// Mints a token that can do no more than the one that mints it. Its owner is told by mail.
    ///
    /// # Errors
    /// [`Error::Field`] `name`, `verbs`, `scope`, `lifetime` or `networks`; [`Error::Conflict`] when the account has too
    /// many tokens.
    pub async fn mint_token(
        &self,
        permit: &Permit<ManageTokens>,
        (origin, agent): (&Origin, &str),
        minted: Minted,
    ) -> Result<IssuedToken, Error> {
        let (user, manager) = manager(permit)?;
        if minted.verbs.contains(Verb::Manage) {
            return Err(Error::field("verbs", "a token mints none that manages tokens too"));
        }
        let now = self.clock.now();
        let lifetime = Some(minted.lifetime.unwrap_or(LIFETIME));
        self.check_lifetime(lifetime)?;
        let (same_scope, same_end) = (minted.scope.is_none(), minted.lifetime.is_none());
        let new = NewToken {
            name: minted.name,
            verbs: minted.verbs,
            scope: minted.scope.unwrap_or(ScopeByName::Everything),
            lifetime,
            networks: minted.networks.unwrap_or_else(|| manager.networks.clone()),
        };
        let mut issued = self.new_token(permit.actor(), user.id, new).await?;
        if same_scope {
            issued.token.scope = manager.scope.clone();
        }
        if let Some(end) = manager.expires_at.filter(|_| same_end) {
            issued.token.expires_at = issued.token.expires_at.map(|own| own.min(end));
        }
        // What it was cut off from, it does not get back by minting.
        issued.token.cuts = manager.cuts.clone();
        // Whether its owner's factors count was decided when the token that mints it was issued.
        issued.token.by_operator = manager.by_operator;
        issued.token.minted_by = Some(Minter::from(manager));
        check_managed(&issued.token, manager)?;
        self.check_count(user).await?;
        let entry = AuditEntry::new(now, permit.actor(), origin, created(&issued.token));
        let message = Message::TokenIssued {
            user: user.name.clone(),
            at: now,
            client: Some(client(origin, agent)),
            token: issued.token.name.clone(),
            by: By::Token(manager.name.clone()),
        };
        self.write_token(&issued, Some(permit.clone()), entry, Some(self.letter(&user.email, &message)?))
            .await?;
        Ok(issued)
    }

    /// The tokens that can be managed, newest first, the ended ones too.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn managed_tokens(&self, permit: &Permit<ManageTokens>) -> Result<Vec<OwnToken>, Error> {
        let (user, manager) = manager(permit)?;
        let mut reader = self.store.read().await?;
        let mut managed = Vec::new();
        for token in reader.tokens_of(user.id).await?.into_iter().rev() {
            if check_managed(&token, manager).is_ok() {
                managed.push(self.shown(&mut reader, token).await?);
            }
        }
        Ok(managed)
    }

    /// Gives a token that can be managed a new secret. Its end stays as it is, unless the one that manages it ends before.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that cannot be managed; [`Error::Invalid`] for one that does not work any more;
    /// [`Error::Conflict`] when it was rotated meanwhile.
    pub async fn rotate_managed_token(
        &self,
        permit: &Permit<ManageTokens>,
        (origin, agent): (&Origin, &str),
        id: TokenId,
        overlap: Overlap,
    ) -> Result<IssuedToken, Error> {
        let ((user, manager), now) = (manager(permit)?, self.clock.now());
        let token = self.managed_token(permit, id).await?;
        check_works(&token, now)?;
        let message = Message::TokenRotated {
            user: user.name.clone(),
            at: now,
            client: client(origin, agent),
            token: token.name.clone(),
            by: By::Token(manager.name.clone()),
        };
        let letter = self.letter(&user.email, &message)?;
        let previous_until = now + overlap.duration();
        let renewed = Renewed { token, previous_until, letter, ends: None, by: Some(permit.clone()) };
        self.write_rotation(renewed, permit.actor(), origin).await
    }

    /// Ends a token that can be managed; the one that manages may end itself, with what it minted. Ending it again changes
    /// nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that cannot be managed.
    pub async fn revoke_managed_token(
        &self,
        permit: &Permit<ManageTokens>,
        origin: &Origin,
        id: TokenId,
    ) -> Result<(), Error> {
        let (token, now) = (self.managed_token(permit, id).await?, self.clock.now());
        let (by, origin) = (permit.clone(), *origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                check_managed(&token, &present_manager(tx, &by, now).await?)?;
                Ending { actor: by.actor(), origin: &origin, now }.revoke(tx, &token).await
            })
        });
        write.await
    }

    async fn managed_token(&self, permit: &Permit<ManageTokens>, id: TokenId) -> Result<Token, Error> {
        let (user, manager) = manager(permit)?;
        let found = self.store.read().await?.token(id).await?.filter(|token| token.user == user.id);
        let token = found.ok_or_else(no_such_token)?;
        check_managed(&token, manager).map_err(|_| no_such_token())?;
        Ok(token)
    }

    /// Whoever mints in a loop is stopped before the account's owner cannot find their own tokens any more.
    async fn check_count(&self, user: &User) -> Result<(), Error> {
        let (tokens, now) = (self.store.read().await?.tokens_of(user.id).await?, self.clock.now());
        if tokens.iter().filter(|token| token.state(now) == TokenState::Active).count() < MAX_TOKENS {
            return Ok(());
        }
        Err(Error::Conflict(format!("the account has {MAX_TOKENS} tokens that work: revoke some first")))
    }
}

/// Where a request came from, for the mail that tells of it.
fn client(origin: &Origin, agent: &str) -> Client {
    Client { address: origin.address, agent: agent.to_owned() }
}

/// The owner, and the token that manages.
fn manager(permit: &Permit<ManageTokens>) -> Result<(&User, &Token), Error> {
    let principal = permit.actor().principal();
    let found = principal.and_then(|principal| Some((&principal.user, principal.authority.token()?)));
    found.ok_or_else(|| Denial::hidden(permit.actor()).into())
}

/// The token that manages as the transaction finds it, still by the secret that was presented: it may have been revoked,
/// replaced or narrowed since the request came in, and a secret that is given out then would outlive it.
pub(super) async fn present_manager(
    tx: &mut Tx,
    permit: &Permit<ManageTokens>,
    now: Timestamp,
) -> Result<Token, Error> {
    let actor = present(tx, permit.actor()).await?;
    permit.action().decide(&actor, now)?;
    actor.token().cloned().ok_or_else(|| Denial::hidden(&actor).into())
}

/// That a token may be managed by another one: it is that one, or can do no more and manages nothing.
pub(super) fn check_managed(token: &Token, manager: &Token) -> Result<(), Error> {
    if token.id == manager.id {
        return Ok(());
    }
    if token.verbs.contains(Verb::Manage) || (token.by_operator && !manager.by_operator) {
        return Err(no_such_token());
    }
    check_narrower(token, manager)?;
    if !token.keeps_cuts_of(manager) {
        return Err(Error::field("scope", "the token was cut off from a place that this one reaches"));
    }
    if token.networks.are_within(&manager.networks) {
        return Ok(());
    }
    Err(Error::field("networks", "the token that mints does not work from there itself"))
}
