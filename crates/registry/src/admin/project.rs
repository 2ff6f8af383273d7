//! What is done to files and releases after they were published.

use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event};
use bonded_model::file::File;
use bonded_model::ids::ProjectId;
use bonded_model::project::{Project, ProjectRules, Yank as Yanked};
use bonded_model::python::ProjectName;
use bonded_model::{Channel, ChannelFormat};
use bonded_store::{Change, Queries, Tx};

use crate::access::{Delete, Permit, Yank};
use crate::jobs::JobKind;
use crate::{Error, Registry};

impl Registry {
    /// The project of this name, in any spelling that means it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn project_named(&self, channel: &Channel, name: &str) -> Result<Project, Error> {
        let missing = || Error::NotFound(format!("there is no project '{name}' in '{}'", channel.name));
        let name = match channel.format {
            ChannelFormat::Python => {
                name.parse::<ProjectName>().map_err(|_| missing())?.normalized().to_owned()
            }
            ChannelFormat::Conda => name.to_owned(),
        };
        self.store.read().await?.project_by_name(channel.id, &name).await?.ok_or_else(missing)
    }

    /// The file by the file's name in its channel (for conda `{subdir}/{file name}`).
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such file, or it was deleted.
    pub async fn file_named(&self, channel: &Channel, name: &str) -> Result<File, Error> {
        let found = self.store.read().await?.file_by_name(channel.id, name).await?;
        found
            .filter(|file| file.deleted_at.is_none())
            .ok_or_else(|| Error::NotFound(format!("there is no file '{name}' in '{}'", channel.name)))
    }

    /// What decides about changes of a project.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn project_rules(&self, id: ProjectId) -> Result<ProjectRules, Error> {
        let found = self.store.read().await?.project(id).await?;
        found.map(|project| project.rules()).ok_or_else(|| Error::NotFound("there is no such project".into()))
    }

    /// Takes a file out of the index for good. Its name never comes back. The bytes of a conda package can still be
    /// downloaded, because lock files name them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone already.
    pub async fn delete_file(&self, permit: Permit<Delete>, origin: Origin, file: File) -> Result<(), Error> {
        let now = self.clock.now();
        let event = Event::FileDeleted { file: file.name.clone() };
        let entry = AuditEntry::new(now, permit.actor(), &origin, event);
        let registry = self.clone();
        let subdir = self
            .store
            .write(move |tx| {
                Box::pin(async move {
                    if !tx.delete_file(file.id, now).await? {
                        return Err(Error::NotFound("the file is deleted already".into()));
                    }
                    tx.bump_serial(file.project).await?;
                    tx.audit(entry.in_channel(file.channel).of_project(file.project)).await?;
                    tx.announce(Change::Project { channel: file.channel, project: file.project });
                    tx.announce(Change::Channel(file.channel));
                    match permit.action().channel.format {
                        ChannelFormat::Python => Ok(None),
                        ChannelFormat::Conda => registry.mark_changed(tx, &file).await,
                    }
                })
            })
            .await?;
        if let Some(subdir) = subdir {
            self.publish_shards(subdir).await?;
        }
        Ok(())
    }

    async fn mark_changed(
        &self,
        tx: &mut Tx,
        file: &File,
    ) -> Result<Option<bonded_model::ids::SubdirId>, Error> {
        let missing = || Error::internal(format!("the conda file {} has no subdir", file.id));
        let subdir_name = file.name.split('/').next().unwrap_or_default();
        let subdir = tx.subdir_by_name(file.channel, subdir_name).await?.ok_or_else(missing)?;
        let project = tx.project(file.project).await?.ok_or_else(missing)?;
        tx.change_shard(subdir.id, &project.name).await?;
        self.schedule_publication(tx, &subdir, &JobKind::PUBLICATION).await?;
        Ok(Some(subdir.id))
    }

    /// Yanks a release (PEP 592), or takes that back with `None`.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown version.
    pub async fn set_yank(
        &self,
        permit: Permit<Yank>,
        origin: Origin,
        version: &str,
        reason: Option<String>,
    ) -> Result<(), Error> {
        let (now, version) = (self.clock.now(), canonical(version));
        let (channel, project) = (permit.action().channel.id, permit.action().project.id);
        let yank = reason.map(|reason| Yanked { at: now, reason });
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    let release = release(tx, project, &version).await?;
                    tx.set_yank(release, yank.as_ref()).await?;
                    tx.bump_serial(project).await?;
                    let event = match yank {
                        Some(yank) => Event::ReleaseYanked { version, reason: yank.reason },
                        None => Event::ReleaseUnyanked { version },
                    };
                    let entry = AuditEntry::new(now, permit.actor(), &origin, event);
                    tx.audit(entry.in_channel(channel).of_project(project)).await?;
                    tx.announce(Change::Project { channel, project });
                    Ok(())
                })
            })
            .await
    }
}

/// The version in the form in which releases are kept, where it has one.
fn canonical(version: &str) -> String {
    version
        .parse::<bonded_model::python::Version>()
        .map_or_else(|_| version.to_owned(), |version| version.canonical())
}

async fn release(
    queries: &mut Queries,
    project: bonded_model::ids::ProjectId,
    version: &str,
) -> Result<bonded_model::ids::ReleaseId, Error> {
    let found = queries.release_by_version(project, version).await?;
    found.map(|release| release.id).ok_or_else(|| Error::NotFound(format!("there is no version {version}")))
}
