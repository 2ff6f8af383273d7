//! Any issuer that an administrator allows: rules on its claims. There are no patterns, because a pattern that somebody
//! forgot to anchor matches what a stranger can name.

use std::collections::BTreeMap;

use bonded_model::publishing::{Issuer, Source};
use serde::{Deserialize, Serialize};

use crate::claims::shown;
use crate::difference::Checks;
use crate::form::{Field, FieldErrors, Form, Kind, fields};
use crate::identity::{required, source};
use crate::{Claims, Difference, Identity, IdentityError};

/// The most rules of a publisher.
const MAX_RULES: usize = 32;
/// Claims that are the issuer's business, or different in each token.
const RESERVED: [&str; 6] = ["iss", "aud", "exp", "iat", "nbf", "jti"];
/// Publishers of such issuers have no field in common with their identities, so all of an issuer's are looked at.
const LOOKUP: &str = "*";

/// Rules that all have to be kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The rules, one for each claim.
    pub rules: Vec<Rule>,
}

/// What a claim must be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// The claim.
    pub claim: String,
    /// Its value.
    #[serde(flatten)]
    pub test: Test,
}

/// How a claim is compared. Numbers and truth are compared as text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It is exactly this.
    Exact(String),
    /// It begins with this, and goes on.
    Prefix(String),
    /// It is one of these.
    OneOf(Vec<String>),
}

pub(crate) const FIELDS: &[Field] = &[Field::required(
    "rules",
    "Rules",
    "One for each line: claim = value. Several values for one claim: any of them. claim ^= value: begins so. At least one claim \
     has to be compared with =.",
)
.of(Kind::Lines)];

pub(crate) fn read(mut form: Form<'_>) -> Result<Config, FieldErrors> {
    let mut rules = Vec::new();
    for line in form.raw("rules").unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Err(error) = add(&mut rules, line) {
            form.wrong("rules", error);
        }
    }
    if rules.is_empty() {
        form.wrong("rules", "It must not be empty.");
    } else if !rules.iter().any(|rule| !matches!(rule.test, Test::Prefix(_))) {
        form.wrong("rules", "At least one claim has to be compared with =, such as sub.");
    } else if rules.len() > MAX_RULES {
        form.wrong("rules", "At most 32 claims.");
    }
    form.finish(Config { rules })
}

fn add(rules: &mut Vec<Rule>, line: &str) -> Result<(), String> {
    let (left, value) = line.split_once('=').ok_or_else(|| format!("No = in '{}'.", shown(line)))?;
    let (claim, prefix) = left.strip_suffix('^').map_or((left, false), |claim| (claim, true));
    let (claim, value) = (claim.trim(), value.trim());
    if claim.is_empty() || value.is_empty() || line.len() > 512 || line.chars().any(char::is_control) {
        return Err(format!("'{}' is not: claim = value.", shown(line)));
    }
    if RESERVED.contains(&claim) {
        return Err(format!("The claim {claim} is checked already, or is different in each token."));
    }
    let Some(rule) = rules.iter_mut().find(|rule| rule.claim == claim) else {
        let test = if prefix { Test::Prefix(value.into()) } else { Test::Exact(value.into()) };
        rules.push(Rule { claim: claim.into(), test });
        return Ok(());
    };
    match (&mut rule.test, prefix) {
        (Test::Exact(first), false) => rule.test = Test::OneOf(vec![std::mem::take(first), value.into()]),
        (Test::OneOf(values), false) => values.push(value.into()),
        _ => return Err(format!("The claim {} has a rule already.", shown(claim))),
    }
    Ok(())
}

impl Config {
    pub(crate) fn to_fields(&self) -> BTreeMap<String, String> {
        let lines: Vec<_> = self.rules.iter().flat_map(Rule::lines).collect();
        fields([("rules", Some(&lines.join("\n")))])
    }

    #[expect(clippy::unused_self, reason = "the same shape as every other provider's")]
    pub(crate) fn lookup(&self) -> String {
        LOOKUP.into()
    }

    pub(crate) fn describe(&self) -> String {
        self.rules.iter().flat_map(Rule::lines).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn check(&self, identity: &Identity) -> Result<(), Vec<Difference>> {
        let mut checks = Checks::new(&identity.claims);
        for rule in &self.rules {
            let value = value(&identity.claims, &rule.claim);
            checks
                .that(&rule.claim, value.is_some_and(|value| rule.test.holds(&value)), || rule.test.words());
        }
        // Whatever a configuration was made from: one without rules would let everybody in.
        checks.that("sub", !self.rules.is_empty(), || "a rule".into());
        checks.finish()
    }
}

impl Config {
    /// Whether a claim is exactly what a rule says: the job has to do with it.
    pub(crate) fn concerns(&self, claims: &Claims) -> bool {
        let exact = |rule: &&Rule| !matches!(rule.test, Test::Prefix(_));
        let holds = |rule: &Rule| value(claims, &rule.claim).is_some_and(|value| rule.test.holds(&value));
        self.rules.iter().filter(exact).any(holds)
    }
}

impl Rule {
    fn lines(&self) -> Vec<String> {
        match &self.test {
            Test::Exact(value) => vec![format!("{} = {value}", self.claim)],
            Test::Prefix(value) => vec![format!("{} ^= {value}", self.claim)],
            Test::OneOf(values) => values.iter().map(|value| format!("{} = {value}", self.claim)).collect(),
        }
    }
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        match self {
            Self::Exact(right) => value == right,
            Self::Prefix(start) => !start.is_empty() && value.len() > start.len() && value.starts_with(start),
            Self::OneOf(rights) => rights.iter().any(|right| right == value),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Exact(value) => format!("'{}'", shown(value)),
            Self::Prefix(value) => format!("something that begins with '{}'", shown(value)),
            Self::OneOf(values) => {
                format!(
                    "one of {}",
                    values.iter().map(|value| format!("'{}'", shown(value))).collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

/// A text, number or truth as text.
fn value(claims: &Claims, name: &str) -> Option<String> {
    claims.id(name).or_else(|| claims.flag(name).map(|flag| flag.to_string()))
}

pub(crate) fn identity(issuer: &Issuer, claims: &Claims) -> Result<Identity, IdentityError> {
    Ok(Identity {
        provider: issuer.provider,
        lookup: LOOKUP.into(),
        owner: None,
        source: Source {
            // The subject may name a tag. Whatever else the issuer signs of the repository tells better what stays the same.
            repository: claims.text("repository").map(Into::into),
            repository_id: claims.id("repository_id"),
            ..source(issuer, required(claims, "sub")?)
        },
        claims: claims.clone(),
    })
}

#[cfg(test)]
mod tests;
