//! Buildkite pipelines.

use std::collections::BTreeMap;

use bonded_model::publishing::{Issuer, Source};
use serde::{Deserialize, Serialize};

use crate::difference::Checks;
use crate::form::{Field, FieldErrors, Form, fields, rule};
use crate::identity::{required, source};
use crate::{Claims, Difference, Identity, IdentityError, Warning};

/// A pipeline.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The organization's slug.
    pub organization: String,
    /// The pipeline's slug.
    pub pipeline: String,
    /// The organization's id. Jobs put it into their token only if they ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    /// The pipeline's id, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<String>,
    /// The branch that is built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The key of the step that publishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

pub(crate) const FIELDS: &[Field] = &[
    Field::required("organization", "Organization", "Its slug, as in URLs."),
    Field::required("pipeline", "Pipeline", "Its slug, as in URLs."),
    Field::optional(
        "organization_id",
        "Organization's id",
        "Jobs have to ask for it: --claim organization_id.",
    ),
    Field::optional("pipeline_id", "Pipeline's id", "Jobs have to ask for it: --claim pipeline_id."),
    Field::optional(
        "branch",
        "Branch",
        "The only branch that may publish, such as main. Builds of forks have it too, unless the pipeline prefixes their branches.",
    ),
    Field::optional("step", "Step", "The key of the only step that may publish."),
];

pub(crate) fn read(mut form: Form<'_>) -> Result<Config, FieldErrors> {
    let config = Config {
        organization: form.required("organization", rule::name),
        pipeline: form.required("pipeline", rule::name),
        organization_id: form.optional("organization_id", rule::uuid),
        pipeline_id: form.optional("pipeline_id", rule::uuid),
        branch: form.optional("branch", rule::text),
        step: form.optional("step", rule::text),
    };
    form.finish(config)
}

impl Config {
    pub(crate) fn to_fields(&self) -> BTreeMap<String, String> {
        fields([
            ("organization", Some(&self.organization)),
            ("pipeline", Some(&self.pipeline)),
            ("organization_id", self.organization_id.as_deref()),
            ("pipeline_id", self.pipeline_id.as_deref()),
            ("branch", self.branch.as_deref()),
            ("step", self.step.as_deref()),
        ])
    }

    pub(crate) fn lookup(&self) -> String {
        format!("{}/{}", self.organization, self.pipeline)
    }

    pub(crate) fn describe(&self) -> String {
        let mut text = self.lookup();
        for (name, value) in [("branch", &self.branch), ("step", &self.step)] {
            if let Some(value) = value {
                text.push_str(&format!(", {name} {value}"));
            }
        }
        text
    }

    pub(crate) fn check(&self, identity: &Identity) -> Result<(), Vec<Difference>> {
        let mut checks = Checks::new(&identity.claims);
        checks.exact("organization_slug", &self.organization);
        checks.exact("pipeline_slug", &self.pipeline);
        checks.optional("organization_id", self.organization_id.as_deref());
        checks.optional("pipeline_id", self.pipeline_id.as_deref());
        checks.optional("build_branch", self.branch.as_deref());
        checks.optional("step_key", self.step.as_deref());
        checks.finish()
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.branch.is_none() {
            warnings.push(Warning::UnprotectedRef);
        }
        if self.organization_id.is_none() && self.pipeline_id.is_none() {
            warnings.push(Warning::NoIds);
        }
        warnings
    }
}

pub(crate) fn identity(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    let organization = required(claims, "organization_slug")?;
    let pipeline = required(claims, "pipeline_slug")?;
    let text = |name| claims.text(name).map(str::to_owned);
    let (path, run) = (format!("{organization}/{pipeline}"), claims.id("build_number"));
    let tag = claims.text("build_tag").map(|tag| format!("refs/tags/{tag}"));
    let branch = claims.text("build_branch").map(|branch| format!("refs/heads/{branch}"));
    Ok(Identity {
        provider: issuer.provider,
        lookup: path.clone(),
        owner: Some(format!("{organization}/")),
        source: Source {
            // A pipeline, and no source repository: its URL is nothing that addresses of a project could be compared with.
            repository: Some(path.clone()),
            run_url: run.as_ref().map(|run| format!("https://buildkite.com/{path}/builds/{run}")),
            run,
            git_ref: tag.or(branch),
            commit: text("build_commit"),
            workflow: text("step_key"),
            event: text("build_source"),
            owner_id: claims.id("organization_id"),
            repository_id: claims.id("pipeline_id"),
            ..source(issuer, required(claims, "sub")?)
        },
        claims: claims.clone(),
    })
}

#[cfg(test)]
mod tests;
