//! The things that can be permitted, each with its rule.

use std::sync::Arc;

use bonded_model::channel::ProjectCreation;
use bonded_model::people::Requirement;
use bonded_model::project::ProjectRules;
use bonded_model::publishing::PublisherToken;
use bonded_model::switches::SwitchRefusal;
use bonded_model::token::Verb;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_model::{Actor, Channel, Principal, ProjectStatus, Timestamp, Visibility};

use super::denial::Denial;
use super::principal::{channel_role, check_publisher, check_standing, check_state, is_active, may_see};

/// Something that can be permitted.
pub trait Action {
    /// Decides whether `actor` may do this at `now`.
    ///
    /// # Errors
    /// The reason why not.
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial>;
}

/// Read what a channel serves.
#[derive(Clone, Debug)]
pub struct Read {
    /// The channel.
    pub channel: Arc<Channel>,
}

/// Publish a file to a project.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The project's name, for the texts of refusals.
    pub name: String,
    /// The name in the form in which names are compared.
    pub normalized: String,
    /// The project, or `None` to create it.
    pub project: Option<ProjectRules>,
}

/// Yank a release of a project, or take that back.
#[derive(Clone, Debug)]
pub struct Yank {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The project.
    pub project: ProjectRules,
}

/// Take a file out of the index for good.
#[derive(Clone, Debug)]
pub struct Delete {
    /// The channel.
    pub channel: Arc<Channel>,
    /// The project.
    pub project: ProjectRules,
}

/// Run the instance: accounts, channels, members, tokens of others, storage. For the operator at the command line.
#[derive(Clone, Copy, Debug)]
pub struct Operate;

/// Mint, list, renew and revoke tokens with a token that may do more than they.
#[derive(Clone, Copy, Debug)]
pub struct ManageTokens(Requirement);

impl ManageTokens {
    /// What is asked of the token's owner by instance and channels.
    pub(crate) const fn asking(requirement: Requirement) -> Self {
        Self(requirement)
    }
}

impl Action for ManageTokens {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        let principal = match actor {
            Actor::Anonymous => return Err(Denial::hidden(actor)),
            // It has functions of its own.
            Actor::Operator => return Err(Denial::Forbidden("This is for tokens.".into())),
            Actor::Publisher(_) => return Err(only_publishes("manage tokens")),
            Actor::Principal(principal) => principal,
        };
        check_state(principal, now)?;
        if !principal.authority.token().is_some_and(|token| token.verbs.contains(Verb::Manage)) {
            return Err(Denial::Forbidden("Invalid API Token: the token may not manage".into()));
        }
        check_standing(principal, self.0)
    }
}

impl Action for Read {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        let permitted = match actor {
            Actor::Operator => true,
            _ if self.channel.visibility == Visibility::Public => true,
            // A job publishes; what it needs to read, it reads as somebody.
            Actor::Anonymous | Actor::Publisher(_) => false,
            Actor::Principal(principal) => {
                is_active(principal, now)
                    && principal.authority.permits(Verb::Read)
                    && principal.authority.covers_channel(self.channel.id)
                    && channel_role(principal, &self.channel).is_some()
            }
        };
        if permitted { Ok(()) } else { Err(Denial::hidden(actor)) }
    }
}

impl Action for Publish {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        if let Actor::Publisher(token) = actor {
            return self.decide_publisher(token, now);
        }
        let Some(principal) = changing(actor, now, &self.channel, Verb::Publish)? else {
            return self.check_status();
        };
        let (scope, roles) = (&principal.authority, &principal.project_roles);
        let in_scope = match &self.project {
            Some(project) if !project.deleted => scope.covers_project(self.channel.id, project.id),
            // What was deleted begins anew: for that, as for a new project, a token must be for the whole channel.
            _ => scope.covers_channel(self.channel.id),
        };
        if !in_scope {
            return Err(out_of_scope(&self.name));
        }
        match (channel_role(principal, &self.channel), &self.project) {
            (Some(ChannelRole::Admin), _) => {}
            (_, Some(project)) if project.deleted => return Err(self.was_deleted()),
            (Some(ChannelRole::Publisher), Some(project)) if roles.contains_key(&project.id) => {}
            (Some(ChannelRole::Publisher), None) => self.check_creation(principal)?,
            _ => return Err(not_allowed(principal, "upload to", &self.name)),
        }
        self.check_status()?;
        check_switches(principal, &self.channel, self.project.as_ref(), Some(&self.name))
    }
}

impl Publish {
    /// A trusted publisher's token publishes to the projects that it was made for, and to those that it may make. What
    /// channel and project ask of people and their tokens is met by it: it ends by itself, and lies around nowhere.
    fn decide_publisher(&self, token: &PublisherToken, now: Timestamp) -> Result<(), Denial> {
        check_publisher(token, now)?;
        let channel = self.channel.id;
        if !token.reaches_into(channel) && self.channel.visibility != Visibility::Public {
            return Err(Denial::Hidden);
        }
        let granted = match &self.project {
            Some(project) => token.grant_for(channel, project.id).is_some(),
            None => token.grant_for_new(channel, &self.normalized).is_some(),
        };
        match &self.project {
            _ if !granted => Err(out_of_scope(&self.name)),
            Some(project) if project.deleted => Err(self.was_deleted()),
            _ => self.check_status(),
        }
    }

    /// PEP 792: archived and quarantined projects take no files, whoever brings them.
    fn check_status(&self) -> Result<(), Denial> {
        let Some(project) = self.project.filter(|project| !project.deleted) else { return Ok(()) };
        let name = &self.name;
        match project.status {
            ProjectStatus::Active | ProjectStatus::Deprecated => Ok(()),
            ProjectStatus::Archived => Err(Denial::Forbidden(format!(
                "Project '{name}' is archived: it takes no new files. One of its owners can make it active again."
            ))),
            ProjectStatus::Quarantined => Err(Denial::Forbidden(format!(
                "Project '{name}' is in quarantine: it takes no new files until an administrator of the channel ends that."
            ))),
        }
    }

    fn was_deleted(&self) -> Denial {
        Denial::Forbidden(format!(
            "Project '{}' was deleted: only an administrator of the channel can begin it anew.",
            self.name
        ))
    }

    fn check_creation(&self, principal: &Principal) -> Result<(), Denial> {
        match self.channel.create_projects {
            ProjectCreation::Publishers => Ok(()),
            ProjectCreation::Admins => Err(Denial::Forbidden(format!(
                "The user '{}' isn't allowed to create projects in this channel: ask an administrator of the channel to \
                 create '{}' first.",
                principal.user.name, self.name
            ))),
        }
    }
}

impl Action for Yank {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        change_project(actor, now, &self.channel, &self.project, (Verb::Yank, ProjectRole::Maintainer))
    }
}

impl Action for Delete {
    fn decide(&self, actor: &Actor, now: Timestamp) -> Result<(), Denial> {
        change_project(actor, now, &self.channel, &self.project, (Verb::Delete, ProjectRole::Owner))
    }
}

impl Action for Operate {
    fn decide(&self, actor: &Actor, _now: Timestamp) -> Result<(), Denial> {
        match actor {
            Actor::Operator => Ok(()),
            Actor::Anonymous | Actor::Principal(_) | Actor::Publisher(_) => Err(Denial::hidden(actor)),
        }
    }
}

fn change_project(
    actor: &Actor,
    now: Timestamp,
    channel: &Channel,
    project: &ProjectRules,
    (verb, least): (Verb, ProjectRole),
) -> Result<(), Denial> {
    let Some(principal) = changing(actor, now, channel, verb)? else { return Ok(()) };
    if !principal.authority.covers_project(channel.id, project.id) {
        return Err(Denial::Forbidden("The token does not cover this project.".into()));
    }
    let role = channel_role(principal, channel);
    let holds = principal.project_roles.get(&project.id) >= Some(&least);
    match role {
        Some(ChannelRole::Admin) => {}
        // The owner's account may be what went wrong: what administrators look at stays as it is.
        Some(ChannelRole::Publisher) if holds && project.status.withholds_files() => {
            return Err(Denial::Forbidden(format!(
                "This project is in quarantine: only those who administer its channel may {verb} until that ends."
            )));
        }
        Some(ChannelRole::Publisher) if holds => {}
        _ if least == ProjectRole::Owner => {
            return Err(Denial::Forbidden(format!("Only owners of the project may {verb}.")));
        }
        _ => return Err(Denial::Forbidden(format!("This needs a role in the project to {verb}."))),
    }
    check_switches(principal, channel, Some(project), None)
}

/// What the channel asks of the person, and channel and project of the credential, the stricter of both; behind the roles,
/// because it does not help to mend an account that may not do this anyway. An upload names its project.
fn check_switches(
    principal: &Principal,
    channel: &Channel,
    project: Option<&ProjectRules>,
    upload: Option<&str>,
) -> Result<(), Denial> {
    check_standing(principal, channel.policy.asks(true))?;
    let switches = channel.switches.and(project.map(|project| project.switches).unwrap_or_default());
    let what = upload.map_or_else(|| "this project".to_owned(), |name| format!("project '{name}'"));
    let text = match switches.check(&principal.authority) {
        Ok(()) => return Ok(()),
        Err(SwitchRefusal::NoTrustedPublisher) => match upload {
            Some(name) => format!("Project '{name}' takes uploads from trusted publishers only"),
            None => "This project takes changes from trusted publishers only".to_owned(),
        },
        Err(SwitchRefusal::NoExpiry) => format!("Invalid API Token: tokens need an expiry for {what}"),
        Err(SwitchRefusal::TooLong(days)) => {
            format!("Invalid API Token: tokens must not live longer than {days} days for {what}")
        }
    };
    Err(Denial::Forbidden(text))
}

/// What every change needs: a caller who sees the channel, with a token that may do such a thing at all. The operator
/// needs no token: `None`.
fn changing<'a>(
    actor: &'a Actor,
    now: Timestamp,
    channel: &Channel,
    verb: Verb,
) -> Result<Option<&'a Principal>, Denial> {
    let principal = match actor {
        Actor::Operator => return Ok(None),
        Actor::Anonymous => return Err(Denial::hidden(actor)),
        Actor::Publisher(_) if may_see(actor, channel, now) => return Err(only_publishes(verb)),
        Actor::Publisher(_) => return Err(Denial::hidden(actor)),
        Actor::Principal(principal) => principal,
    };
    if !may_see(actor, channel, now) || !is_active(principal, now) {
        return Err(Denial::hidden(actor));
    }
    if !principal.authority.permits(verb) {
        return Err(Denial::Forbidden(format!("Invalid API Token: the token may not {verb}")));
    }
    Ok(Some(principal))
}

fn only_publishes(what: impl std::fmt::Display) -> Denial {
    Denial::Forbidden(format!(
        "Invalid API Token: the token of a trusted publisher may publish, and not {what}"
    ))
}

fn out_of_scope(project: &str) -> Denial {
    // Upload clients and their users know this sentence from PyPI.
    Denial::Forbidden(format!(
        "Invalid API Token: project-scoped token is not valid for project: '{project}'"
    ))
}

fn not_allowed(principal: &Principal, verb: &str, project: &str) -> Denial {
    let user = &principal.user.name;
    Denial::Forbidden(format!("The user '{user}' isn't allowed to {verb} project '{project}'."))
}
