//! CircleCI jobs. Each organization has an issuer of its own.

use std::collections::BTreeMap;

use bonded_model::publishing::{Issuer, Source};
use serde::{Deserialize, Serialize};

use crate::difference::{Checks, quoted};
use crate::form::{Field, FieldErrors, Form, fields, rule};
use crate::identity::{required, source};
use crate::{Claims, Difference, Identity, IdentityError, Warning};

const PROJECT: &str = "oidc.circleci.com/project-id";
const CONTEXTS: &str = "oidc.circleci.com/context-ids";
const ORIGIN: &str = "oidc.circleci.com/vcs-origin";
const REF: &str = "oidc.circleci.com/vcs-ref";
/// What describes the pipeline: CircleCI names it by an id, and so do the certificates of its jobs.
const DEFINITION: &str = "oidc.circleci.com/pipeline-definition-id";
const SSH: &str = "oidc.circleci.com/ssh-rerun";

/// A project.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The organization's id.
    pub organization_id: String,
    /// The project's id.
    pub project_id: String,
    /// A context that the job must use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_id: Option<String>,
    /// The source repository, without a scheme: `host/owner/name`. Tokens of builds of forks differ in nothing else. `None`
    /// for publishers that were added before it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs_origin: Option<String>,
    /// The branch or tag, in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs_ref: Option<String>,
}

pub(crate) const FIELDS: &[Field] = &[
    Field::required("organization_id", "Organization's id", "As in the settings of the organization."),
    Field::required("project_id", "Project's id", "As in the settings of the project."),
    Field::optional(
        "context_id",
        "Context's id",
        "A context that the job must use: contexts can be limited to some people.",
    ),
    Field::required(
        "vcs_origin",
        "Source repository",
        "Such as github.com/acme/rocket. Builds of forks can get tokens too, and differ in this alone.",
    ),
    Field::optional("vcs_ref", "Branch or tag", "The only one that may publish, in full: refs/heads/main."),
];

pub(crate) fn read(mut form: Form<'_>) -> Result<Config, FieldErrors> {
    let config = Config {
        organization_id: form.required("organization_id", rule::uuid),
        project_id: form.required("project_id", rule::uuid),
        context_id: form.optional("context_id", rule::uuid),
        vcs_origin: form.required_if_new("vcs_origin", rule::path),
        vcs_ref: form.optional("vcs_ref", rule::git_ref),
    };
    form.finish(config)
}

impl Config {
    pub(crate) fn to_fields(&self) -> BTreeMap<String, String> {
        fields([
            ("organization_id", Some(&self.organization_id)),
            ("project_id", Some(&self.project_id)),
            ("context_id", self.context_id.as_deref()),
            ("vcs_origin", self.vcs_origin.as_deref()),
            ("vcs_ref", self.vcs_ref.as_deref()),
        ])
    }

    pub(crate) fn lookup(&self) -> String {
        format!("{}/{}", self.organization_id, self.project_id)
    }

    pub(crate) fn describe(&self) -> String {
        let mut text = format!("organization {}, project {}", self.organization_id, self.project_id);
        for (name, value) in
            [("context", &self.context_id), ("from", &self.vcs_origin), ("at", &self.vcs_ref)]
        {
            if let Some(value) = value {
                text.push_str(&format!(", {name} {value}"));
            }
        }
        text
    }

    pub(crate) fn check(&self, identity: &Identity) -> Result<(), Vec<Difference>> {
        let claims = &identity.claims;
        let mut checks = Checks::new(claims);
        let subject = format!("org/{}/project/{}/", self.organization_id, self.project_id);
        checks.that("sub", claims.text("sub").is_some_and(|sub| sub.starts_with(&subject)), || {
            format!("'{subject}…'")
        });
        checks.exact(PROJECT, &self.project_id);
        if let Some(context) = &self.context_id {
            checks.that(CONTEXTS, claims.list(CONTEXTS).contains(&context.as_str()), || quoted(context));
        }
        checks.optional(ORIGIN, self.vcs_origin.as_deref());
        checks.optional(REF, self.vcs_ref.as_deref());
        checks.finish()
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.vcs_origin.is_none() {
            warnings.push(Warning::NoOrigin);
        }
        if self.vcs_ref.is_none() {
            warnings.push(Warning::UnprotectedRef);
        }
        warnings
    }
}

/// Whether a run of this kind may publish at all.
pub(crate) fn allowed(claims: &Claims) -> Result<(), IdentityError> {
    // Somebody sits in the job with a shell.
    if claims.get(SSH).is_some() && claims.flag(SSH) != Some(false) {
        return Err(IdentityError::Claim { claim: SSH, expected: "false", received: "true".into() });
    }
    Ok(())
}

pub(crate) fn identity(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    let (subject, project) = (required(claims, "sub")?, required(claims, PROJECT)?);
    let mut parts = subject.split('/');
    let organization = match (parts.next(), parts.next()) {
        (Some("org"), Some(organization)) if !organization.is_empty() => organization,
        _ => return Err(IdentityError::Missing("sub")),
    };
    Ok(Identity {
        provider: issuer.provider,
        lookup: format!("{organization}/{project}"),
        owner: Some(format!("{organization}/")),
        source: facts(issuer, claims, subject, project),
        claims: claims.clone(),
    })
}

fn facts(issuer: &Issuer, claims: &Claims, subject: &str, project: &str) -> Source {
    let origin = claims.text(ORIGIN);
    Source {
        repository: origin.and_then(|origin| origin.split_once('/')).map(|(_, path)| path.into()),
        repository_url: origin.map(|origin| format!("https://{origin}")),
        git_ref: claims.text(REF).map(Into::into),
        workflow: claims.text(DEFINITION).map(Into::into),
        repository_id: Some(project.into()),
        ..source(issuer, subject)
    }
}

#[cfg(test)]
mod tests;
