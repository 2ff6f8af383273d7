//! Publishing a conda package.

use bonded_blobs::{BlobKind, Staged};
use bonded_formats::Limits;
use bonded_formats::conda::{self as format, CondaArchive};
use bonded_indexes::conda::{record, run_exports, withdrawn};
use bonded_model::actor::Origin;
use bonded_model::conda_index::NewSubdir;
use bonded_model::file::CondaFile;
use bonded_model::ids::SubdirId;
use bonded_model::{Digests, Timestamp};
use bonded_store::Tx;
use serde_json::json;

use super::CondaUpload;
use crate::jobs::JobKind;
use crate::publishing::{Commit, Outcome, already_exists, check_taken, inspect};
use crate::{Error, Registry};

impl Registry {
    /// Publishes a package whose bytes have arrived. When this returns, its shard is in the index; the full repodata
    /// follows.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an archive that breaks a rule, [`Error::WrongDigest`], [`Error::Conflict`] for a taken
    /// name, and [`Error::Denied`] when rights changed meanwhile.
    pub async fn publish_conda(
        &self,
        upload: CondaUpload,
        origin: Origin,
        staged: Staged,
    ) -> Result<Outcome, Error> {
        let digests = *staged.digests();
        upload.announced.check(&digests)?;
        let (filename, now) = (upload.target.filename.clone(), self.clock.now());
        let archive =
            inspect(&staged, move |reader| format::inspect(reader, &filename, &Limits::default(), now))
                .await?;
        check_subdir(&upload, &archive)?;
        let channel = upload.permit.action().channel.id;
        let name = format!("{}/{}", archive.subdir, upload.target.filename);
        let mut reader = self.store.read().await?;
        if let Some(outcome) = check_taken(&mut reader, channel, &name, &digests.sha256).await? {
            return Ok(outcome);
        }
        drop(reader);
        let package = Package::new(&upload, &archive, &digests, now)?;
        self.blobs.store(BlobKind::File, staged).await.map_err(Error::internal)?;
        let commit = Commit {
            registry: self.clone(),
            permit: upload.permit,
            origin,
            project: package.name.clone(),
            display_name: package.name.clone(),
            version: upload.target.filename.version().as_str().to_owned(),
            metadata: package.summary.clone(),
            filename: name,
            digests,
        };
        let committed =
            self.store.write(move |tx| Box::pin(async move { commit.conda(tx, package).await })).await?;
        let Some(subdir) = committed else { return Ok(Outcome::AlreadyThere) };
        if let Err(error) = self.publish_shards(subdir).await {
            // The package is committed, and the job that was committed with it publishes it later.
            tracing::warn!(%error, %subdir, "the shard could not be published at once");
        }
        Ok(Outcome::Published)
    }
}

/// The rows of a package, ready to be written.
struct Package {
    name: String,
    subdir: String,
    filename: String,
    build: String,
    build_number: i64,
    record: String,
    run_exports: String,
    /// What `channeldata.json` says of the release, as JSON.
    summary: String,
}

impl Package {
    fn new(
        upload: &CondaUpload,
        archive: &CondaArchive,
        digests: &Digests,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let invalid = |error: bonded_indexes::conda::InvalidRecord| Error::Invalid(error.to_string());
        let filename = &upload.target.filename;
        let summary = json!({
            "about": archive.about,
            "license": archive.index.get("license"),
            "link_scripts": archive.link_scripts,
            "timestamp": archive.index.get("timestamp"),
        });
        Ok(Self {
            name: filename.name().as_str().to_owned(),
            subdir: archive.subdir.to_string(),
            filename: filename.to_string(),
            build: filename.build().as_str().to_owned(),
            build_number: i64::try_from(archive.build_number).unwrap_or(i64::MAX),
            record: record(&archive.index, digests, now).map_err(invalid)?,
            run_exports: run_exports(archive.run_exports.as_ref()).map_err(invalid)?,
            summary: summary.to_string(),
        })
    }
}

impl Commit {
    /// Writes the package; the id of its subdir, or `None` when the same bytes were there already.
    async fn conda(&self, tx: &mut Tx, package: Package) -> Result<Option<SubdirId>, Error> {
        let Some(place) = self.begin(tx).await? else { return Ok(None) };
        let (now, random) = (place.file.uploaded_at, &self.registry.random);
        let new = NewSubdir {
            id: SubdirId::generate(now, random),
            channel: place.file.channel,
            name: package.subdir,
            created_at: now,
        };
        let subdir = tx.ensure_subdir(&new).await?;
        let file = CondaFile {
            subdir: subdir.id,
            package: package.name,
            filename: package.filename,
            build: package.build,
            build_number: package.build_number,
            record: package.record,
            run_exports: Some(package.run_exports),
        };
        if !tx.insert_conda_file(&place.file, &file).await? {
            return Err(already_exists(&self.filename, &self.digests.sha256));
        }
        if place.yanked {
            let withdrawn = withdrawn(&file.record).map_err(Error::internal)?;
            tx.set_conda_record(place.file.id, &withdrawn, Some(&file.record)).await?;
        }
        tx.change_shard(subdir.id, &file.package).await?;
        self.registry.schedule_publication(tx, &subdir, &JobKind::PUBLICATION).await?;
        self.finish(tx, place).await?;
        Ok(Some(subdir.id))
    }
}

fn check_subdir(upload: &CondaUpload, archive: &CondaArchive) -> Result<(), Error> {
    match &upload.target.subdir {
        Some(subdir) if *subdir != archive.subdir => Err(Error::Invalid(format!(
            "the upload goes to '{subdir}', but the package says that its subdir is '{}'",
            archive.subdir
        ))),
        _ => Ok(()),
    }
}
