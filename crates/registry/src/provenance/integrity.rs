//! The provenance object of a Python file (PEP 740): who published it, and the attestations as they came.

use bonded_model::publishing::{Attestation, Provider, Source};
use bonded_model::python::{DistributionFilename, Version};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::access::{Permit, Read};
use crate::python::Page;
use crate::{Error, Registry};

/// The media types under which the object is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IntegrityType {
    /// `application/vnd.pypi.integrity.v1+json`
    Integrity,
    /// `application/json`
    Json,
}

impl IntegrityType {
    /// As a header has it.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Integrity => "application/vnd.pypi.integrity.v1+json",
            Self::Json => "application/json",
        }
    }
}

#[derive(Serialize)]
struct Provenance<'a> {
    version: u8,
    attestation_bundles: Vec<Bundle<'a>>,
}

#[derive(Serialize)]
struct Bundle<'a> {
    publisher: Value,
    attestations: Vec<&'a RawValue>,
}

impl Registry {
    /// What is served under `/integrity/{project}/{version}/{filename}/provenance`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such file, or it has no attestations.
    pub async fn python_provenance(
        &self,
        permit: &Permit<Read>,
        (project, version, filename): (&str, &str, &str),
        form: IntegrityType,
    ) -> Result<Page, Error> {
        let missing = || Error::NotFound(format!("No provenance available for {filename}"));
        let parsed: DistributionFilename = filename.parse().map_err(|_| missing())?;
        let version: Version = version.parse().map_err(|_| missing())?;
        if parsed.name().normalized() != project || *parsed.version() != version {
            return Err(missing());
        }
        let mut reader = self.store.read().await?;
        let channel = permit.action().channel.id;
        let file = reader.file_by_name(channel, filename).await?.ok_or_else(missing)?;
        let project = reader.project(file.project).await?.ok_or_else(missing)?;
        if file.deleted_at.is_some() || project.lifecycle.status.withholds_files() {
            return Err(missing());
        }
        let attestations = reader.attestations_of(file.id).await?;
        if attestations.is_empty() {
            return Err(missing());
        }
        Ok(Page::new(render(&attestations)?, form.header()))
    }
}

/// All attestations of a Python file come with its upload, and so from one publisher.
fn render(attestations: &[Attestation]) -> Result<Vec<u8>, Error> {
    let publisher = attestations.first().map_or(Value::Null, |first| publisher(&first.source));
    let raw = attestations.iter().map(|attestation| serde_json::from_str(&attestation.body));
    let attestations = raw.collect::<Result<_, _>>().map_err(Error::internal)?;
    let object = Provenance { version: 1, attestation_bundles: vec![Bundle { publisher, attestations }] };
    serde_json::to_vec(&object).map_err(Error::internal)
}

/// The publisher in the words of the reference verifier, which knows the providers' own instances. What comes from
/// another instance names its issuer besides.
fn publisher(source: &Source) -> Value {
    let repository = &source.repository;
    let file = source.workflow.as_deref();
    let mut publisher = match source.provider {
        Provider::GitHub => json!({
            "kind": "GitHub",
            "repository": repository,
            "workflow": file.map(|path| path.rsplit('/').next().unwrap_or(path)),
            "environment": source.environment,
        }),
        Provider::GitLab => json!({
            "kind": "GitLab",
            "repository": repository,
            "workflow_filepath": file,
            "environment": source.environment,
        }),
        Provider::Google => json!({"kind": "Google", "email": source.subject}),
        Provider::CircleCi => json!({
            "kind": "CircleCI",
            "project_id": source.repository_id,
            "pipeline_definition_id": file,
        }),
        Provider::ActiveState | Provider::Buildkite | Provider::Forgejo | Provider::Other => {
            json!({"kind": source.provider.as_str(), "subject": source.subject})
        }
    };
    if !is_public(source)
        && let Some(members) = publisher.as_object_mut()
    {
        members.insert("issuer".to_owned(), source.issuer.clone().into());
    }
    publisher
}

fn is_public(source: &Source) -> bool {
    match source.provider {
        Provider::GitHub => source.issuer == "https://token.actions.githubusercontent.com",
        Provider::GitLab => source.issuer == "https://gitlab.com",
        Provider::Google => source.issuer == "https://accounts.google.com",
        Provider::CircleCi => source.issuer.starts_with("https://oidc.circleci.com/"),
        Provider::ActiveState | Provider::Buildkite | Provider::Forgejo | Provider::Other => false,
    }
}
