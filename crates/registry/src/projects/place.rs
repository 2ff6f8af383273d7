//! A project or a channel, as those see it who look after its credentials.

use std::collections::HashMap;
use std::sync::Arc;

use bonded_model::ids::{ChannelId, ProjectId, TokenId};
use bonded_model::people::Standing;
use bonded_model::project::{Project, ProjectRules, Roles};
use bonded_model::token::{Cuts, Token, TokenCut, TokenScope};
use bonded_model::user::User;
use bonded_model::{Actor, Authority, Channel, Principal, ProjectStatus, Switches, Timestamp};
use bonded_store::{Queries, Tx};

use super::credentials::Cut;
use super::permits::{decide_again, still_there};
use crate::Error;
use crate::access::{Action, Delete, ManageChannel, ManageProject, Publish, Yank};

/// Where tokens are looked at, or cut off.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) channel: Arc<Channel>,
    pub(super) project: Option<Project>,
}

/// A person with all that decides what their tokens may do.
pub(super) type Person = (User, Standing, Roles);

impl Place {
    pub(super) fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Error> {
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

    pub(super) async fn decide_again(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Actor, Error> {
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
    /// a channel means: a new project, or one of those `here`.
    pub(super) fn can_publish(
        &self,
        person: &Person,
        token: &Token,
        here: &[ProjectId],
        now: Timestamp,
    ) -> bool {
        let actor = uncut(person, token);
        let may = |project| {
            let channel = Arc::clone(&self.channel);
            Publish { channel, name: String::new(), normalized: String::new(), project }
                .decide(&actor, now)
                .is_ok()
        };
        match self.rules() {
            Some(project) => may(Some(project)),
            None => may(None) || here.iter().any(|id| may(Some(plain(*id)))),
        }
    }

    /// The same for publishing, yanking and deleting.
    pub(super) fn can_change(
        &self,
        person: &Person,
        token: &Token,
        here: &[ProjectId],
        now: Timestamp,
    ) -> bool {
        let actor = uncut(person, token);
        let may = |project: ProjectRules| {
            let channel = Arc::clone(&self.channel);
            Yank { channel: Arc::clone(&channel), project }.decide(&actor, now).is_ok()
                || Delete { channel, project }.decide(&actor, now).is_ok()
        };
        self.can_publish(person, token, here, now)
            || match self.rules() {
                Some(project) => may(project),
                // The channel's own id stands for a project in which nobody has a role: who administers the channel needs none.
                None => may(plain(self.channel.id.uuid().into())) || here.iter().any(|id| may(plain(*id))),
            }
    }

    fn rules(&self) -> Option<ProjectRules> {
        let project = self.project.as_ref()?;
        Some(ProjectRules { status: ProjectStatus::Active, ..project.rules() })
    }

    /// The projects in the channel that the token is for alone, or that its owner has a role in and it reaches. `channels`
    /// remembers where projects stand.
    pub(super) async fn projects_of(
        &self,
        queries: &mut Queries,
        channels: &mut HashMap<ProjectId, Option<ChannelId>>,
        (roles, token): (&Roles, &Token),
    ) -> Result<Vec<ProjectId>, Error> {
        if self.project.is_some() {
            return Ok(Vec::new());
        }
        let mut here = Vec::new();
        if let TokenScope::Limited { projects, .. } = &token.scope {
            let own = projects.iter().filter(|(channel, _)| *channel == self.channel.id);
            here.extend(own.map(|(_, project)| *project));
        }
        if !token.scope.covers_channel(self.channel.id) {
            return Ok(here);
        }
        for project in roles.projects.keys() {
            let channel = match channels.get(project) {
                Some(known) => *known,
                None => {
                    let row = queries.project(*project).await?.filter(|row| row.deleted_at.is_none());
                    *channels.entry(*project).or_insert(row.map(|row| row.channel))
                }
            };
            if channel == Some(self.channel.id) {
                here.push(*project);
            }
        }
        Ok(here)
    }

    pub(super) async fn cut_of(
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

/// A project about which nothing is known but that it is there. What projects ask beyond the channel is looked at on their own
/// pages.
fn plain(id: ProjectId) -> ProjectRules {
    ProjectRules { id, status: ProjectStatus::Active, deleted: false, switches: Switches::default() }
}

/// The token as if nobody had cut it off.
fn uncut((user, standing, roles): &Person, token: &Token) -> Actor {
    let principal = Principal {
        user: user.clone(),
        standing: *standing,
        channel_roles: roles.channels.clone(),
        project_roles: roles.projects.clone(),
        authority: Authority::Token(Token { cuts: Cuts::default(), ..token.clone() }.into()),
    };
    Actor::Principal(principal.into())
}
