//! Google Cloud service accounts.

use std::collections::BTreeMap;

use bonded_model::publishing::Issuer;
use serde::{Deserialize, Serialize};

use crate::difference::Checks;
use crate::form::{Field, FieldErrors, Form, fields, rule};
use crate::identity::{required, source};
use crate::{Claims, Difference, Identity, IdentityError, claims};

/// A service account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// Its address.
    pub email: String,
    /// Its id, which a new account of the same address does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
}

pub(crate) const FIELDS: &[Field] = &[
    Field::required("email", "Service account", "Its address: name@project.iam.gserviceaccount.com."),
    Field::optional(
        "sub",
        "Account's id",
        "The number that a new account of the same address does not have.",
    ),
];

pub(crate) fn read(mut form: Form<'_>) -> Result<Config, FieldErrors> {
    let config = Config { email: form.required("email", email_rule), sub: form.optional("sub", id_rule) };
    form.finish(config)
}

fn email_rule(value: &str) -> Result<(), &'static str> {
    rule::text(value)?;
    match value.split_once('@') {
        Some((name, host)) if !name.is_empty() && host.contains('.') && !host.contains('@') => Ok(()),
        _ => Err("An address such as name@project.iam.gserviceaccount.com."),
    }
}

fn id_rule(value: &str) -> Result<(), &'static str> {
    let right = value.len() <= 64 && value.bytes().all(|byte| byte.is_ascii_digit());
    if right { Ok(()) } else { Err("Digits only: the id, not the name.") }
}

impl Config {
    pub(crate) fn to_fields(&self) -> BTreeMap<String, String> {
        fields([("email", Some(&self.email)), ("sub", self.sub.as_deref())])
    }

    pub(crate) fn lookup(&self) -> String {
        self.email.clone()
    }

    pub(crate) fn describe(&self) -> String {
        self.email.clone()
    }

    pub(crate) fn check(&self, identity: &Identity) -> Result<(), Vec<Difference>> {
        let mut checks = Checks::new(&identity.claims);
        checks.exact("email", &self.email);
        checks.optional("sub", self.sub.as_deref());
        checks.finish()
    }
}

pub(crate) fn identity(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    let email = required(claims, "email")?;
    // Anybody can give an account an address that is not theirs, before it is verified.
    if claims.get("email_verified").and_then(serde_json::Value::as_bool) != Some(true) {
        let received = claims.shown("email_verified").unwrap_or_else(|| claims::shown("missing"));
        return Err(IdentityError::Claim { claim: "email_verified", expected: "true", received });
    }
    Ok(Identity {
        provider: issuer.provider,
        lookup: email.into(),
        owner: None,
        source: source(issuer, email),
        claims: claims.clone(),
    })
}

#[cfg(test)]
mod tests;
