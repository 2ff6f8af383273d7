//! GitHub Actions, at github.com and on GitHub Enterprise Servers.

use std::collections::BTreeMap;

use bonded_model::publishing::{Issuer, Source};
use serde::{Deserialize, Serialize};
use url::Url;

use super::strangers::STRANGERS;
use super::workflow::{ends, is_commit, is_file_anywhere, is_file_at, is_file_in, path_in};
use crate::difference::{Checks, quoted};
use crate::form::{Field, FieldErrors, Form, fields, rule};
use crate::identity::{check_event, required, source};
use crate::{Claims, Difference, Identity, IdentityError};

/// Where workflows are, from the root of a repository.
const DIRECTORY: &str = ".github/workflows/";

/// A workflow of a repository.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The account that owns the repository.
    pub owner: String,
    /// Its id. A name can be given up and taken by somebody else; an id cannot.
    pub owner_id: String,
    /// The repository, without its owner.
    pub repository: String,
    /// Its id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_id: Option<String>,
    /// The file of the workflow that runs, without its directory. `None`: any of the repository's that calls the reusable
    /// workflow, which then has to be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The environment of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The reusable workflow whose job publishes, as `owner/repository/.github/workflows/file.yml`, with a ref or a commit
    /// behind an `@` if only that one of it may. `None`: the job is in the workflow itself, and in no reusable one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reusable: Option<String>,
}

pub(crate) const FIELDS: &[Field] = &[
    Field::required("owner", "Owner", "The user or organization that owns the source repository."),
    Field::required(
        "owner_id",
        "Owner's id",
        "The number that stays when names change; looked up where that is possible.",
    ),
    Field::required("repository", "Source repository", "Its name, without the owner."),
    Field::optional(
        "repository_id",
        "Source repository's id",
        "The number; left empty, the first use fixes it.",
    ),
    Field::optional(
        "workflow",
        "Workflow file",
        "The name of the file in .github/workflows/, such as release.yml. Empty only if a reusable workflow is named, which \
         any workflow of the source repository may then call.",
    ),
    Field::optional(
        "environment",
        "Environment",
        "The job's environment. Without one, everybody who can start the workflow can publish.",
    ),
    Field::optional(
        "reusable",
        "Reusable workflow",
        "Only if the publishing job is in one: owner/repository/.github/workflows/file.yml. With @refs/tags/v1 or @ and a \
         full commit behind it, it is accepted at that alone; the calling workflow has to name it the same way.",
    ),
];

/// What [`Config::learn`] fills in.
pub(crate) const LEARNT: &[&str] = &["repository_id"];

pub(crate) fn read(mut form: Form<'_>) -> Result<Config, FieldErrors> {
    let reusable = form.optional("reusable", reusable_rule);
    let workflow = match &reusable {
        Some(_) => form.optional("workflow", rule::workflow),
        None => Some(form.required("workflow", rule::workflow)),
    };
    let config = Config {
        owner: form.required("owner", rule::name),
        owner_id: form.required("owner_id", rule::digits),
        repository: form.required("repository", rule::name),
        repository_id: form.optional("repository_id", rule::digits),
        workflow,
        environment: form.optional("environment", rule::environment),
        reusable,
    };
    form.finish(config)
}

fn reusable_rule(value: &str) -> Result<(), &'static str> {
    const FORM: &str = "In the form owner/repository/.github/workflows/file.yml, or with @refs/tags/v1 or @ and a commit in full \
                        behind it.";
    let (file, at) = split_reusable(value);
    let mut parts = file.splitn(3, '/');
    let (Some(owner), Some(repository), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(FORM);
    };
    let workflow = path.strip_prefix(DIRECTORY).ok_or(FORM)?;
    if owner.is_empty() || repository.is_empty() {
        return Err(FORM);
    }
    rule::name(owner).and(rule::name(repository)).and(rule::workflow(workflow)).map_err(|_| FORM)?;
    match at {
        Some(at) if !is_commit(at) => rule::git_ref(at).map_err(|_| FORM),
        _ => Ok(()),
    }
}

/// The file and, if it is fixed, its ref or commit.
fn split_reusable(value: &str) -> (&str, Option<&str>) {
    value.split_once('@').map_or((value, None), |(file, at)| (file, Some(at)))
}

impl Config {
    pub(crate) fn to_fields(&self) -> BTreeMap<String, String> {
        fields([
            ("owner", Some(&self.owner)),
            ("owner_id", Some(&self.owner_id)),
            ("repository", Some(&self.repository)),
            ("repository_id", self.repository_id.as_deref()),
            ("workflow", self.workflow.as_deref()),
            ("environment", self.environment.as_deref()),
            ("reusable", self.reusable.as_deref()),
        ])
    }

    pub(crate) fn lookup(&self) -> String {
        format!("{}/{}", self.owner, self.repository).to_ascii_lowercase()
    }

    pub(crate) fn describe(&self) -> String {
        let workflow = self.workflow.as_deref().unwrap_or("any workflow");
        let mut text = format!("{}/{}, {workflow}", self.owner, self.repository);
        if let Some(environment) = &self.environment {
            text.push_str(&format!(", environment {environment}"));
        }
        if let Some(reusable) = &self.reusable {
            text.push_str(&format!(", through {reusable}"));
        }
        text
    }

    pub(crate) fn check(&self, identity: &Identity) -> Result<(), Vec<Difference>> {
        let claims = &identity.claims;
        let mut checks = Checks::new(claims);
        let repository = format!("{}/{}", self.owner, self.repository);
        checks.any_case("repository", &repository);
        checks.any_case("repository_owner", &self.owner);
        checks.exact("repository_owner_id", &self.owner_id);
        checks.optional("repository_id", self.repository_id.as_deref());
        self.check_workflows(&repository, claims, &mut checks);
        if let Some(environment) = &self.environment {
            checks.any_case("environment", environment);
        }
        checks.finish()
    }

    /// The claim `workflow_ref` names the workflow that runs, `job_workflow_ref` the one that the job is written in.
    fn check_workflows(&self, repository: &str, claims: &Claims, checks: &mut Checks<'_>) {
        let ends = ends(claims, ["ref", "sha"]);
        let expected = || {
            let file = self.workflow.as_deref().unwrap_or("…");
            format!("'{repository}/{DIRECTORY}{file}@' and the run's ref or commit")
        };
        let is_own = |file: &str| match &self.workflow {
            Some(name) => is_file_at(file, repository, &format!("{DIRECTORY}{name}"), &ends),
            None => is_file_in(file, repository, DIRECTORY, &ends),
        };
        let own = |claim| claims.text(claim).is_some_and(is_own);
        checks.that("workflow_ref", own("workflow_ref"), expected);
        let job = claims.text("job_workflow_ref").unwrap_or_default();
        match &self.reusable {
            None => checks.that("job_workflow_ref", own("job_workflow_ref"), || {
                format!("{} (if the job is in a reusable workflow, the publisher has to name it)", expected())
            }),
            Some(reusable) => {
                checks.that("job_workflow_ref", is_reusable(job, reusable), || {
                    match split_reusable(reusable) {
                        (file, None) => format!("'{file}@' and any ref or commit of it"),
                        _ => quoted(reusable),
                    }
                });
            }
        }
    }

    pub(crate) fn learn(&mut self, claims: &Claims) {
        self.repository_id = self.repository_id.take().or_else(|| claims.digits("repository_id"));
    }
}

fn is_reusable(job: &str, reusable: &str) -> bool {
    let (file, at) = split_reusable(reusable);
    let mut slashes = file.match_indices('/').map(|(index, _)| index);
    let Some(middle) = slashes.nth(1) else { return false };
    let (repository, path) = (&file[..middle], &file[middle + 1..]);
    match at {
        Some(at) => is_file_at(job, repository, path, &[at]),
        None => is_file_anywhere(job, repository, path),
    }
}

/// Whether a run of this kind may publish at all.
pub(crate) fn allowed(claims: &Claims) -> Result<(), IdentityError> {
    check_event(claims, "event_name", STRANGERS)
}

pub(crate) fn identity(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    let repository = required(claims, "repository")?;
    let owner = required(claims, "repository_owner")?;
    if claims.id("repository_owner_id").is_none() {
        return Err(IdentityError::Missing("repository_owner_id"));
    }
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
    let url = server(&issuer.url).map(|server| format!("{server}/{repository}"));
    let run = claims.id("run_id");
    Source {
        repository: Some(repository.into()),
        run_url: url.as_ref().zip(run.as_ref()).map(|(url, run)| format!("{url}/actions/runs/{run}")),
        run,
        repository_url: url,
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

/// Where the repositories of an issuer are seen: `https://github.com`, or the host of an Enterprise Server, whose issuer
/// is `https://HOST/_services/token`.
pub(crate) fn server(issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    match url.host_str()?.strip_prefix("token.actions.") {
        Some("githubusercontent.com") => Some("https://github.com".into()),
        Some(host) => Some(format!("https://{host}")),
        None => Some(url.origin().ascii_serialization()),
    }
}

/// Where the accounts of an issuer are looked up: `https://api.github.com/users/`.
pub(crate) fn accounts(issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    match url.host_str()?.strip_prefix("token.actions.") {
        Some("githubusercontent.com") => Some("https://api.github.com/users/".into()),
        Some(host) => Some(format!("https://api.{host}/users/")),
        None => Some(format!("{}/api/v3/users/", url.origin().ascii_serialization())),
    }
}

#[cfg(test)]
mod tests;
