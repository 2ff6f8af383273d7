//! Every credential that can publish to a project or anywhere in a channel, and cutting it off there.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use bonded_mail::Message;
use bonded_model::audit::{AuditEntry, ProjectEvent};
use bonded_model::ids::{ProjectId, TokenId, UserId};
use bonded_model::people::Standing;
use bonded_model::project::{Project, ProjectRules, Roles};
use bonded_model::token::{Cuts, Token, TokenCut, TokenScope, Verbs};
use bonded_model::user::{User, UserName};
use bonded_model::{Actor, Authority, Channel, Principal, ProjectStatus, Switches, Timestamp};
use bonded_store::{Change, Queries, Tx};

use super::find::find;
use super::permits::{decide_again, still_there};
use crate::access::{Action, ManageChannel, ManageProject, Publish};
use crate::people::{Cleared, Fresh, Visit, person_or_operator};
use crate::tokens::{Mark, marks};
use crate::{Error, Registry};

/// A token that can publish, or could if it were not cut off, as those who look after the place see it.
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

/// Where tokens are looked at, or cut off.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) channel: Arc<Channel>,
    pub(super) project: Option<Project>,
}

/// A person with all that decides what their tokens may do.
pub(super) type Person = (User, Standing, Roles);

impl Registry {
    /// Every token that can publish to the project now, or to anything in the channel where no project is named; also
    /// those that were cut off there, marked so. By owner, then as they were issued.
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
        let mut found = Vec::new();
        for token in snapshot.tokens_reaching_into(place.channel.id, now).await? {
            let person = match people.entry(token.user) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(snapshot.person(token.user).await?),
            };
            let Some(person) = person else { continue };
            if !place.can_publish(person, &token, now) {
                continue;
            }
            let cut = place.cut_of(&mut snapshot, &cuts, token.id).await?;
            found.push(PublishingToken {
                id: token.id,
                owner: person.0.name.clone(),
                own: token.user == cleared.user().id,
                reach: reach(&token, &place.channel),
                verbs: token.verbs,
                created_at: token.created_at,
                expires_at: token.expires_at,
                last_used_at: token.last_used_at,
                marks: marks(&token, now),
                name: token.name,
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
    /// [`Error::Fenced`]; a [`Denial`](crate::access::Denial); [`Error::NotFound`] for a token that cannot publish there.
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
                match letter {
                    Some(letter) => letter.post(tx).await,
                    None => Ok(()),
                }
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

impl Place {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Error> {
        let channel = Arc::clone(&self.channel);
        match &self.project {
            None => ManageChannel { channel }.decide(actor, now)?,
            Some(project) => {
                let name = project.display_name.clone();
                ManageProject { channel, project: project.id, name }.decide(actor, now)?;
            }
        }
        Ok(())
    }

    async fn decide_again(&self, tx: &mut Tx, actor: &Actor, now: Timestamp) -> Result<Actor, Error> {
        let channel = Arc::clone(&self.channel);
        match &self.project {
            None => decide_again(tx, actor, &ManageChannel { channel }, now).await,
            Some(project) => {
                let project = still_there(tx, project.id).await?;
                let name = project.display_name;
                decide_again(tx, actor, &ManageProject { channel, project: project.id, name }, now).await
            }
        }
    }

    /// Whether the token could publish here if nobody had cut it off, by the very rule that decides on uploads. Anything in
    /// a channel means: a new project, or one of those that the token or its owner has.
    pub(super) fn can_publish(
        &self,
        (user, standing, roles): &Person,
        token: &Token,
        now: Timestamp,
    ) -> bool {
        let principal = Principal {
            user: user.clone(),
            standing: *standing,
            channel_roles: roles.channels.clone(),
            project_roles: roles.projects.clone(),
            authority: Authority::Token(Token { cuts: Cuts::default(), ..token.clone() }.into()),
        };
        let actor = Actor::Principal(principal.into());
        let may = |project| {
            let channel = Arc::clone(&self.channel);
            Publish { channel, name: String::new(), normalized: String::new(), project }
                .decide(&actor, now)
                .is_ok()
        };
        match &self.project {
            Some(project) => may(Some(ProjectRules { status: ProjectStatus::Active, ..project.rules() })),
            None => {
                // What projects ask beyond the channel is looked at on their own pages.
                let plain = |id| {
                    let (status, switches) = (ProjectStatus::Active, Switches::default());
                    may(Some(ProjectRules { id, status, deleted: false, switches }))
                };
                may(None) || self.owned(token, roles).into_iter().any(plain)
            }
        }
    }

    /// The projects in the channel that the token is for, or that its owner has a role in.
    fn owned(&self, token: &Token, roles: &Roles) -> Vec<ProjectId> {
        match &token.scope {
            TokenScope::Limited { projects, .. } => {
                let here = projects.iter().filter(|(channel, _)| *channel == self.channel.id);
                here.map(|(_, project)| *project).collect()
            }
            TokenScope::Owner => roles.projects.keys().copied().collect(),
        }
    }

    async fn cut_of(
        &self,
        queries: &mut Queries,
        cuts: &[TokenCut],
        token: TokenId,
    ) -> Result<Option<Cut>, Error> {
        let here = self.project.as_ref().map(|project| project.id);
        let found = cuts.iter().find(|cut| {
            cut.token == token && (cut.project.is_none() || (here.is_some() && cut.project == here))
        });
        let Some(cut) = found else { return Ok(None) };
        let by = match cut.by {
            Some(by) => queries.user(by).await?.map(|user| user.name),
            None => None,
        };
        Ok(Some(Cut { at: cut.at, by, whole_channel: cut.project.is_none() }))
    }

    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        token: &Token,
        at: Timestamp,
        cut: bool,
    ) -> Result<bool, Error> {
        let (channel, project) = (self.channel.id, self.project.as_ref().map(|project| project.id));
        if !cut {
            return Ok(tx.restore_token(token.id, channel, project).await?);
        }
        let by = actor.principal().map(|principal| principal.user.id);
        Ok(tx.cut_token(&TokenCut { token: token.id, channel, project, at, by }).await?)
    }

    /// The place as mails name it.
    pub(super) fn name(&self) -> String {
        match &self.project {
            Some(project) => format!("the project {}/{}", self.channel.name, project.display_name),
            None => format!("the channel {}", self.channel.name),
        }
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
    Error::NotFound("there is no such token that could publish here".into())
}
