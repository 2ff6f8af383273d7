//! GitLab CI, at gitlab.com and self-managed.

use std::collections::BTreeMap;

use bonded_model::publishing::{Issuer, Source};
use serde::{Deserialize, Serialize};

use super::workflow::{ends, is_file_at, path_in};
use crate::difference::Checks;
use crate::form::{Field, FieldErrors, Form, Kind, fields, rule};
use crate::identity::{check_event, required, source};
use crate::{Claims, Difference, Identity, IdentityError, Warning};

/// Where the pipeline is described if nobody says otherwise.
const DEFAULT_FILE: &str = ".gitlab-ci.yml";
/// Pipelines of merge requests can run the code of a fork.
const STRANGERS: &[&str] = &["merge_request_event", "external_pull_request_event"];

/// A pipeline of a project.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The user or group, with subgroups behind slashes.
    pub namespace: String,
    /// The project, without its namespace.
    pub project: String,
    /// The namespace's id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace_id: Option<String>,
    /// The project's id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The file that describes the pipeline, from the root of the repository.
    pub ci_file: String,
    /// The environment of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether branch or tag must be protected.
    #[serde(default)]
    pub protected_ref_only: bool,
}

pub(crate) const FIELDS: &[Field] = &[
    Field::required("namespace", "Namespace", "The user or group; subgroups behind slashes: group/subgroup."),
    Field::required("project", "Project", "Its name in URLs, without the namespace."),
    Field::optional("namespace_id", "Namespace's id", "The number; left empty, the first use fixes it."),
    Field::optional("project_id", "Project's id", "The number; left empty, the first use fixes it."),
    Field::optional(
        "ci_file",
        "CI file",
        "The file that describes the pipeline; .gitlab-ci.yml if left empty.",
    ),
    Field::optional("environment", "Environment", "The job's environment, in the same case."),
    Field::optional("protected_ref_only", "Protected only", "Only from protected branches and tags.")
        .of(Kind::Flag),
];

/// What [`Config::learn`] fills in.
pub(crate) const LEARNT: &[&str] = &["namespace_id", "project_id"];

pub(crate) fn read(mut form: Form<'_>) -> Result<Config, FieldErrors> {
    let config = Config {
        namespace: form.required("namespace", rule::path),
        project: form.required("project", project_rule),
        namespace_id: form.optional("namespace_id", rule::digits),
        project_id: form.optional("project_id", rule::digits),
        ci_file: form.optional("ci_file", file_rule).unwrap_or_else(|| DEFAULT_FILE.into()),
        environment: form.optional("environment", rule::environment),
        protected_ref_only: form.flag("protected_ref_only"),
    };
    form.finish(config)
}

fn project_rule(value: &str) -> Result<(), &'static str> {
    if value.ends_with(".atom") { Err("Without .atom at its end.") } else { rule::name(value) }
}

fn file_rule(value: &str) -> Result<(), &'static str> {
    let (directory, file) = value.rsplit_once('/').unwrap_or(("", value));
    let inside = value.split('/').all(|segment| !matches!(segment, "." | ".."));
    if !inside || value.starts_with('/') || directory.contains('@') || directory.contains("//") {
        return Err("A path from the root of the repository, such as .gitlab-ci.yml.");
    }
    rule::text(value).and(rule::workflow(file))
}

impl Config {
    pub(crate) fn to_fields(&self) -> BTreeMap<String, String> {
        fields([
            ("namespace", Some(&self.namespace)),
            ("project", Some(&self.project)),
            ("namespace_id", self.namespace_id.as_deref()),
            ("project_id", self.project_id.as_deref()),
            ("ci_file", Some(&self.ci_file)),
            ("environment", self.environment.as_deref()),
            ("protected_ref_only", self.protected_ref_only.then_some("true")),
        ])
    }

    fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.project)
    }

    pub(crate) fn lookup(&self) -> String {
        self.path().to_ascii_lowercase()
    }

    pub(crate) fn describe(&self) -> String {
        let mut text = format!("{}, {}", self.path(), self.ci_file);
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
        checks.any_case("project_path", &self.path());
        checks.any_case("namespace_path", &self.namespace);
        checks.optional("namespace_id", self.namespace_id.as_deref());
        checks.optional("project_id", self.project_id.as_deref());
        let repository = format!("{}/{}", host(server_of(&identity.source)), self.path());
        // Between project and file stand two slashes.
        let file = format!("/{}", self.ci_file);
        let ends = ends(claims, ["ref_path", "sha"]);
        let right =
            claims.text("ci_config_ref_uri").is_some_and(|uri| is_file_at(uri, &repository, &file, &ends));
        checks.that("ci_config_ref_uri", right, || {
            format!("'{repository}/{file}@' and the pipeline's ref or commit")
        });
        if let Some(environment) = &self.environment {
            checks.exact("environment", environment);
        }
        let protected = !self.protected_ref_only || claims.flag("ref_protected") == Some(true);
        checks.that("ref_protected", protected, || "'true'".into());
        checks.finish()
    }

    pub(crate) fn learn(&mut self, claims: &Claims) {
        self.namespace_id = self.namespace_id.take().or_else(|| claims.digits("namespace_id"));
        self.project_id = self.project_id.take().or_else(|| claims.digits("project_id"));
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.environment.is_none() {
            warnings.push(Warning::NoEnvironment);
            if !self.protected_ref_only {
                warnings.push(Warning::UnprotectedRef);
            }
        }
        if self.project_id.is_none() && self.namespace_id.is_none() {
            warnings.push(Warning::NoOwnerId);
        }
        warnings
    }
}

/// Whether a run of this kind may publish at all.
pub(crate) fn allowed(claims: &Claims) -> Result<(), IdentityError> {
    check_event(claims, "pipeline_source", STRANGERS)
}

pub(crate) fn identity(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    let path = required(claims, "project_path")?;
    Ok(Identity {
        provider: issuer.provider,
        lookup: path.to_ascii_lowercase(),
        owner: path.split_once('/').map(|(owner, _)| format!("{}/", owner.to_ascii_lowercase())),
        source: facts(issuer, claims, path),
        claims: claims.clone(),
    })
}

fn facts(issuer: &Issuer, claims: &Claims, path: &str) -> Source {
    let text = |name| claims.text(name).map(str::to_owned);
    let server = issuer.server.as_deref().unwrap_or(&issuer.url).trim_end_matches('/');
    let url = format!("{server}/{path}");
    let run = claims.id("pipeline_id");
    let file =
        claims.text("ci_config_ref_uri").and_then(|uri| path_in(uri, &format!("{}/{path}", host(server))));
    Source {
        repository: Some(path.into()),
        run_url: run.as_ref().map(|run| format!("{url}/-/pipelines/{run}")),
        run,
        repository_url: Some(url),
        git_ref: text("ref_path"),
        commit: text("sha"),
        workflow: file.map(|file| file.trim_start_matches('/').into()),
        environment: text("environment"),
        event: text("pipeline_source"),
        protected: Some(claims.flag("ref_protected") == Some(true)),
        owner_id: claims.id("namespace_id"),
        repository_id: claims.id("project_id"),
        ..source(issuer, claims.text("sub").unwrap_or(path))
    }
}

/// Where the job's server is: what stands before the project in the URL that [`facts`] made.
fn server_of(source: &Source) -> &str {
    let (url, path) = (source.repository_url.as_deref(), source.repository.as_deref());
    let server = url.zip(path).and_then(|(url, path)| url.strip_suffix(path)).unwrap_or(&source.issuer);
    server.trim_end_matches('/')
}

/// A server's URL without its scheme, as GitLab writes it before a project: also port and path, where it has them.
fn host(server: &str) -> &str {
    server.split_once("://").map_or(server, |(_, rest)| rest)
}

#[cfg(test)]
mod tests;
