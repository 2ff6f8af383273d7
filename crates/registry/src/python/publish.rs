//! Publishing a distribution.

use bonded_attestations::Subject;
use bonded_blobs::{BlobKind, Content, Staged};
use bonded_formats::Limits;
use bonded_formats::python::{self as format, PythonDistribution};
use bonded_model::Actor;
use bonded_model::actor::Origin;
use bonded_model::file::{PythonFile, PythonFileKind, Stored};
use bonded_model::python::{DistributionFilename, ProjectName};
use bonded_model::{ChannelFormat, Sha256};
use bytes::Bytes;

use super::UploadForm;
use crate::access::{Epoch, Permit, Publish};
use crate::provenance::Attested;
use crate::publishing::{Commit, Outcome, already_exists, check_taken, inspect};
use crate::{Error, Registry};

impl Registry {
    /// Decides whether the actor, authenticated after this `epoch`, may publish to the project of this name, which may not
    /// exist yet.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn permit_python_upload(
        &self,
        (actor, epoch): (&Actor, Epoch),
        channel: &str,
        project: &ProjectName,
    ) -> Result<Permit<Publish>, Error> {
        let channel = self.access.channel(actor, channel, ChannelFormat::Python).await?;
        self.permit_upload((actor, epoch), channel, project.normalized(), project.as_given()).await
    }

    /// Publishes a distribution whose bytes have arrived. When this returns, it is in the index.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a file that breaks a rule or does not fit the form, [`Error::WrongDigest`],
    /// [`Error::Conflict`] for a taken name, and [`Error::Denied`] when rights changed meanwhile.
    pub async fn publish_python(
        &self,
        permit: Permit<Publish>,
        origin: Origin,
        form: UploadForm,
        filename: DistributionFilename,
        staged: Staged,
    ) -> Result<Outcome, Error> {
        form.check_filename(&filename)?;
        let digests = *staged.digests();
        form.announced()?.check(&digests)?;
        let channel = permit.action().channel.id;
        let mut reader = self.store.read().await?;
        if let Some(outcome) = check_taken(&mut reader, channel, filename.as_str(), &digests.sha256).await? {
            return Ok(outcome);
        }
        drop(reader);
        let attested = self.attested_file(&permit, &form, &filename, digests.sha256).await?;
        let distribution = self.inspect_python(&staged, &filename, form).await?;
        let metadata_file = self.store_python(&filename, &distribution, staged).await?;
        let python = PythonFile {
            kind: match filename {
                DistributionFilename::Wheel(_) => PythonFileKind::Wheel,
                DistributionFilename::Sdist(_) => PythonFileKind::Sdist,
            },
            python_tag: filename.python_version().to_owned(),
            requires_python: distribution.metadata.requires_python.clone(),
            metadata: metadata_file,
        };
        let commit = Commit {
            registry: self.clone(),
            permit,
            origin,
            project: filename.name().normalized().to_owned(),
            display_name: distribution.metadata.name.as_given().to_owned(),
            version: filename.version().canonical(),
            metadata: serde_json::to_string(&distribution.metadata).map_err(Error::internal)?,
            filename: filename.as_str().to_owned(),
            digests,
            attested,
        };
        self.store.write(move |tx| Box::pin(async move { commit.python(tx, &python).await })).await
    }

    /// The attestations that the form brings, verified.
    async fn attested_file(
        &self,
        permit: &Permit<Publish>,
        form: &UploadForm,
        filename: &DistributionFilename,
        sha256: Sha256,
    ) -> Result<Vec<Attested>, Error> {
        let Some(field) = form.get("attestations") else { return Ok(Vec::new()) };
        let file = Subject { name: filename.as_str().to_owned(), sha256 };
        self.attest_python(permit.actor(), field, file).await
    }

    async fn inspect_python(
        &self,
        staged: &Staged,
        filename: &DistributionFilename,
        form: UploadForm,
    ) -> Result<PythonDistribution, Error> {
        let filename = filename.clone();
        inspect(staged, move |reader| {
            let distribution = format::inspect(reader, &filename, &Limits::default())?;
            format::agrees_with_form(&distribution.metadata, form.fields())?;
            Ok(distribution)
        })
        .await
    }

    /// Makes the bytes durable: the file and, for a wheel, its metadata as a file of its own.
    async fn store_python(
        &self,
        filename: &DistributionFilename,
        distribution: &PythonDistribution,
        staged: Staged,
    ) -> Result<Option<Stored>, Error> {
        let mut contents: Vec<(BlobKind, Content)> = vec![(BlobKind::File, staged.into())];
        let mut metadata = None;
        if matches!(filename, DistributionFilename::Wheel(_)) {
            let bytes = Bytes::from(distribution.raw_metadata.clone());
            metadata = Some(Stored { sha256: Sha256::of(&bytes), size: bytes.len() as u64 });
            contents.push((BlobKind::File, bytes.into()));
        }
        self.blobs.store_all(contents).await.map_err(Error::internal)?;
        Ok(metadata)
    }
}

impl Commit {
    async fn python(&self, tx: &mut bonded_store::Tx, python: &PythonFile) -> Result<Outcome, Error> {
        let Some(place) = self.begin(tx).await? else { return Ok(Outcome::AlreadyThere) };
        if !tx.insert_python_file(&place.file, python).await? {
            return Err(already_exists(&self.filename, &self.digests.sha256));
        }
        self.finish(tx, place).await?;
        Ok(Outcome::Published)
    }
}
