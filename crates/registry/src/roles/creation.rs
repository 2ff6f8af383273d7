//! Who creates projects, and creating one before its first file.

use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event, RoleEvent};
use bonded_model::channel::ProjectCreation;
use bonded_model::conda::PackageName;
use bonded_model::ids::ProjectId;
use bonded_model::project::Project;
use bonded_model::python::ProjectName;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_model::{Channel, ChannelFormat, Lifecycle, Switches};
use bonded_store::{Change, Tx};

use super::holder::{Held, Holder};
use super::managed::Manages;
use crate::access::{ManageChannel, Permit};
use crate::projects::revive;
use crate::publishers::{Made, check_reserved, project_created};
use crate::{Error, Registry};

impl Registry {
    /// Changes who may create projects in a channel by publishing their first file.
    ///
    /// # Errors
    /// A [`Denial`](crate::access::Denial) when the right was lost meanwhile.
    pub async fn set_project_creation(
        &self,
        permit: &Permit<ManageChannel>,
        origin: &Origin,
        who: ProjectCreation,
    ) -> Result<(), Error> {
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let channel = permit.action().channel.id;
        let entry = managed.tie(AuditEntry::new(now, &actor, origin, RoleEvent::CreationSet { who }));
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                tx.set_project_creation(channel, who).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Access);
                Ok(())
            })
        });
        write.await
    }

    /// Makes a project without files, owned by an account that may publish in the channel.
    ///
    /// # Errors
    /// [`Error::Field`] `name` for what cannot name a project or is taken, `holder` for whoever does not exist or may
    /// not publish.
    pub async fn create_project(
        &self,
        permit: &Permit<ManageChannel>,
        origin: &Origin,
        name: &str,
        owner: &str,
    ) -> Result<Project, Error> {
        let (managed, actor, now) = (permit.action().managed(), permit.actor().clone(), self.clock.now());
        let channel = permit.action().channel.clone();
        let (key, display_name) = names(&channel, name.trim())?;
        let Held::User(user) = self.holder(&Holder::User(owner.to_owned())).await? else {
            return Err(Error::field("holder", "A project begins with a person as its owner."));
        };
        let project = Project {
            id: ProjectId::generate(now, &self.random),
            channel: channel.id,
            name: key,
            display_name,
            serial: 0,
            created_at: now,
            lifecycle: Lifecycle::default(),
            deleted_at: None,
            switches: Switches::default(),
        };
        let (registry, origin) = (self.clone(), *origin);
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                managed.decide_again(tx, &actor, now).await?;
                let role = tx.roles_of(user.id).await?.channels.get(&channel.id).copied();
                if !user.admin && role < Some(ChannelRole::Publisher) {
                    let text = format!("'{}' may not publish in this channel.", user.name);
                    return Err(Error::field("holder", text));
                }
                check_reserved(tx, channel.id, &project.name, Some(user.id))
                    .await
                    .map_err(|error| Error::field("name", error.to_string()))?;
                let project = insert(tx, project).await?;
                tx.put_project_role(project.id, user.id, ProjectRole::Owner).await?;
                let (owner, actor_of) = (Some(user.id), &actor);
                let made = Made { project: &project, owner, actor: actor_of, origin: &origin, at: now };
                project_created(tx, &registry, &made).await?;
                let made = Event::ProjectCreated { name: project.display_name.clone() };
                let owned = RoleEvent::ProjectMemberAdded { user: user.id, role: ProjectRole::Owner };
                for event in [made, owned.into()] {
                    let entry = managed.tie(AuditEntry::new(now, &actor, &origin, event));
                    tx.audit(entry.of_project(project.id)).await?;
                }
                tx.announce(Change::Channel(channel.id));
                tx.announce(Change::Access);
                Ok(project)
            })
        });
        write.await
    }
}

/// Makes the project, or begins one anew that was deleted.
async fn insert(tx: &mut Tx, project: Project) -> Result<Project, Error> {
    if tx.insert_project(&project).await? {
        return Ok(project);
    }
    match tx.project_by_name(project.channel, &project.name).await? {
        Some(deleted) if deleted.deleted_at.is_some() => {
            revive(tx, &deleted).await?;
            Ok(deleted)
        }
        _ => Err(Error::field("name", format!("There is a project '{}' already.", project.display_name))),
    }
}

/// The name under which the project is found, and the one that it shows.
pub(crate) fn names(channel: &Channel, typed: &str) -> Result<(String, String), Error> {
    match channel.format {
        ChannelFormat::Python => {
            let name: ProjectName =
                typed.parse().map_err(|error| Error::field("name", format!("{error}")))?;
            Ok((name.normalized().to_owned(), typed.to_owned()))
        }
        ChannelFormat::Conda => {
            let name: PackageName =
                typed.parse().map_err(|error| Error::field("name", format!("{error}")))?;
            Ok((name.to_string(), name.to_string()))
        }
    }
}
