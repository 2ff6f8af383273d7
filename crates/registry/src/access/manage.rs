//! Who may manage a channel, a project or a group: people in their browsers. A token that leaks must not reach people
//! and roles.

use std::sync::Arc;

use bonded_model::group::{Group, GroupRole};
use bonded_model::ids::ProjectId;
use bonded_model::people::Requirement;
use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_model::{Actor, Authority, Channel, Principal, Timestamp};

use super::action::Action;
use super::denial::Denial;
use super::principal::{channel_role, check_standing, check_state, may_see};

/// Say who has which role in a channel, and what is asked there. Whoever makes this has seen a fresh proof.
#[derive(Clone, Debug)]
pub struct ManageChannel {
    /// The channel.
    pub channel: Arc<Channel>,
}

/// Say who has which role in a project, and what is asked there. Whoever makes this has seen a fresh proof.
#[derive(Clone, Debug)]
pub struct ManageProject {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The project.
    pub project: ProjectId,
    /// Its name as its publisher spells it.
    pub name: String,
}

/// See who has which role in a project, and what is asked there: the same people, without a fresh proof.
#[derive(Clone, Debug)]
pub struct InspectProject {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The project.
    pub project: ProjectId,
    /// Its name as its publisher spells it.
    pub name: String,
}

/// Say who is in a group. Whoever makes this has seen a fresh proof.
#[derive(Clone, Debug)]
pub struct ManageGroup {
    group: Arc<Group>,
    own: Option<GroupRole>,
    requirement: Requirement,
}

/// See who is in a group, and which roles it has.
#[derive(Clone, Debug)]
pub struct InspectGroup {
    group: Arc<Group>,
    own: Option<GroupRole>,
}

impl ManageGroup {
    /// What the actor is in the group, and what instance and channels ask of them.
    pub(crate) const fn new(group: Arc<Group>, own: Option<GroupRole>, requirement: Requirement) -> Self {
        Self { group, own, requirement }
    }

    /// Which group.
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// The same, with what the actor is in the group now.
    pub(crate) fn with_role(&self, own: Option<GroupRole>) -> Self {
        Self { own, ..self.clone() }
    }
}

impl InspectGroup {
    /// What the actor is in the group.
    pub(crate) const fn new(group: Arc<Group>, own: Option<GroupRole>) -> Self {
        Self { group, own }
    }

    /// Which group.
    pub fn group(&self) -> &Group {
        &self.group
    }
}

impl Action for ManageChannel {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        let Some(principal) = in_person(actor, &self.channel, now)? else { return Ok(()) };
        if channel_role(principal, &self.channel) == Some(ChannelRole::Admin) {
            return Ok(());
        }
        Err(Denial::Forbidden("Only those who administer the channel can do this.".into()))
    }
}

impl Action for ManageProject {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        manages_project(actor, &self.channel, self.project, now)
    }
}

impl Action for InspectProject {
    /// A token that was made to manage may look as well, but change nothing.
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        let Some(token) = actor.token() else {
            return manages_project(actor, &self.channel, self.project, now);
        };
        let principal = seen_by(actor, &self.channel, now)?;
        if !token.verbs.contains(Verb::Manage) || !token.covers_project(self.channel.id, self.project) {
            return Err(Denial::Forbidden("Invalid API Token: the token may not manage this project".into()));
        }
        let Some(principal) = principal else { return Ok(()) };
        check_standing(principal, self.channel.policy.asks(true))?;
        check_manages(principal, &self.channel, self.project)
    }
}

fn manages_project(
    actor: &Actor,
    channel: &Channel,
    project: ProjectId,
    now: Timestamp,
) -> Result<(), Denial> {
    let Some(principal) = in_person(actor, channel, now)? else { return Ok(()) };
    check_manages(principal, channel, project)
}

fn check_manages(principal: &Principal, channel: &Channel, project: ProjectId) -> Result<(), Denial> {
    let owns = principal.project_roles.get(&project) == Some(&ProjectRole::Owner);
    match channel_role(principal, channel) {
        Some(ChannelRole::Admin) => Ok(()),
        Some(ChannelRole::Publisher) if owns => Ok(()),
        _ => Err(Denial::Forbidden(
            "Only owners of the project, and those who administer the channel, can do this.".into(),
        )),
    }
}

impl Action for ManageGroup {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        let Some(principal) = group_person(actor, self.own, now)? else { return Ok(()) };
        let manages = principal.user.admin || self.own == Some(GroupRole::Manager);
        if manages && principal.standing.meets(self.requirement) {
            return Ok(());
        }
        Err(Denial::Forbidden("Only managers of the group can do this.".into()))
    }
}

impl Action for InspectGroup {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        group_person(actor, self.own, now).map(drop)
    }
}

/// Who sees that there is such a group: those in it, and administrators of the instance. `None` for the operator.
fn group_person(actor: &Actor, own: Option<GroupRole>, now: Timestamp) -> Result<Option<&Principal>, Denial> {
    let principal = match actor {
        Actor::Operator => return Ok(None),
        Actor::Anonymous | Actor::Publisher(_) => return Err(Denial::hidden(actor)),
        Actor::Principal(principal) => principal,
    };
    let in_person = matches!(principal.authority, Authority::Session(_));
    if in_person && check_state(principal, now).is_ok() && (own.is_some() || principal.user.admin) {
        return Ok(Some(principal));
    }
    Err(Denial::hidden(actor))
}

/// A person in a browser who sees the channel and is as well secured as those who publish there must be. `None` for
/// the operator.
fn in_person<'a>(
    actor: &'a Actor,
    channel: &Channel,
    now: Timestamp,
) -> Result<Option<&'a Principal>, Denial> {
    let Some(principal) = seen_by(actor, channel, now)? else { return Ok(None) };
    if !matches!(principal.authority, Authority::Session(_)) {
        return Err(Denial::Forbidden("This can be done in a browser only.".into()));
    }
    check_standing(principal, channel.policy.asks(true))?;
    Ok(Some(principal))
}

/// Somebody who sees the channel. `None` for the operator.
fn seen_by<'a>(actor: &'a Actor, channel: &Channel, now: Timestamp) -> Result<Option<&'a Principal>, Denial> {
    let principal = match actor {
        Actor::Operator => return Ok(None),
        Actor::Anonymous | Actor::Publisher(_) => return Err(Denial::hidden(actor)),
        Actor::Principal(principal) => principal,
    };
    if !may_see(actor, channel, now) || check_state(principal, now).is_err() {
        return Err(Denial::hidden(actor));
    }
    Ok(Some(principal))
}
