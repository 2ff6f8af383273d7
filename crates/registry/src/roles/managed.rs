//! What the permits to manage channels, projects and groups have in common.

use bonded_model::audit::AuditEntry;
use bonded_model::group::GroupRole;
use bonded_model::people::Requirement;
use bonded_model::role_invitation::Offer;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_model::{Actor, Timestamp};
use bonded_store::Tx;

use super::names::PlaceName;
use crate::Error;
use crate::access::{Action, ManageChannel, ManageGroup, ManageProject, present, present_channel};

/// A permit's action that gives roles in one place.
pub trait Manages: Action {
    /// The roles that there are in such a place.
    type Role: Copy + Send + Sync + 'static;

    /// The place.
    fn managed(&self) -> Managed;

    /// A role in the place.
    fn offer(&self, role: Self::Role) -> Offer;
}

/// A place whose roles somebody manages.
#[derive(Clone, Debug)]
pub enum Managed {
    /// A channel.
    Channel(ManageChannel),
    /// A project.
    Project(ManageProject),
    /// A group.
    Group(ManageGroup),
}

impl Manages for ManageChannel {
    type Role = ChannelRole;

    fn managed(&self) -> Managed {
        Managed::Channel(self.clone())
    }

    fn offer(&self, role: ChannelRole) -> Offer {
        Offer::Channel(self.channel.id, role)
    }
}

impl Manages for ManageProject {
    type Role = ProjectRole;

    fn managed(&self) -> Managed {
        Managed::Project(self.clone())
    }

    fn offer(&self, role: ProjectRole) -> Offer {
        Offer::Project(self.project, role)
    }
}

impl Manages for ManageGroup {
    type Role = GroupRole;

    fn managed(&self) -> Managed {
        Managed::Group(self.clone())
    }

    fn offer(&self, role: GroupRole) -> Offer {
        Offer::Group(self.group().id, role)
    }
}

impl Managed {
    /// The place of an offer, as it is now; `requirement` is what instance and channels ask of whoever manages a group.
    pub(super) async fn of(
        tx: &mut Tx,
        offer: Offer,
        requirement: Requirement,
    ) -> Result<Option<Self>, Error> {
        Ok(Some(match offer {
            Offer::Channel(id, _) => Self::Channel(ManageChannel { channel: present_channel(tx, id).await? }),
            Offer::Project(id, _) | Offer::Transfer(id) => {
                let Some(project) = tx.project(id).await? else { return Ok(None) };
                let channel = present_channel(tx, project.channel).await?;
                Self::Project(ManageProject { channel, project: id, name: project.display_name })
            }
            Offer::Group(id, _) => {
                let Some(group) = tx.group(id).await? else { return Ok(None) };
                Self::Group(ManageGroup::new(group.into(), None, requirement))
            }
        }))
    }

    /// Decides a second time, with what the transaction finds: of two who take each other's role at the same moment, one
    /// comes too late.
    pub(crate) async fn decide_again(&self, tx: &mut Tx, actor: &Actor, now: Timestamp) -> Result<(), Error> {
        let actor = present(tx, actor).await?;
        match self {
            Self::Channel(action) => action.decide(&actor, now)?,
            Self::Project(action) => {
                let gone = || Error::NotFound(format!("the project '{}' is gone", action.name));
                tx.project(action.project)
                    .await?
                    .filter(|found| found.deleted_at.is_none())
                    .ok_or_else(gone)?;
                action.decide(&actor, now)?;
            }
            Self::Group(action) => {
                let gone = || Error::NotFound(format!("the group '{}' is gone", action.group().name));
                tx.group(action.group().id).await?.ok_or_else(gone)?;
                let own = match actor.principal() {
                    Some(principal) => tx.group_role_of(action.group().id, principal.user.id).await?,
                    None => None,
                };
                action.with_role(own).decide(&actor, now)?;
            }
        }
        Ok(())
    }

    /// The entry, tied to the place.
    pub(crate) fn tie(&self, entry: AuditEntry) -> AuditEntry {
        match self {
            Self::Channel(action) => entry.in_channel(action.channel.id),
            Self::Project(action) => entry.in_channel(action.channel.id).of_project(action.project),
            Self::Group(_) => entry,
        }
    }

    /// What the place is called.
    pub(super) fn name(&self) -> PlaceName {
        match self {
            Self::Channel(action) => PlaceName::Channel(action.channel.name.clone()),
            Self::Project(action) => {
                PlaceName::Project { channel: action.channel.name.clone(), project: action.name.clone() }
            }
            Self::Group(action) => PlaceName::Group(action.group().name.clone()),
        }
    }
}

/// Whether somebody administers the instance: they hold every right, and may leave a place to nobody but themselves.
pub(super) fn administers_instance(actor: &Actor) -> bool {
    match actor {
        Actor::Operator => true,
        Actor::Principal(principal) => principal.user.admin,
        Actor::Anonymous | Actor::Publisher(_) => false,
    }
}
