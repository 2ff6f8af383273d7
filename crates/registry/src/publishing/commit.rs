//! The write transaction of an upload, as far as both formats share it.

use std::sync::Arc;

use bonded_model::actor::Origin;
use bonded_model::audit::{AuditEntry, Event, PublisherEvent};
use bonded_model::file::File;
use bonded_model::ids::{FileId, ProjectId, ReleaseId};
use bonded_model::project::{Project, Release};
use bonded_model::user::ProjectRole;
use bonded_model::{Actor, Channel, Digests, Lifecycle, Sha256, Switches, Timestamp};
use bonded_store::{Change, Queries, Tx};

use super::{Outcome, already_exists, name_is_burnt};
use crate::access::{Action, Denial, Epoch, Permit, Publish, present, present_channel};
use crate::projects::revive;
use crate::provenance::{Arrived, Attested, keep};
use crate::publishers::{Made, check_reserved, project_created};
use crate::{Error, Registry};

/// Everything that is known about a file before it is committed.
pub(crate) struct Commit {
    pub(crate) registry: Registry,
    pub(crate) permit: Permit<Publish>,
    pub(crate) origin: Origin,
    /// The name under which the project is found.
    pub(crate) project: String,
    /// The name as its publisher spells it.
    pub(crate) display_name: String,
    /// The canonical version.
    pub(crate) version: String,
    /// Core metadata as JSON; kept when the release is new.
    pub(crate) metadata: String,
    /// The file's name, unique in the channel.
    pub(crate) filename: String,
    pub(crate) digests: Digests,
    /// What was attested of it, and verified.
    pub(crate) attested: Vec<Attested>,
}

/// Where the file goes, as the transaction found or made it.
pub(crate) struct Place {
    pub(crate) file: File,
    /// Whether the project came into being with this file.
    pub(crate) new_project: bool,
    /// Whether the release that it goes to is yanked.
    pub(crate) yanked: bool,
    actor: Actor,
    now: Timestamp,
}

impl Commit {
    /// Decides once more, now that nothing can change any more, and finds or makes project and release. `None`: the
    /// same bytes are there already.
    pub(crate) async fn begin(&self, tx: &mut Tx) -> Result<Option<Place>, Error> {
        let now = self.registry.clock.now();
        let channel = self.permit.action().channel.id;
        let found = tx.project_by_name(channel, &self.project).await?;
        let appeared = found.is_some() && self.permit.action().project.is_none();
        let actor = self.present_actor(tx, appeared).await?;
        let action = Publish {
            channel: self.present_channel(tx).await?,
            project: found.as_ref().map(Project::rules),
            ..self.permit.action().clone()
        };
        action.decide(&actor, now)?;
        if check_taken(tx, channel, &self.filename, &self.digests.sha256).await?
            == Some(Outcome::AlreadyThere)
        {
            return Ok(None);
        }
        let new_project = found.as_ref().is_none_or(|project| project.deleted_at.is_some());
        if new_project {
            let maker = actor.principal().map(|principal| principal.user.id);
            check_reserved(tx, channel, &self.project, maker).await?;
        }
        let project = match found {
            Some(project) if new_project => self.begin_anew(tx, &project, &actor, now).await?,
            Some(project) => project.id,
            None => self.create_project(tx, &actor, now).await?,
        };
        let (release, yanked) = self.release(tx, project, now).await?;
        let file = File {
            id: FileId::generate(now, &self.registry.random),
            channel,
            project,
            release,
            name: self.filename.clone(),
            digests: self.digests,
            uploaded_at: now,
            uploaded_by: actor.principal().map(|principal| principal.user.id),
            token: actor.token().map(|token| token.id),
            deleted_at: None,
        };
        Ok(Some(Place { file, new_project, yanked, actor, now }))
    }

    /// Writes what belongs to every new file: the project's serial, the audit event, the news for caches.
    pub(crate) async fn finish(&self, tx: &mut Tx, place: Place) -> Result<(), Error> {
        let file = &place.file;
        tx.bump_serial(file.project).await?;
        keep(tx, file, &place.actor, &self.attested, &self.registry.random).await?;
        let event = Event::FilePublished {
            file: self.filename.clone(),
            version: self.version.clone(),
            sha256: self.digests.sha256,
            size: self.digests.size,
        };
        let entry = AuditEntry::new(place.now, &place.actor, &self.origin, event);
        tx.audit(entry.in_channel(file.channel).of_project(file.project)).await?;
        if !self.attested.is_empty() {
            let predicates = self.attested.iter().map(|one| one.predicate.to_owned()).collect();
            let event = PublisherEvent::FileAttested { file: self.filename.clone(), predicates };
            let entry = AuditEntry::new(place.now, &place.actor, &self.origin, event);
            tx.audit(entry.in_channel(file.channel).of_project(file.project)).await?;
        }
        let arrived = Arrived {
            file,
            channel: &self.permit.action().channel,
            project: &self.display_name,
            actor: &place.actor,
            at: place.now,
        };
        self.registry.warn_of_source(tx, &arrived).await?;
        tx.announce(Change::Project { channel: file.channel, project: file.project });
        // The channel may list one project more: a new one, or one whose files had all been deleted.
        tx.announce(Change::Channel(file.channel));
        if place.new_project {
            // Its owner's rights changed.
            tx.announce(Change::Access);
        }
        Ok(())
    }

    /// The actor with the rights of this very moment, in case they changed while the upload was on its way. Where the
    /// project `appeared` meanwhile, perhaps by another upload of the same actor in this very group of transactions,
    /// the role in it is in no cache yet.
    async fn present_actor(&self, tx: &mut Tx, appeared: bool) -> Result<Actor, Error> {
        if !appeared && self.registry.access.still_valid(&self.permit) {
            return Ok(self.permit.actor().clone());
        }
        present(tx, self.permit.actor()).await
    }

    /// The channel with what it asks at this very moment.
    async fn present_channel(&self, tx: &mut Tx) -> Result<Arc<Channel>, Error> {
        let channel = &self.permit.action().channel;
        if self.registry.access.still_valid(&self.permit) {
            return Ok(Arc::clone(channel));
        }
        present_channel(tx, channel.id).await
    }

    async fn create_project(&self, tx: &mut Tx, actor: &Actor, now: Timestamp) -> Result<ProjectId, Error> {
        let project = Project {
            id: ProjectId::generate(now, &self.registry.random),
            channel: self.permit.action().channel.id,
            name: self.project.clone(),
            display_name: self.display_name.clone(),
            serial: 0,
            created_at: now,
            lifecycle: Lifecycle::default(),
            deleted_at: None,
            switches: Switches::default(),
        };
        tx.insert_project(&project).await?;
        self.give(tx, &project, actor, now).await
    }

    /// Begins a project anew that was deleted.
    async fn begin_anew(
        &self,
        tx: &mut Tx,
        project: &Project,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<ProjectId, Error> {
        revive(tx, project).await?;
        self.give(tx, project, actor, now).await
    }

    /// The project belongs to whoever made it.
    async fn give(
        &self,
        tx: &mut Tx,
        project: &Project,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<ProjectId, Error> {
        if let Some(principal) = actor.principal() {
            tx.put_project_role(project.id, principal.user.id, ProjectRole::Owner).await?;
        }
        let event = Event::ProjectCreated { name: self.display_name.clone() };
        let entry = AuditEntry::new(now, actor, &self.origin, event);
        tx.audit(entry.in_channel(project.channel).of_project(project.id)).await?;
        let owner = actor.principal().map(|principal| principal.user.id);
        let made = Made { project, owner, actor, origin: &self.origin, at: now };
        project_created(tx, &self.registry, &made).await?;
        Ok(project.id)
    }

    /// The release, and whether it is yanked. One whose files were all deleted begins anew with what this file says.
    async fn release(
        &self,
        tx: &mut Tx,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<(ReleaseId, bool), Error> {
        if let Some(release) = tx.release_by_version(project, &self.version).await? {
            let renewed = tx.renew_release(release.id, &self.metadata, now).await?;
            return Ok((release.id, release.yanked.is_some() && !renewed));
        }
        let release = Release {
            id: ReleaseId::generate(now, &self.registry.random),
            project,
            version: self.version.clone(),
            metadata: self.metadata.clone(),
            created_at: now,
            yanked: None,
        };
        tx.insert_release(&release).await?;
        Ok((release.id, false))
    }
}

impl Registry {
    /// Permits an upload to the project of this normalized name, whether it exists or not, with the rights of `epoch`.
    /// Before the answer is no, the database is asked once more: the actor was read before the project, which another
    /// upload of the same actor may have created in between. It is asked where there is no project too, so that the time
    /// that the answer takes does not tell whether there is one.
    pub(crate) async fn permit_upload(
        &self,
        (actor, epoch): (&Actor, Epoch),
        channel: Arc<Channel>,
        project: &str,
        display_name: &str,
    ) -> Result<Permit<Publish>, Error> {
        let mut reader = self.store.read().await?;
        let found = reader.project_by_name(channel.id, project).await?;
        let action = Publish {
            channel,
            name: display_name.to_owned(),
            normalized: project.to_owned(),
            project: found.as_ref().map(Project::rules),
        };
        match self.access.permit_since(actor, epoch, action.clone()) {
            Err(Denial::Forbidden(_)) => {
                let epoch = self.access.epoch();
                let actor = present(&mut reader, actor).await?;
                Ok(self.access.permit_since(&actor, epoch, action)?)
            }
            decided => Ok(decided?),
        }
    }
}

/// Whether the name is free (`None`), or holds the same bytes already.
///
/// # Errors
/// [`Error::Conflict`] when it holds other bytes, or was deleted once: then it never comes back.
pub(crate) async fn check_taken(
    queries: &mut Queries,
    channel: bonded_model::ids::ChannelId,
    name: &str,
    sha256: &Sha256,
) -> Result<Option<Outcome>, Error> {
    match queries.file_by_name(channel, name).await? {
        None => Ok(None),
        Some(file) if file.deleted_at.is_some() => Err(name_is_burnt()),
        Some(file) if file.digests.sha256 == *sha256 => Ok(Some(Outcome::AlreadyThere)),
        Some(file) => Err(already_exists(name, &file.digests.sha256)),
    }
}
