//! From what is asked for to a token: the same rules for everybody who issues one.

use bonded_model::audit::{AuditEntry, Event};
use bonded_model::ids::{TokenId, UserId};
use bonded_model::people::Client;
use bonded_model::token::{ApiToken, Cuts, Networks, Token, Verb, Verbs};
use bonded_model::{Actor, Timestamp};
use bonded_store::Change;
use chrono::TimeDelta;

use super::managed::{check_managed, present_manager};
use super::scope::ScopeByName;
use crate::access::{ManageTokens, Permit};
use crate::people::mail::{Letter, post};
use crate::{Error, Registry};

/// The longest name of a token, in characters.
const MAX_NAME: usize = 100;
/// Longer than any token is of use. It also keeps years to four digits, whose texts sort by time.
const LONGEST: TimeDelta = TimeDelta::days(100 * 365 + 25);

/// A token to be issued.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What its owner calls it; unique among the owner's tokens.
    pub name: String,
    /// What it may do.
    pub verbs: Verbs,
    /// Where.
    pub scope: ScopeByName,
    /// How long it lives; `None` means for ever.
    pub lifetime: Option<TimeDelta>,
    /// From where it works.
    pub networks: Networks,
}

impl NewToken {
    /// A channel token: it can do nothing but read one channel, so it may stand in a URL.
    pub fn for_channel(
        name: String,
        channel: String,
        lifetime: Option<TimeDelta>,
        networks: Networks,
    ) -> Self {
        let scope = ScopeByName::Limited { channels: vec![channel], projects: Vec::new() };
        Self { name, verbs: Verbs::from_iter([Verb::Read]), scope, lifetime, networks }
    }
}

/// A token at the one moment at which its secret is known.
#[derive(Debug)]
pub struct IssuedToken {
    /// The secret.
    pub secret: ApiToken,
    /// The row.
    pub token: Token,
}

impl Registry {
    /// A token that `actor` issues, not written yet. Nobody can name a place that they may not see.
    pub(crate) async fn new_token(
        &self,
        actor: &Actor,
        owner: UserId,
        new: NewToken,
    ) -> Result<IssuedToken, Error> {
        let name = checked_name(&new.name)?;
        if new.verbs.is_empty() {
            return Err(Error::field("verbs", "a token needs at least one verb"));
        }
        let now = self.clock.now();
        let token = Token {
            id: TokenId::generate(now, &self.random),
            user: owner,
            name,
            verbs: new.verbs,
            scope: self.resolve(actor, &new.scope).await?,
            cuts: Cuts::default(),
            by_operator: matches!(actor, Actor::Operator),
            minted_by: None,
            created_at: now,
            secret_at: now,
            expires_at: expiry(now, new.lifetime)?,
            revoked_at: None,
            last_used_at: None,
            last_client: Client::default(),
            networks: new.networks,
            leaked_at: None,
            rotations: 0,
            previous_until: None,
            presented: 0,
        };
        Ok(IssuedToken { secret: ApiToken::generate(&self.random), token })
    }

    /// Writes a new token, and posts the letter that tells of it. A token that mints it, with the permit `by`, must still be
    /// able to.
    pub(crate) async fn write_token(
        &self,
        issued: &IssuedToken,
        by: Option<Permit<ManageTokens>>,
        entry: AuditEntry,
        letter: Option<Letter>,
    ) -> Result<(), Error> {
        let (hash, row) = (issued.secret.hash(), issued.token.clone());
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let manager = match by {
                    Some(by) => Some(present_manager(tx, &by, row.created_at).await?),
                    None => None,
                };
                if let Some(manager) = &manager {
                    // It is cut off wherever that one is by now.
                    check_managed(&Token { cuts: manager.cuts.clone(), ..row.clone() }, manager)?;
                }
                if !tx.insert_token(&row, &hash).await? {
                    let text = format!("the account has, or had, a token '{}' already", row.name);
                    return Err(Error::field("name", text));
                }
                if let Some(manager) = &manager {
                    // What a token was cut off from, it does not get back by minting another one.
                    tx.copy_token_cuts(manager.id, row.id).await?;
                }
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                post(tx, letter.as_slice()).await
            })
        });
        write.await
    }
}

/// What the log says of a new token.
pub(crate) fn created(token: &Token) -> Event {
    Event::TokenCreated {
        token: token.id,
        owner: token.user,
        name: token.name.clone(),
        verbs: token.verbs,
        expires_at: token.expires_at,
        by_operator: token.by_operator,
    }
}

fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    Err(Error::field("name", format!("a token's name has 1 to {MAX_NAME} printable characters")))
}

pub(super) fn expiry(now: Timestamp, lifetime: Option<TimeDelta>) -> Result<Option<Timestamp>, Error> {
    let Some(lifetime) = lifetime else { return Ok(None) };
    if lifetime <= TimeDelta::zero() || lifetime > LONGEST {
        return Err(Error::field("lifetime", "a token's lifetime must be positive, and at most 100 years"));
    }
    Ok(Some(now + lifetime))
}
