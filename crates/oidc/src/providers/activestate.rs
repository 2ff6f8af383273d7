//! ActiveState builds.

use std::collections::BTreeMap;

use bonded_model::publishing::{Issuer, Source};
use serde::{Deserialize, Serialize};

use crate::claims::shown;
use crate::difference::Checks;
use crate::form::{Field, FieldErrors, Form, fields, rule};
use crate::identity::{required, source};
use crate::{Claims, Difference, Identity, IdentityError};

/// The builder of the platform that publishes Python packages.
const BUILDER: &str = "pypi-publisher";

/// A project, and who starts its builds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The organization.
    pub organization: String,
    /// The project.
    pub project: String,
    /// The id of the user who starts the builds.
    pub actor_id: String,
}

pub(crate) const FIELDS: &[Field] = &[
    Field::required("organization", "Organization", "Its name in URLs."),
    Field::required("project", "Project", "Its name in URLs."),
    Field::required("actor_id", "User's id", "The id of the user who starts the builds."),
];

pub(crate) fn read(mut form: Form<'_>) -> Result<Config, FieldErrors> {
    let config = Config {
        organization: form.required("organization", rule::name),
        project: form.required("project", rule::name),
        actor_id: form.required("actor_id", rule::uuid),
    };
    form.finish(config)
}

impl Config {
    pub(crate) fn to_fields(&self) -> BTreeMap<String, String> {
        fields([
            ("organization", Some(&self.organization)),
            ("project", Some(&self.project)),
            ("actor_id", Some(&self.actor_id)),
        ])
    }

    pub(crate) fn lookup(&self) -> String {
        format!("{}/{}", self.organization, self.project)
    }

    pub(crate) fn describe(&self) -> String {
        format!("{}/{}, user {}", self.organization, self.project, self.actor_id)
    }

    pub(crate) fn check(&self, identity: &Identity) -> Result<(), Vec<Difference>> {
        let mut checks = Checks::new(&identity.claims);
        let subject = format!("org:{}:project:{}", self.organization, self.project);
        let received = identity.claims.text("sub").unwrap_or_default();
        let rest = received.strip_prefix(&subject);
        checks.that("sub", rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':')), || {
            format!("'{subject}'")
        });
        checks.exact("organization", &self.organization);
        checks.exact("project", &self.project);
        checks.exact("actor_id", &self.actor_id);
        checks.finish()
    }
}

/// Whether a run of this kind may publish at all.
pub(crate) fn allowed(claims: &Claims) -> Result<(), IdentityError> {
    match required(claims, "builder")? {
        BUILDER => Ok(()),
        other => Err(IdentityError::Claim { claim: "builder", expected: BUILDER, received: shown(other) }),
    }
}

pub(crate) fn identity(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    let (organization, project) = (required(claims, "organization")?, required(claims, "project")?);
    let repository = format!("{organization}/{project}");
    Ok(Identity {
        provider: issuer.provider,
        lookup: repository.clone(),
        owner: Some(format!("{organization}/")),
        source: Source {
            run: claims.id("artifact_id"),
            owner_id: claims.id("organization_id"),
            repository_id: claims.id("project_id"),
            repository_url: Some(format!("https://platform.activestate.com/{repository}")),
            repository: Some(repository),
            ..source(issuer, required(claims, "sub")?)
        },
        claims: claims.clone(),
    })
}

#[cfg(test)]
mod tests;
