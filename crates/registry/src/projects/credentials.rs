//! Every token that can publish, yank or delete in a project or anywhere in a channel, and cutting it off there.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use bonded_mail::Message;
use bonded_model::audit::{AuditEntry, ProjectEvent};
use bonded_model::ids::{TokenId, UserId};
use bonded_model::token::{Token, TokenScope, Verbs};
use bonded_model::user::UserName;
use bonded_model::{Actor, Channel, Timestamp};
use bonded_store::Change;

use super::find::find;
use super::place::{Person, Place};
use crate::people::mail::post;
use crate::people::{Cleared, Fresh, Visit, person_or_operator};
use crate::tokens::Mark;
use crate::{Error, Registry};

/// A token that can publish, yank or delete, or could if it were not cut off, as those who look after the place see it.
#[derive(Clone, Debug)]
pub struct PublishingToken {
    /// Its id.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// Whose it is.
    pub owner: UserName,
    /// Whether it is the viewer's own.
    pub own: bool,
    /// The name of the token that it came from, and that it ends with.
    pub minted_by: Option<String>,
    /// How far it reaches. Other places are not named: they may be private.
    pub reach: Reach,
    /// What it may do.
    pub verbs: Verbs,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used anywhere.
    pub last_used_at: Option<Timestamp>,
    /// What its owner should look at.
    pub marks: Vec<Mark>,
    /// Set while it is cut off here.
    pub cut: Option<Cut>,
}

/// How far a token reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Everything that its owner may reach.
    Everything,
    /// The whole channel.
    Channel,
    /// Single projects.
    Projects,
}

/// That a token was cut off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// When.
    pub at: Timestamp,
    /// By whom; `None` for the operator, and once the account is gone.
    pub by: Option<UserName>,
    /// From the whole channel, and not from the project alone.
    pub whole_channel: bool,
}

impl Registry {
    /// Every token that can publish, yank or delete in the project now, or anywhere in the channel where no project is
    /// named; also those that were cut off there, marked so. By owner, then as they were issued.
    ///
    /// # Errors
    /// A [`Denial`](crate::access::Denial) for whoever neither owns the project nor administers the channel;
    /// [`Error::NotFound`] for an unknown project.
    pub async fn publishing_tokens(
        &self,
        cleared: &Cleared<'_>,
        channel: &str,
        project: Option<&str>,
    ) -> Result<Vec<PublishingToken>, Error> {
        let (now, actor) = (self.clock.now(), cleared.actor());
        let place = self.managed_place(&actor, channel, project).await?;
        let mut snapshot = self.store.snapshot().await?;
        let cuts = snapshot.token_cuts(place.channel.id).await?;
        let mut people: HashMap<UserId, Option<Person>> = HashMap::new();
        let mut channels = HashMap::new();
        let mut found = Vec::new();
        for token in snapshot.tokens_reaching_into(place.channel.id, now).await? {
            let person = match people.entry(token.user) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(snapshot.person(token.user).await?),
            };
            let Some(person) = person else { continue };
            let here = place.projects_of(&mut snapshot, &mut channels, (&person.2, &token)).await?;
            if !place.can_change(person, &token, &here, now) {
                continue;
            }
            let cut = place.cut_of(&mut snapshot, &cuts, token.id).await?;
            let marks = self.shown(&mut snapshot, token.clone()).await?.marks(now);
            found.push(PublishingToken {
                id: token.id,
                owner: person.0.name.clone(),
                own: token.user == cleared.user().id,
                reach: reach(&token, &place.channel),
                verbs: token.verbs,
                created_at: token.created_at,
                expires_at: token.expires_at,
                last_used_at: token.last_used_at,
                marks,
                name: token.name,
                minted_by: token.minted_by.map(|minter| minter.name),
                cut,
            });
        }
        found.sort_by_key(|token| (token.owner.key(), token.id));
        Ok(found)
    }

    /// Cuts a token off: from now on it can do nothing in the project, or in the whole channel where no project is named.
    /// Its owner is told.
    ///
    /// # Errors
    /// [`Error::Fenced`]; a [`Denial`](crate::access::Denial); [`Error::NotFound`] for a token that can change nothing there.
    pub async fn cut_off(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        channel: &str,
        project: Option<&str>,
        token: TokenId,
    ) -> Result<(), Error> {
        self.set_cut(fresh, visit, (channel, project), token, true).await
    }

    /// Takes a cut back. Its owner is told.
    ///
    /// # Errors
    /// As [`Registry::cut_off`].
    pub async fn restore(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        channel: &str,
        project: Option<&str>,
        token: TokenId,
    ) -> Result<(), Error> {
        self.set_cut(fresh, visit, (channel, project), token, false).await
    }

    async fn set_cut(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        (channel, project): (&str, Option<&str>),
        token: TokenId,
        cut: bool,
    ) -> Result<(), Error> {
        let listed = self.publishing_tokens(&fresh.cleared()?, channel, project).await?;
        if !listed.iter().any(|listed| listed.id == token) {
            return Err(no_such_token());
        }
        let (now, actor, origin) = (self.clock.now(), fresh.actor(), visit.origin);
        let place = self.managed_place(&actor, channel, project).await?;
        let mut reader = self.store.read().await?;
        let row = reader.token(token).await?.ok_or_else(no_such_token)?;
        let owner = reader.user(row.user).await?.ok_or_else(no_such_token)?;
        drop(reader);
        let message = Message::TokenCut {
            user: owner.name.clone(),
            at: now,
            by: person_or_operator(&actor),
            token: row.name.clone(),
            place: place.name(),
            cut,
        };
        let letter = match owner.verified_at {
            Some(_) => Some(self.letter(&owner.email, &message)?),
            None => None,
        };
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let actor = place.decide_again(tx, &actor, now).await?;
                if !place.write(tx, &actor, &row, now, cut).await? {
                    return Ok(());
                }
                let whole_channel = place.project.is_none();
                let (token, owner) = (row.id, row.user);
                let event = match cut {
                    true => ProjectEvent::TokenCut { token, owner, whole_channel },
                    false => ProjectEvent::TokenRestored { token, owner, whole_channel },
                };
                let entry = AuditEntry::new(now, &actor, &origin, event).in_channel(place.channel.id);
                tx.audit(match &place.project {
                    Some(project) => entry.of_project(project.id),
                    None => entry,
                })
                .await?;
                tx.announce(Change::Access);
                post(tx, letter.as_slice()).await
            })
        });
        write.await
    }

    /// The place, for somebody who manages it.
    async fn managed_place(
        &self,
        actor: &Actor,
        channel: &str,
        project: Option<&str>,
    ) -> Result<Place, Error> {
        let channel = self.access.visible_channel(actor, channel).await?;
        let project = match project {
            Some(name) => Some(find(&mut *self.store.read().await?, &channel, name).await?),
            None => None,
        };
        let place = Place { channel, project };
        place.decide(actor, self.clock.now())?;
        Ok(place)
    }
}

fn reach(token: &Token, channel: &Channel) -> Reach {
    match &token.scope {
        TokenScope::Owner => Reach::Everything,
        scope if scope.covers_channel(channel.id) => Reach::Channel,
        TokenScope::Limited { .. } => Reach::Projects,
    }
}

fn no_such_token() -> Error {
    Error::NotFound("there is no such token that could change anything here".into())
}
