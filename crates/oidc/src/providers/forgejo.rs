//! Forgejo Actions, and Gitea's where they issue tokens: GitHub's claims, as far as they go.

use std::collections::BTreeMap;

use bonded_model::publishing::{Issuer, Source};
use serde::{Deserialize, Serialize};

use super::strangers::STRANGERS;
use super::workflow::{ends, is_file_at, path_in};
use crate::difference::Checks;
use crate::form::{Field, FieldErrors, Form, Kind, fields, rule};
use crate::identity::{check_event, required, source};
use crate::{Claims, Difference, Identity, IdentityError, Warning};

/// Where workflows may be, from the root of a repository.
const DIRECTORIES: [&str; 3] = [".forgejo/workflows/", ".gitea/workflows/", ".github/workflows/"];

/// A workflow of a repository.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The account that owns the repository.
    pub owner: String,
    /// Its id, if the server's tokens have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    /// The repository, without its owner.
    pub repository: String,
    /// The path of the workflow's file, from the root of the repository.
    pub workflow: String,
    /// The environment of the job, if the server's tokens have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether branch or tag must be protected.
    #[serde(default)]
    pub protected_ref_only: bool,
}

pub(crate) const FIELDS: &[Field] = &[
    Field::required("owner", "Owner", "The user or organization that owns the source repository."),
    Field::optional(
        "owner_id",
        "Owner's id",
        "If the tokens of this server have it (repository_owner_id); left empty, the first use fixes it then.",
    ),
    Field::required("repository", "Source repository", "Its name, without the owner."),
    Field::required("workflow", "Workflow file", "Its path, such as .forgejo/workflows/release.yml."),
    Field::optional("environment", "Environment", "Only if the tokens of this server have it."),
    Field::optional("protected_ref_only", "Protected only", "Only from protected branches and tags.")
        .of(Kind::Flag),
];

/// What [`Config::learn`] fills in.
pub(crate) const LEARNT: &[&str] = &["owner_id"];

pub(crate) fn read(mut form: Form<'_>) -> Result<Config, FieldErrors> {
    let config = Config {
        owner: form.required("owner", rule::name),
        owner_id: form.optional("owner_id", rule::digits),
        repository: form.required("repository", rule::name),
        workflow: form.required("workflow", path_rule),
        environment: form.optional("environment", rule::environment),
        protected_ref_only: form.flag("protected_ref_only"),
    };
    form.finish(config)
}

fn path_rule(value: &str) -> Result<(), &'static str> {
    let file = DIRECTORIES.iter().find_map(|directory| value.strip_prefix(directory));
    file.ok_or("A path such as .forgejo/workflows/release.yml.").and_then(rule::workflow)
}

impl Config {
    pub(crate) fn to_fields(&self) -> BTreeMap<String, String> {
        fields([
            ("owner", Some(&self.owner)),
            ("owner_id", self.owner_id.as_deref()),
            ("repository", Some(&self.repository)),
            ("workflow", Some(&self.workflow)),
            ("environment", self.environment.as_deref()),
            ("protected_ref_only", self.protected_ref_only.then_some("true")),
        ])
    }

    pub(crate) fn lookup(&self) -> String {
        format!("{}/{}", self.owner, self.repository).to_ascii_lowercase()
    }

    pub(crate) fn describe(&self) -> String {
        let mut text = format!("{}/{}, {}", self.owner, self.repository, self.workflow);
        if let Some(environment) = &self.environment {
            text.push_str(&format!(", environment {environment}"));
        }
        if self.protected_ref_only {
            text.push_str(", protected refs only");
        }
        text
    }

    pub(crate) fn check(&self, identity: &Identity) -> Result<(), Vec<Difference>> {
        let claims = &identity.claims;
        let mut checks = Checks::new(claims);
        let repository = format!("{}/{}", self.owner, self.repository);
        checks.any_case("repository", &repository);
        checks.any_case("repository_owner", &self.owner);
        checks.optional("repository_owner_id", self.owner_id.as_deref());
        let ends = ends(claims, ["ref", "sha"]);
        let file = claims.text("workflow_ref").unwrap_or_default();
        checks.that("workflow_ref", is_file_at(file, &repository, &self.workflow, &ends), || {
            format!("'{repository}/{}@' and the run's ref or commit", self.workflow)
        });
        if let Some(environment) = &self.environment {
            checks.any_case("environment", environment);
        }
        let protected = !self.protected_ref_only || claims.flag("ref_protected") == Some(true);
        checks.that("ref_protected", protected, || "'true'".into());
        checks.finish()
    }

    pub(crate) fn learn(&mut self, claims: &Claims) {
        self.owner_id = self.owner_id.take().or_else(|| claims.digits("repository_owner_id"));
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.environment.is_none() && !self.protected_ref_only {
            warnings.push(Warning::UnprotectedRef);
        }
        if self.owner_id.is_none() {
            warnings.push(Warning::NoOwnerId);
        }
        warnings
    }
}

/// Whether a run of this kind may publish at all.
pub(crate) fn allowed(claims: &Claims) -> Result<(), IdentityError> {
    check_event(claims, "event_name", STRANGERS)
}

pub(crate) fn identity(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    let (repository, owner) = (required(claims, "repository")?, required(claims, "repository_owner")?);
    Ok(Identity {
        provider: issuer.provider,
        lookup: repository.to_ascii_lowercase(),
        owner: Some(format!("{}/", owner.to_ascii_lowercase())),
        source: facts(issuer, claims, repository),
        claims: claims.clone(),
    })
}

fn facts(issuer: &Issuer, claims: &Claims, repository: &str) -> Source {
    let text = |name| claims.text(name).map(str::to_owned);
    // The issuer of a server at https://host/forge is https://host/forge/api/actions.
    let server = issuer.url.strip_suffix("/api/actions").unwrap_or(&issuer.url).trim_end_matches('/');
    let (url, run) = (format!("{server}/{repository}"), claims.id("run_number"));
    Source {
        repository: Some(repository.into()),
        run_url: run.as_ref().map(|run| format!("{url}/actions/runs/{run}")),
        run,
        repository_url: Some(url),
        git_ref: text("ref"),
        commit: text("sha"),
        workflow: claims.text("workflow_ref").and_then(|file| path_in(file, repository)),
        environment: text("environment"),
        event: text("event_name"),
        protected: claims.flag("ref_protected"),
        owner_id: claims.id("repository_owner_id"),
        repository_id: claims.id("repository_id"),
        ..source(issuer, claims.text("sub").unwrap_or(repository))
    }
}

#[cfg(test)]
mod tests;
