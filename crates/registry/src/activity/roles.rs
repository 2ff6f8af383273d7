//! What happened to groups, roles and rules, in plain words.

use bonded_model::Switches;
use bonded_model::audit::{Place, RoleEvent as E};
use bonded_model::channel::ProjectCreation;
use bonded_model::group::GroupRole;
use bonded_model::user::ProjectRole;

use super::names::Names;
use super::sentence::role_in_words;
use crate::Error;

/// The event as a sentence.
pub(super) async fn of(
    names: &mut Names<'_>,
    channel: &str,
    project: &str,
    event: &E,
) -> Result<String, Error> {
    let who = match event.subject() {
        Some(user) => names.who(user).await?,
        None => "Somebody".to_owned(),
    };
    Ok(match event {
        E::GroupCreated { name, .. } => format!("The group {name} was made."),
        E::GroupRemoved { name, .. } => format!("The group {name} was removed, with all its roles."),
        E::GroupMemberAdded { name, role: GroupRole::Member, .. } => {
            format!("{who} became a member of the group {name}.")
        }
        E::GroupMemberAdded { name, role: GroupRole::Manager, .. } => {
            format!("{who} became a manager of the group {name}.")
        }
        E::GroupMemberRemoved { name, .. } => format!("{who} left the group {name}, or was taken out of it."),
        E::ChannelGroupAdded { name, role, .. } => {
            format!("The group {name} became {} of {channel}.", role_in_words(*role))
        }
        E::ChannelGroupRemoved { name, .. } => format!("The group {name} lost the role in {channel}."),
        E::ProjectMemberAdded { role, .. } => format!("{who} became {} of {project}.", project_role(*role)),
        E::ProjectMemberRemoved { .. } => format!("{who} lost the role in {project}."),
        E::ProjectGroupAdded { name, role, .. } => {
            format!("The group {name} became {} of {project}.", project_role(*role))
        }
        E::ProjectGroupRemoved { name, .. } => format!("The group {name} lost the role in {project}."),
        E::ProjectTransferred { .. } => {
            format!("{who} became the only owner of {project}; all other roles in it ended.")
        }
        E::Invited { to, .. } => format!("{who} was invited to be {}.", place(names, *to).await?),
        E::InvitationWithdrawn { to } => {
            format!("An invitation to be {} was withdrawn.", place(names, *to).await?)
        }
        E::InvitationAccepted { to, .. } => {
            format!("{who} accepted the invitation to be {}.", place(names, *to).await?)
        }
        E::InvitationDeclined { to, .. } => {
            format!("{who} declined the invitation to be {}.", place(names, *to).await?)
        }
        E::CreationSet { who: ProjectCreation::Publishers } => {
            format!("Everybody who may publish may create projects in {channel} from now on.")
        }
        E::CreationSet { who: ProjectCreation::Admins } => {
            format!("Only administrators may create projects in {channel} from now on.")
        }
        E::ChannelSwitchesSet { switches } => format!("In {channel}, {}.", rule(*switches)),
        E::ProjectSwitchesSet { switches } => format!("In {project}, {}.", rule(*switches)),
    })
}

const fn project_role(role: ProjectRole) -> &'static str {
    match role {
        ProjectRole::Maintainer => "a maintainer",
        ProjectRole::Owner => "an owner",
    }
}

/// What somebody would be, and where.
async fn place(names: &mut Names<'_>, place: Place) -> Result<String, Error> {
    Ok(match place {
        Place::Channel { channel, role } => {
            let name = names.channel(Some(channel)).await?;
            let name = name
                .map_or_else(|| "a channel that is gone".to_owned(), |name| format!("the channel {name}"));
            format!("{} of {name}", role_in_words(role))
        }
        Place::Project { project, role } => {
            format!("{} of {}", project_role(role), project_name(names, project).await?)
        }
        Place::Transfer { project } => format!("the only owner of {}", project_name(names, project).await?),
        Place::Group { group, role } => {
            let what = match role {
                GroupRole::Member => "a member",
                GroupRole::Manager => "a manager",
            };
            format!("{what} of {}", names.group(group).await?)
        }
    })
}

async fn project_name(names: &mut Names<'_>, id: bonded_model::ids::ProjectId) -> Result<String, Error> {
    Ok(names.project(Some(id)).await?.unwrap_or_else(|| "a project that is gone".to_owned()))
}

fn rule(switches: Switches) -> String {
    let mut rules = Vec::new();
    if switches.trusted_publishers_only {
        rules.push("only trusted publishers can publish".to_owned());
    }
    if switches.tokens_need_expiry {
        rules.push("tokens need an expiry".to_owned());
    }
    if let Some(days) = switches.longest_token_life {
        rules.push(format!("tokens must not live longer than {days} days"));
    }
    if rules.is_empty() {
        return "nothing special is asked of credentials from now on".to_owned();
    }
    format!("{} from now on", rules.join(", and "))
}
