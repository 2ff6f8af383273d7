//! What must be true of an identity: the configuration of a trusted publisher.

use std::collections::BTreeMap;

use bonded_model::publishing::Provider;
use serde::{Deserialize, Serialize};

use crate::claims::shown;
use crate::form::{Field, FieldErrors, Form, rule};
use crate::known::provider_name;
use crate::providers::{activestate, buildkite, circleci, forgejo, github, gitlab, google, other};
use crate::{Difference, Identity, Warning};

/// The configuration of a publisher, as it is kept in JSON.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "lowercase")]
pub enum PublisherConfig {
    /// A workflow of GitHub Actions.
    GitHub(github::Config),
    /// A pipeline of GitLab CI.
    GitLab(gitlab::Config),
    /// A service account of Google Cloud.
    Google(google::Config),
    /// A project of ActiveState.
    ActiveState(activestate::Config),
    /// A pipeline of Buildkite.
    Buildkite(buildkite::Config),
    /// A project of CircleCI.
    CircleCi(circleci::Config),
    /// A workflow of Forgejo or Gitea Actions.
    Forgejo(forgejo::Config),
    /// Claim rules for any other issuer.
    Other(other::Config),
}

/// The same for each kind of configuration.
macro_rules! each {
    ($config:expr, $inner:ident => $value:expr) => {
        match $config {
            PublisherConfig::GitHub($inner) => $value,
            PublisherConfig::GitLab($inner) => $value,
            PublisherConfig::Google($inner) => $value,
            PublisherConfig::ActiveState($inner) => $value,
            PublisherConfig::Buildkite($inner) => $value,
            PublisherConfig::CircleCi($inner) => $value,
            PublisherConfig::Forgejo($inner) => $value,
            PublisherConfig::Other($inner) => $value,
        }
    };
}

impl PublisherConfig {
    /// The fields of a form for publishers of this provider, in the order in which people fill them in.
    pub const fn fields(provider: Provider) -> &'static [Field] {
        match provider {
            Provider::GitHub => github::FIELDS,
            Provider::GitLab => gitlab::FIELDS,
            Provider::Google => google::FIELDS,
            Provider::ActiveState => activestate::FIELDS,
            Provider::Buildkite => buildkite::FIELDS,
            Provider::CircleCi => circleci::FIELDS,
            Provider::Forgejo => forgejo::FIELDS,
            Provider::Other => other::FIELDS,
        }
    }

    /// Reads what somebody typed. Fields that are not the provider's are passed over.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn from_fields(provider: Provider, fields: &BTreeMap<String, String>) -> Result<Self, FieldErrors> {
        Self::read(provider, Form::new(fields))
    }

    fn read(provider: Provider, form: Form<'_>) -> Result<Self, FieldErrors> {
        match provider {
            Provider::GitHub => github::read(form).map(Self::GitHub),
            Provider::GitLab => gitlab::read(form).map(Self::GitLab),
            Provider::Google => google::read(form).map(Self::Google),
            Provider::ActiveState => activestate::read(form).map(Self::ActiveState),
            Provider::Buildkite => buildkite::read(form).map(Self::Buildkite),
            Provider::CircleCi => circleci::read(form).map(Self::CircleCi),
            Provider::Forgejo => forgejo::read(form).map(Self::Forgejo),
            Provider::Other => other::read(form).map(Self::Other),
        }
    }

    /// Reads fields that somebody typed by name and value.
    ///
    /// # Errors
    /// A text for people: a field that the provider does not have, one that is given twice, or what is wrong with the values.
    pub fn from_pairs(provider: Provider, pairs: &[(String, String)]) -> Result<Self, String> {
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            let names = Self::fields(provider).iter().map(|field| field.name);
            if !names.clone().any(|known| known == name) {
                let (name, names) = (shown(name), names.collect::<Vec<_>>().join(", "));
                return Err(format!(
                    "publishers of the kind {provider} have no field '{name}', but: {names}"
                ));
            }
            if fields.insert(name.clone(), value.clone()).is_some() {
                return Err(format!("the field '{name}' is given twice"));
            }
        }
        Self::from_fields(provider, &fields).map_err(|errors| format!("no such publisher: {errors}"))
    }

    /// The fields as somebody would type them, to fill in a form again or to show them.
    pub fn to_fields(&self) -> BTreeMap<String, String> {
        each!(self, config => config.to_fields())
    }

    /// Reads what [`to_json`](Self::to_json) wrote, or what somebody wrote by hand. The values are checked as those of a
    /// form; what is asked of new publishers alone may be missing.
    ///
    /// # Errors
    /// It is no configuration: a text for people.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let config: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let fields = config.to_fields();
        Self::read(config.provider(), Form::kept(&fields)).map_err(|errors| errors.to_string())
    }

    /// As the database keeps it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Which provider it is for.
    pub const fn provider(&self) -> Provider {
        match self {
            Self::GitHub(_) => Provider::GitHub,
            Self::GitLab(_) => Provider::GitLab,
            Self::Google(_) => Provider::Google,
            Self::ActiveState(_) => Provider::ActiveState,
            Self::Buildkite(_) => Provider::Buildkite,
            Self::CircleCi(_) => Provider::CircleCi,
            Self::Forgejo(_) => Provider::Forgejo,
            Self::Other(_) => Provider::Other,
        }
    }

    /// By what it is found: equal to the [`Identity::lookup`] of every identity that could match.
    pub fn lookup(&self) -> String {
        each!(self, config => config.lookup())
    }

    /// In one line, for people and CI logs.
    pub fn describe(&self) -> String {
        format!("{}: {}", provider_name(self.provider()), each!(self, config => config.describe()))
    }

    /// Whether an identity of the publisher's issuer is the publisher's. That the issuer is the same one is for the caller
    /// to see to: this compares claims.
    ///
    /// # Errors
    /// What differs; never empty.
    pub fn check(&self, identity: &Identity) -> Result<(), Vec<Difference>> {
        if identity.provider != self.provider() {
            let expected = provider_name(self.provider()).into();
            let received = Some(provider_name(identity.provider).into());
            return Err(vec![Difference { claim: "iss".into(), expected, received }]);
        }
        each!(self, config => config.check(identity))
    }

    /// Whether an identity with the same lookup has to do with the publisher, so that it may be told what differs. Where all
    /// identities of an issuer have the same lookup, a claim has to be exactly what a rule says.
    pub fn concerns(&self, identity: &Identity) -> bool {
        match self {
            Self::Other(config) => config.concerns(&identity.claims),
            _ => true,
        }
    }

    /// The environment that is required.
    pub fn environment(&self) -> Option<&str> {
        match self {
            Self::GitHub(config) => config.environment.as_deref(),
            Self::GitLab(config) => config.environment.as_deref(),
            Self::Forgejo(config) => config.environment.as_deref(),
            _ => None,
        }
    }

    /// The same with an environment; `None` where the provider knows no environments, or none could be called so.
    #[must_use]
    pub fn with_environment(&self, environment: &str) -> Option<Self> {
        if environment.is_empty()
            || environment.trim() != environment
            || rule::environment(environment).is_err()
        {
            return None;
        }
        let mut config = self.clone();
        let place = match &mut config {
            Self::GitHub(config) => &mut config.environment,
            Self::GitLab(config) => &mut config.environment,
            Self::Forgejo(config) => &mut config.environment,
            _ => return None,
        };
        *place = Some(environment.into());
        Some(config)
    }

    /// The same with the ids of an identity that [`check`](Self::check) let pass, so that names that change hands do not
    /// count from then on. `None` where nothing is new.
    #[must_use]
    pub fn with_ids_of(&self, identity: &Identity) -> Option<Self> {
        let mut config = self.clone();
        match &mut config {
            Self::GitHub(config) => config.learn(&identity.claims),
            Self::GitLab(config) => config.learn(&identity.claims),
            Self::Forgejo(config) => config.learn(&identity.claims),
            _ => {}
        }
        (config != *self).then_some(config)
    }

    /// The fields that [`with_ids_of`](Self::with_ids_of) fills in. Configurations that differ in them alone, because one of
    /// the two does not have them yet, are about the same identities.
    pub const fn learnt(&self) -> &'static [&'static str] {
        match self {
            Self::GitHub(_) => github::LEARNT,
            Self::GitLab(_) => gitlab::LEARNT,
            Self::Forgejo(_) => forgejo::LEARNT,
            _ => &[],
        }
    }

    /// Whether whoever may push any branch may publish, as far as the configuration asks; what the provider protects besides
    /// is told by the last run.
    pub const fn takes_any_ref(&self) -> bool {
        matches!(self, Self::GitHub(config) if config.environment.is_none())
    }

    /// What is less strict than it could be.
    pub fn warnings(&self) -> Vec<Warning> {
        match self {
            Self::GitHub(config) if config.environment.is_none() => vec![Warning::NoEnvironment],
            Self::GitLab(config) => config.warnings(),
            Self::Forgejo(config) => config.warnings(),
            Self::Google(config) if config.sub.is_none() => vec![Warning::NoSubject],
            Self::Buildkite(config) => config.warnings(),
            Self::CircleCi(config) => config.warnings(),
            _ => Vec::new(),
        }
    }
}
