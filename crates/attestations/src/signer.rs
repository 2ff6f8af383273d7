//! Who must have signed: the identity of the trusted publisher that uploads.

use bonded_model::publishing::{Provider, Source};
use sigstore_verify::{IdentityMatcher, VerificationPolicy};

use crate::{Certificate, Predicate, Refused};

/// An identity, as a certificate would name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// GitHub Actions, on github.com or a server of one's own.
    GitHub {
        /// The issuer's URL.
        issuer: String,
        /// `https://github.com/acme/widgets`
        repository_url: String,
        /// Its id, which nobody gets who takes over the name.
        repository_id: Option<String>,
        /// The path of the workflow's file: `.github/workflows/release.yml`.
        workflow: String,
    },
    /// GitLab CI.
    GitLab {
        /// The issuer's URL, which is the server's.
        issuer: String,
        /// `https://gitlab.com/acme/widgets`
        project_url: String,
        /// Its id.
        project_id: Option<String>,
        /// The path of the CI file: `.gitlab-ci.yml`.
        ci_file: String,
    },
    /// CircleCI.
    CircleCi {
        /// The issuer's URL.
        issuer: String,
        /// The project's id.
        project: String,
        /// The id of the pipeline's definition.
        pipeline_definition: String,
    },
    /// An account with an address, such as a service account of Google Cloud.
    Email {
        /// The issuer's URL.
        issuer: String,
        /// The address.
        email: String,
    },
}

impl Signer {
    /// The identity that a run's attestations must be signed by; `None` where certificates name no identity that could
    /// be compared with it.
    pub fn of(source: &Source) -> Option<Self> {
        let issuer = source.issuer.clone();
        match source.provider {
            Provider::GitHub => Some(Self::GitHub {
                issuer,
                repository_url: source.repository_url.clone()?,
                repository_id: source.repository_id.clone(),
                workflow: source.workflow.clone()?,
            }),
            Provider::GitLab => Some(Self::GitLab {
                issuer,
                project_url: source.repository_url.clone()?,
                project_id: source.repository_id.clone(),
                ci_file: source.workflow.clone()?,
            }),
            Provider::CircleCi => Some(Self::CircleCi {
                // Tokens name the organization behind it, certificates do not; project ids are unique over all of them.
                issuer: issuer.split("/org/").next().unwrap_or_default().to_owned(),
                project: source.repository_id.clone()?,
                pipeline_definition: source.workflow.clone()?,
            }),
            Provider::Google => Some(Self::Email { issuer, email: source.subject.clone() }),
            Provider::ActiveState | Provider::Buildkite | Provider::Forgejo | Provider::Other => None,
        }
    }

    fn issuer(&self) -> &str {
        match self {
            Self::GitHub { issuer, .. }
            | Self::GitLab { issuer, .. }
            | Self::CircleCi { issuer, .. }
            | Self::Email { issuer, .. } => issuer,
        }
    }

    /// What the library compares by itself.
    pub(crate) fn policy(&self) -> VerificationPolicy {
        let policy = VerificationPolicy::any_identity().require_issuer(self.issuer());
        match self {
            Self::Email { email, .. } => policy.require_identity(IdentityMatcher::Email(email.clone())),
            _ => policy,
        }
    }

    /// Compares the rest of the certificate. A publication must come from the publisher's own workflow; a provenance
    /// may come from another one of the same repository, which built what this one publishes.
    pub(crate) fn check(&self, found: &Certificate, predicate: &Predicate) -> Result<(), Refused> {
        let any_workflow = *predicate == Predicate::SlsaProvenance;
        match self {
            Self::GitHub { repository_url, repository_id, workflow, .. } => {
                repository(found, repository_url, repository_id.as_deref())?;
                if any_workflow { Ok(()) } else { config(found, &format!("{repository_url}/{workflow}")) }
            }
            Self::GitLab { project_url, project_id, ci_file, .. } => {
                repository(found, project_url, project_id.as_deref())?;
                if any_workflow { Ok(()) } else { config(found, &format!("{project_url}//{ci_file}")) }
            }
            Self::CircleCi { project, pipeline_definition, .. } => {
                let api = "https://circleci.com/api/v2/projects";
                let expected = format!("{api}/{project}/pipeline-definitions/{pipeline_definition}");
                equal("the pipeline", found.build_signer.as_deref(), &expected)
            }
            Self::Email { .. } => Ok(()),
        }
    }
}

/// The URL, and the id where both know it.
fn repository(found: &Certificate, url: &str, id: Option<&str>) -> Result<(), Refused> {
    equal("the source repository", found.repository_url.as_deref(), url)?;
    match (found.repository_id.as_deref(), id) {
        (Some(found), Some(id)) => equal("the id of the source repository", Some(found), id),
        _ => Ok(()),
    }
}

fn equal(what: &'static str, found: Option<&str>, expected: &str) -> Result<(), Refused> {
    let found = found.unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    Err(Refused::Signer { what, found: found.to_owned(), expected: expected.to_owned() })
}

/// The file and, behind the `@`, the ref or the commit that the certificate names itself: compared as a whole, because
/// both a file and a ref may hold an `@`.
fn config(found: &Certificate, file: &str) -> Result<(), Refused> {
    let at: Vec<&str> = [&found.git_ref, &found.commit].into_iter().flatten().map(String::as_str).collect();
    let config = found.build_config.as_deref().unwrap_or_default();
    if at.iter().any(|at| !at.is_empty() && config == format!("{file}@{at}")) {
        return Ok(());
    }
    let expected = format!("{file}@{}", at.first().unwrap_or(&"the ref or commit of the run"));
    Err(Refused::Signer { what: "the workflow", found: config.to_owned(), expected })
}
