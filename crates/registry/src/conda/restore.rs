//! Making the record of a package anew from its archive, after the one in the database was changed or damaged.

use bonded_blobs::{StageError, Staged, StorageKey};
use bonded_formats::Limits;
use bonded_formats::conda as format;
use bonded_indexes::conda::withdrawn;
use bonded_model::audit::{AuditEntry, TrustEvent};
use bonded_model::conda::ArchiveFilename;
use bonded_model::file::File;
use bonded_model::ids::SubdirId;
use bonded_model::trust::Signing;
use bonded_model::{Channel, ChannelFormat};
use bonded_store::{Change, Tx};
use futures::TryStreamExt;

use super::publish::{Incoming, Rows};
use crate::access::{Operate, Permit};
use crate::jobs::JobKind;
use crate::publishing::inspect;
use crate::{Error, Registry};

/// What a record was made into.
struct Restored {
    subdir: SubdirId,
    is_published: bool,
}

impl Registry {
    /// Makes the record of a package what its archive says, and signs it where the server signs. Whether it is in the index
    /// then: a publisher's signature stays if it is over that very record, and where publishers sign, a package without
    /// one is not published until one of them signs it again.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a file that is not there, or whose archive is not; [`Error::Invalid`] in a Python channel,
    /// and for an archive that is not the one that was uploaded.
    pub async fn restore_record(
        &self,
        permit: &Permit<Operate>,
        channel: &Channel,
        name: &str,
    ) -> Result<bool, Error> {
        if channel.format != ChannelFormat::Conda {
            return Err(Error::Invalid(format!("'{}' is not a conda channel", channel.name)));
        }
        let file = self.file_named(channel, name).await?;
        let incoming = self.incoming_again(&file).await?;
        let event = TrustEvent::RecordRestored { file: file.name.clone() };
        let entry = AuditEntry::new(self.clock.now(), permit.actor(), &self.local_origin(), event);
        let entry = entry.in_channel(file.channel).of_project(file.project);
        let registry = self.clone();
        let write = self.store.write(move |tx| {
            Box::pin(async move {
                let restored = registry.put_record_back(tx, &file, &incoming).await?;
                tx.audit(entry).await?;
                tx.announce(Change::Project { channel: file.channel, project: file.project });
                Ok::<_, Error>(restored)
            })
        });
        let restored = write.await?;
        self.publish_changed(&[restored.subdir]).await;
        Ok(restored.is_published)
    }

    /// What arrived when the file was uploaded.
    async fn incoming_again(&self, file: &File) -> Result<Incoming, Error> {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        let filename: ArchiveFilename = name
            .parse()
            .map_err(|_| Error::Invalid(format!("'{}' is not the name of a package", file.name)))?;
        let staged = self.archive_of(file).await?;
        if *staged.digests() != file.digests {
            return Err(Error::Invalid(format!(
                "the archive of '{}' is not the one that was uploaded",
                file.name
            )));
        }
        let (inspected, now) = (filename.clone(), file.uploaded_at);
        let archive =
            inspect(&staged, move |reader| format::inspect(reader, &inspected, &Limits::default(), now))
                .await?;
        let attestations = self.store.read().await?.attestations_of(file.id).await?;
        Ok(Incoming {
            channel: file.channel,
            filename,
            archive,
            digests: file.digests,
            signature: None,
            sidecar: attestations.last().map(|last| last.set_sha256),
            now,
        })
    }

    async fn archive_of(&self, file: &File) -> Result<Staged, Error> {
        let missing = || Error::NotFound(format!("the archive of '{}' is not in the storage", file.name));
        let read = self.blobs.read(StorageKey::File(file.digests.sha256), None).await;
        let mut read = read.map_err(Error::internal)?.ok_or_else(missing)?;
        let mut staging = self.blobs.stage(file.digests.size);
        while let Some(bytes) = read.try_next().await.map_err(Error::internal)? {
            staging.write(bytes).await.map_err(|error| staged_not(error, file))?;
        }
        staging.finish().await.map_err(|error| staged_not(error, file))
    }

    /// Writes the rows as the upload did.
    async fn put_record_back(
        &self,
        tx: &mut Tx,
        file: &File,
        incoming: &Incoming,
    ) -> Result<Restored, Error> {
        let missing = || Error::NotFound(format!("there is no file '{}' any more", file.name));
        let is_there = tx.file_by_name(file.channel, &file.name).await?;
        if is_there.is_none_or(|found| found.id != file.id || found.deleted_at.is_some()) {
            return Err(missing());
        }
        let signing = tx.channel(file.channel).await?.map_or(Signing::Off, |channel| channel.signing);
        let rows = Rows::new(incoming, signing)?;
        let subdir = tx.subdir_by_name(file.channel, &rows.subdir).await?.ok_or_else(missing)?;
        let conda = rows.file(subdir.id);
        let before = tx.conda_records_of_release(file.release).await?;
        tx.put_conda_file(file.id, &conda).await?;
        let version = incoming.filename.version();
        let release = tx.release_by_version(file.project, version.as_str()).await?;
        let is_published = if release.is_some_and(|release| release.yanked.is_some()) {
            let withdrawn = withdrawn(&conda.record).map_err(Error::internal)?;
            self.replace_record(tx, file, &withdrawn, Some(&conda.record)).await?
        } else {
            self.replace_record(tx, file, &conda.record, None).await?
        };
        // It may have stood under another name.
        for kept in before.iter().filter(|kept| kept.file == file.id) {
            tx.change_shard(kept.subdir, &kept.package).await?;
        }
        tx.change_shard(subdir.id, &conda.package).await?;
        self.schedule_publication(tx, &subdir, &JobKind::PUBLICATION).await?;
        Ok(Restored { subdir: subdir.id, is_published })
    }
}

fn staged_not(error: StageError, file: &File) -> Error {
    match error {
        StageError::TooLarge { .. } => {
            Error::Invalid(format!("the archive of '{}' is not the one that was uploaded", file.name))
        }
        StageError::Io(error) => Error::internal(error),
    }
}
