//! Publishing a conda package.

use std::ops::Deref;
use std::sync::Arc;

use bonded_attestations::Subject;
use bonded_blobs::{BlobKind, Staged};
use bonded_formats::Limits;
use bonded_formats::conda::{self as format, CondaArchive};
use bonded_indexes::conda::{attested as record_attested, record, run_exports, withdrawn};
use bonded_model::actor::Origin;
use bonded_model::conda::ArchiveFilename;
use bonded_model::conda_index::{KeptRecord, NewSubdir};
use bonded_model::file::CondaFile;
use bonded_model::ids::{ChannelId, SubdirId};
use bonded_model::trust::Signing;
use bonded_model::{Digests, Sha256, Timestamp};
use bonded_store::Tx;
use serde_json::json;

use super::CondaUpload;
use super::late::Late;
use crate::access::{Permit, Publish};
use crate::jobs::JobKind;
use crate::provenance::{Attested, check_signing};
use crate::publishing::{Commit, Outcome, already_exists, check_taken, inspect};
use crate::trust::{RecordSignature, UploadSignatures, new_published_text};
use crate::{Error, Registry};

/// How often a record is signed anew because keys or settings change.
const TRIES: usize = 5;

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
        let taken = check_taken(&mut reader, channel, &name, &digests.sha256).await?;
        drop(reader);
        let CondaUpload { target, signature, attestation, permit, .. } = upload;
        if let (Some(_), Some(body)) = (taken, &attestation) {
            let (subdir, file) = (archive.subdir.to_string(), target.filename.to_string());
            return self.attest_package(permit, origin, &subdir, &file, body).await;
        }
        if let (Some(outcome), None) = (taken, &signature) {
            return Ok(outcome);
        }
        let attested = self.attested_package(&permit, attestation, &target.filename, &digests).await?;
        let sidecar = attested.last().map(|last| last.set_sha256);
        let incoming =
            Incoming { channel, filename: target.filename, archive, digests, signature, sidecar, now };
        let package = self.package(&incoming).await?;
        if let Some(outcome) = taken {
            self.add_signatures(Late { permit, origin, name, now, package }).await?;
            return Ok(outcome);
        }
        self.blobs.store(BlobKind::File, staged).await.map_err(Error::internal)?;
        let commit = Commit {
            registry: self.clone(),
            permit,
            origin,
            project: package.name.clone(),
            display_name: package.name.clone(),
            version: incoming.filename.version().as_str().to_owned(),
            metadata: package.summary.clone(),
            filename: name,
            digests,
            attested,
        };
        let Some(subdir) = self.commit_signed(&incoming, commit, package).await? else {
            return Ok(Outcome::AlreadyThere);
        };
        self.publish_changed(&[subdir]).await;
        Ok(Outcome::Published)
    }

    /// The attestation that comes with an upload, verified.
    async fn attested_package(
        &self,
        permit: &Permit<Publish>,
        attestation: Option<String>,
        filename: &ArchiveFilename,
        digests: &Digests,
    ) -> Result<Vec<Attested>, Error> {
        let Some(body) = attestation else { return Ok(Vec::new()) };
        let subject = Subject { name: filename.to_string(), sha256: digests.sha256 };
        let channel = permit.action().channel.name.as_str();
        Ok(vec![self.attest_conda(permit.actor(), &body, subject, channel).await?])
    }

    /// The rows of an upload, with the signatures of its record.
    async fn package(&self, incoming: &Incoming) -> Result<Package, Error> {
        let found = self.store.read().await?.channel(incoming.channel).await?;
        let signing = found.map_or(Signing::Off, |channel| channel.signing);
        if incoming.sidecar.is_some() {
            check_signing(Some(signing))?;
        }
        let rows = Rows::new(incoming, signing)?;
        let text = new_published_text(&rows.filename, &rows.record, &rows.run_exports)?;
        let sent = incoming.signature.as_ref();
        let signatures = self.sign_upload(incoming.channel, signing, &text, sent).await?;
        Ok(Package { rows, signatures })
    }

    /// Commits a package; once more with new signatures whenever keys or settings changed since they were made. `None`
    /// when the same bytes were there already.
    async fn commit_signed(
        &self,
        incoming: &Incoming,
        commit: Commit,
        package: Package,
    ) -> Result<Option<SubdirId>, Error> {
        let commit = Arc::new(commit);
        let mut package = Arc::new(package);
        for _ in 0..TRIES {
            let (commit, signed) = (Arc::clone(&commit), Arc::clone(&package));
            let write = self.store.write(move |tx| Box::pin(async move { commit.conda(tx, &signed).await }));
            match write.await? {
                Committed::New(subdir) => return Ok(Some(subdir)),
                Committed::AlreadyThere => return Ok(None),
                Committed::OtherKeys => {
                    self.trusting.forget();
                    package = Arc::new(self.package(incoming).await?);
                }
            }
        }
        Err(Error::Unavailable)
    }
}

/// What arrived, as far as its rows are made from it.
pub(super) struct Incoming {
    pub(super) channel: ChannelId,
    pub(super) filename: ArchiveFilename,
    pub(super) archive: CondaArchive,
    pub(super) digests: Digests,
    pub(super) signature: Option<RecordSignature>,
    /// The digest of its attestations.
    pub(super) sidecar: Option<Sha256>,
    pub(super) now: Timestamp,
}

/// A package with its signatures, ready to be written.
pub(super) struct Package {
    rows: Rows,
    pub(super) signatures: UploadSignatures,
}

impl Deref for Package {
    type Target = Rows;

    fn deref(&self) -> &Rows {
        &self.rows
    }
}

/// How a commit ended.
enum Committed {
    New(SubdirId),
    AlreadyThere,
    /// Keys or settings changed since the record was signed. Nothing was written.
    OtherKeys,
}

/// The rows of a package, ready to be written.
pub(super) struct Rows {
    pub(super) name: String,
    pub(super) subdir: String,
    filename: String,
    build: String,
    build_number: i64,
    record: String,
    run_exports: String,
    /// What `channeldata.json` says of the release, as JSON.
    summary: String,
}

impl Rows {
    pub(super) fn new(incoming: &Incoming, signing: Signing) -> Result<Self, Error> {
        let invalid = |error: bonded_indexes::conda::InvalidRecord| Error::Invalid(error.to_string());
        let Incoming { filename, archive, digests, sidecar, now, .. } = incoming;
        let summary = json!({
            "about": archive.about,
            "license": archive.index.get("license"),
            "link_scripts": archive.link_scripts,
            "timestamp": archive.index.get("timestamp"),
        });
        // What a publisher signs is made before the server has seen the archive.
        let indexed_at = (signing != Signing::Publisher).then_some(*now);
        let mut record = record(&archive.index, digests, indexed_at).map_err(invalid)?;
        if let Some(sidecar) = sidecar {
            record = record_attested(&record, sidecar).map_err(invalid)?;
        }
        Ok(Self {
            name: filename.name().as_str().to_owned(),
            subdir: archive.subdir.to_string(),
            filename: filename.to_string(),
            build: filename.build().as_str().to_owned(),
            build_number: i64::try_from(archive.build_number).unwrap_or(i64::MAX),
            record,
            run_exports: run_exports(archive.run_exports.as_ref()).map_err(invalid)?,
            summary: summary.to_string(),
        })
    }

    /// The package in its subdir.
    pub(super) fn file(&self, subdir: SubdirId) -> CondaFile {
        CondaFile {
            subdir,
            package: self.name.clone(),
            filename: self.filename.clone(),
            build: self.build.clone(),
            build_number: self.build_number,
            record: self.record.clone(),
            run_exports: Some(self.run_exports.clone()),
        }
    }
}

impl Commit {
    /// Writes the package with its signatures.
    async fn conda(&self, tx: &mut Tx, package: &Package) -> Result<Committed, Error> {
        let channel = self.permit.action().channel.id;
        if !package.signatures.still_fit(tx, channel).await? {
            return Ok(Committed::OtherKeys);
        }
        let Some(place) = self.begin(tx).await? else { return Ok(Committed::AlreadyThere) };
        let (now, random) = (place.file.uploaded_at, &self.registry.random);
        let new = NewSubdir {
            id: SubdirId::generate(now, random),
            channel,
            name: package.subdir.clone(),
            shown: package.signatures.signing,
            package_key: package.signatures.package_key(tx).await?,
            created_at: now,
        };
        let subdir = tx.ensure_subdir(&new).await?;
        let file = package.file(subdir.id);
        if !tx.insert_conda_file(&place.file, &file).await? {
            return Err(already_exists(&self.filename, &self.digests.sha256));
        }
        package.signatures.write(tx, place.file.id, now).await?;
        if place.yanked {
            let withdrawn = withdrawn(&file.record).map_err(Error::internal)?;
            let kept = KeptRecord {
                file: place.file.id,
                subdir: subdir.id,
                package: file.package.clone(),
                record: file.record.clone(),
                original: None,
            };
            self.registry.change_record(tx, &kept, &withdrawn, Some(&file.record)).await?;
        }
        tx.change_shard(subdir.id, &file.package).await?;
        self.registry.schedule_publication(tx, &subdir, &JobKind::PUBLICATION).await?;
        self.finish(tx, place).await?;
        Ok(Committed::New(subdir.id))
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
