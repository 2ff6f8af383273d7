//! Deleting files, releases and projects, for good. The names of files never come back; that of a project comes back only
//! with an administrator of the channel.

use std::collections::BTreeSet;

use bonded_mail::ProjectChange;
use bonded_model::ChannelFormat;
use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event, ProjectEvent};
use bonded_model::conda_index::SubdirRow;
use bonded_model::file::File;
use bonded_model::project::Project;
use bonded_model::{Actor, Channel, Switches, Timestamp};
use bonded_store::{Change, Tx};

use super::owners::News;
use super::permits::{decide_again, still_there};
use super::versions::canonical;
use crate::access::{Delete, Denial, Permit};
use crate::people::mail::post;
use crate::people::{Fresh, Visit};
use crate::publishers::end_publishers_of;
use crate::{Error, Registry};

/// What is to be deleted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// One file, by its name; for conda `{subdir}/{file name}`.
    File(String),
    /// Every file of a version.
    Release(String),
    /// Everything, with all roles.
    Project,
}

impl Registry {
    /// Deletes in a browser, once the name of what goes was typed: of the file, the version, or the project.
    ///
    /// # Errors
    /// [`Error::Fenced`]; [`Error::Field`] `confirm` for another name; as [`Registry::permit_delete`] and
    /// [`Registry::delete`].
    pub async fn delete_in_person(
        &self,
        fresh: &Fresh<'_>,
        visit: &Visit,
        channel: &str,
        project: &str,
        target: Target,
        typed: &str,
    ) -> Result<(), Error> {
        fresh.cleared()?;
        let permit = self.permit_delete(&fresh.actor(), &visit.origin, channel, project).await?;
        let row = self.store.read().await?.project(permit.action().project.id).await?;
        let names = match (&target, row) {
            (Target::File(name), _) => vec![name.clone()],
            (Target::Release(version), _) => vec![version.clone()],
            (Target::Project, Some(row)) => vec![row.name, row.display_name],
            (Target::Project, None) => Vec::new(),
        };
        if !names.iter().any(|name| name == typed.trim()) {
            let name = names.last().map(String::as_str).unwrap_or_default();
            return Err(Error::field("confirm", format!("Type '{name}' to delete it.")));
        }
        self.delete(permit, visit.origin, target).await
    }

    /// Deletes a package by its name in the channel alone, `{subdir}/{file name}`, as conda's own tools name it.
    ///
    /// # Errors
    /// The [`Denial`] for whoever may not; [`Error::NotFound`]; as [`Registry::delete`].
    pub async fn delete_conda_file(
        &self,
        actor: &Actor,
        origin: &Origin,
        channel: &str,
        name: &str,
    ) -> Result<(), Error> {
        let channel = self.access.channel(actor, channel, ChannelFormat::Conda).await?;
        // Whoever may delete nothing here need not learn which files there are.
        if actor.principal().is_none() {
            return Err(Denial::hidden(actor).into());
        }
        let found = self.file_named(&channel, name).await;
        let action = |project| Delete { channel: channel.clone(), project };
        let found = self.unless_hidden(found, actor, &channel, |project| action(project.rules()));
        let file = self.found_on_record(found, actor, origin, channel.id, "delete a file").await?;
        let project = self.project_rules(file.project).await?;
        let permit = self.access.permit(actor, action(project));
        let place = (channel.id, Some(project.id));
        let permit = self.on_record(permit, actor, origin, place, "delete a file").await?;
        self.delete(permit, *origin, Target::File(file.name)).await
    }

    /// Takes files out of every index for good, and with [`Target::Project`] the project with all its roles. The bytes of
    /// conda packages can still be downloaded, because lock files name them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there, or gone already; a [`Denial`] when the right was
    /// lost meanwhile.
    pub async fn delete(&self, permit: Permit<Delete>, origin: Origin, target: Target) -> Result<(), Error> {
        let (now, channel, id) =
            (self.clock.now(), permit.action().channel.clone(), permit.action().project.id);
        let name = self.store.read().await?.project(id).await?.map(|project| project.display_name);
        let change = match &target {
            Target::File(file) => ProjectChange::FileDeleted { file: file.clone() },
            Target::Release(version) => ProjectChange::ReleaseDeleted { version: version.clone() },
            Target::Project => ProjectChange::Deleted,
        };
        let project = name.as_deref().unwrap_or_default();
        let news = News { channel: &channel, project, actor: permit.actor(), at: now, change };
        let letters = self.letters_to_owners(id, news).await?;
        let registry = self.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let project = still_there(tx, id).await?;
                let action = Delete { project: project.rules(), ..permit.action().clone() };
                let actor = decide_again(tx, permit.actor(), &action, now).await?;
                let (files, event) = doomed(tx, &channel, &project, target).await?;
                let subdirs = subdirs_of(tx, &channel, &files).await?;
                for file in &files {
                    tx.delete_file(file.id, now).await?;
                }
                if matches!(event, Event::Project(ProjectEvent::ProjectDeleted { .. })) {
                    end_publishers_of(tx, &project, &actor, &origin, now).await?;
                    end_project(tx, &project, now).await?;
                }
                tx.bump_serial(id).await?;
                let entry = AuditEntry::new(now, &actor, &origin, event);
                tx.audit(entry.in_channel(project.channel).of_project(id)).await?;
                tx.announce(Change::Project { channel: project.channel, project: id });
                tx.announce(Change::Channel(project.channel));
                post(tx, &letters).await?;
                registry.package_changed(tx, &project.name, &subdirs).await
            })
        });
        let subdirs = write.await?;
        self.publish_changed(&subdirs).await;
        Ok(())
    }
}

/// The files that go, and what the log says of it.
async fn doomed(
    tx: &mut Tx,
    channel: &Channel,
    project: &Project,
    target: Target,
) -> Result<(Vec<File>, Event), Error> {
    let gone = |what: &str| Error::NotFound(format!("there is no {what} in '{}'", project.display_name));
    match target {
        Target::File(name) => {
            // PostgreSQL keeps no such character in a text.
            let name = name.replace('\0', "");
            let found = tx.file_by_name(channel.id, &name).await?;
            let file = found.filter(|file| file.project == project.id && file.deleted_at.is_none());
            Ok((
                vec![file.ok_or_else(|| gone(&format!("file '{name}'")))?],
                Event::FileDeleted { file: name },
            ))
        }
        Target::Release(version) => {
            let version = canonical(channel.format, &version);
            let missing = || gone(&format!("version {version}"));
            let release = tx.release_by_version(project.id, &version).await?.ok_or_else(missing)?;
            let files = tx.files_of_release(release.id).await?;
            if files.is_empty() {
                return Err(missing());
            }
            // Whatever comes under this version later begins anew.
            tx.set_yank(release.id, None).await?;
            let count = files.len();
            Ok((files, ProjectEvent::ReleaseDeleted { version, files: count }.into()))
        }
        Target::Project => {
            let files = tx.files_of_project(project.id).await?;
            let (name, count) = (project.display_name.clone(), files.len());
            Ok((files, ProjectEvent::ProjectDeleted { name, files: count }.into()))
        }
    }
}

/// The subdirs in which the files stand.
async fn subdirs_of(tx: &mut Tx, channel: &Channel, files: &[File]) -> Result<Vec<SubdirRow>, Error> {
    if channel.format != ChannelFormat::Conda {
        return Ok(Vec::new());
    }
    let names: BTreeSet<&str> =
        files.iter().filter_map(|file| file.name.split_once('/')).map(|(subdir, _)| subdir).collect();
    let mut subdirs = Vec::new();
    for name in names {
        let missing = || Error::internal(format!("the subdir {name} is missing"));
        subdirs.push(tx.subdir_by_name(channel.id, name).await?.ok_or_else(missing)?);
    }
    Ok(subdirs)
}

/// Ends every right in the project, and all that was asked and cut off there. The row stays, and its name stays taken.
async fn end_project(tx: &mut Tx, project: &Project, now: Timestamp) -> Result<(), Error> {
    tx.set_project_deleted(project.id, Some(now)).await?;
    tx.remove_project_members(project.id).await?;
    tx.delete_role_invitations_to(project.id).await?;
    tx.delete_token_scopes_of(project.id).await?;
    tx.delete_token_cuts_of(project.id).await?;
    tx.set_project_switches(project.id, Switches::default()).await?;
    tx.announce(Change::Access);
    Ok(())
}

/// Lets an administrator of the channel begin a deleted project anew, without anything that it had. One that was deleted
/// in quarantine does not come back: the files that lock files name would come with it.
pub(crate) async fn revive(tx: &mut Tx, project: &Project) -> Result<(), Error> {
    if project.lifecycle.status.withholds_files() {
        return Err(Error::Conflict(format!(
            "the project '{}' was deleted while it was in quarantine: choose another name",
            project.display_name
        )));
    }
    tx.set_project_deleted(project.id, None).await?;
    tx.set_lifecycle(project.id, &bonded_model::Lifecycle::default()).await?;
    tx.announce(Change::Project { channel: project.channel, project: project.id });
    tx.announce(Change::Access);
    Ok(())
}
