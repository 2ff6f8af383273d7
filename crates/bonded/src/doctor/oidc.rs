//! `bonded doctor oidc`: an identity token, check by check.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use bonded_model::ids::IssuerId;
use bonded_model::publishing::{Algorithm, Issuer, Provider};
use bonded_model::{Random, Timestamp};
use bonded_oidc::explain::{Known, Outcome, Report, explain};
use bonded_oidc::{PublisherConfig, Unverified, known};
use serde_json::{Map, Value, json};

use crate::config::shown;
use crate::output::Output;

/// Bytes of the largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// The file with the token; '-' reads it from the standard input. Tokens are secrets: not on the command line.
    #[arg(long, value_name = "FILE", default_value = "-")]
    token: PathBuf,
    /// The key set that the issuer publishes, saved to a file. Without it the signature is not checked.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// The audience of the registry: the host of its URL without a port, unless it has --oidc-audience.
    #[arg(long, value_name = "TEXT")]
    audience: Option<String>,
    /// The URL of the issuer, as the registry knows it. Without it, the token's own word for it is not compared.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The kind of the issuer: github, gitlab, google, activestate, buildkite, circleci, forgejo or other. Without it, what
    /// its URL or the publisher tells.
    #[arg(long, value_name = "KIND")]
    provider: Option<Provider>,
    /// Where the projects of a GitLab are, if another host issues its tokens.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// How the issuer signs: RS256, ES256 or EdDSA.
    #[arg(long, value_name = "ALGORITHM", default_value = "RS256")]
    algorithm: Algorithm,
    /// A trusted publisher to compare with: its configuration as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "publisher")]
    config: Option<PathBuf>,
    /// A field of a trusted publisher to compare with, as in its form: 'owner=acme'. May be repeated.
    #[arg(long, value_name = "FIELD=VALUE")]
    publisher: Vec<String>,
}

impl Explain {
    pub(super) fn run(self, now: Timestamp, output: Output) -> anyhow::Result<ExitCode> {
        let token = if self.token == Path::new("-") {
            limited(stdin(), "the standard input")
        } else {
            read(&self.token)
        }?;
        let jwks = self.jwks.as_deref().map(read).transpose()?;
        let config = match &self.config {
            Some(file) => Some(self.check_config(&read(file)?).with_context(|| shown(file).to_string())?),
            None => None,
        };
        let issuer = self.issuer(&token, config.as_ref(), now);
        let publisher = match config {
            None if !self.publisher.is_empty() => Some(self.typed(issuer.provider)?),
            config => config,
        };
        let known = Known {
            issuer: &issuer,
            compares_issuer: self.issuer.is_some(),
            jwks: jwks.as_deref(),
            audience: self.audience.as_deref(),
            publisher: publisher.as_ref(),
            now,
        };
        let report = explain(&token, &known);
        output.result(&value(&report), || text(&report))?;
        Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn check_config(&self, json: &str) -> anyhow::Result<PublisherConfig> {
        let config = PublisherConfig::from_json(json)
            .map_err(|error| anyhow!("no configuration of a publisher: {error}"))?;
        match self.provider {
            Some(provider) if provider != config.provider() => {
                bail!("it is for {}, not for {provider}", config.provider())
            }
            _ => Ok(config),
        }
    }

    /// The issuer as the registry would know it. What is not said is taken from the token, which is then no proof of it.
    fn issuer(&self, token: &str, config: Option<&PublisherConfig>, now: Timestamp) -> Issuer {
        let named =
            || Unverified::parse(token.trim()).map(|token| token.issuer().to_owned()).unwrap_or_default();
        let url = self.issuer.clone().unwrap_or_else(named);
        let provider = self.provider.or(config.map(PublisherConfig::provider));
        Issuer {
            id: IssuerId::generate(now, &Random::System),
            provider: provider.unwrap_or_else(|| known::provider_of(&url)),
            url,
            name: String::new(),
            enabled: true,
            algorithm: self.algorithm,
            private_network: false,
            server: self.server.clone(),
            created_at: now,
        }
    }

    fn typed(&self, provider: Provider) -> anyhow::Result<PublisherConfig> {
        let mut pairs = Vec::new();
        for field in &self.publisher {
            let (name, value) =
                field.split_once('=').with_context(|| format!("'{field}' is not: FIELD=VALUE"))?;
            pairs.push((name.to_owned(), value.to_owned()));
        }
        PublisherConfig::from_pairs(provider, &pairs).map_err(anyhow::Error::msg)
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", shown(path)))?;
    limited(file, &shown(path).to_string())
}

fn limited(from: impl Read, name: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    from.take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("{name} cannot be read as text"))?;
    if text.len() as u64 > MAX_BYTES {
        bail!("{name} is longer than 1 MiB");
    }
    Ok(text)
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
    }
}

fn value(report: &Report) -> Value {
    let step = |step: &bonded_oidc::explain::Step| json!({"check": step.check, "outcome": word(step.outcome), "text": step.text});
    let claims: Map<_, _> = report.claims.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({"passed": report.passed(), "checks": report.steps.iter().map(step).collect::<Vec<_>>(), "claims": claims})
}

fn text(report: &Report) -> String {
    let claims = report.claims.iter().map(|(name, value)| format!("  {name} = {value}"));
    let steps =
        report.steps.iter().map(|step| format!("{:7}  {:9}  {}", word(step.outcome), step.check, step.text));
    let verdict = match (report.passed(), report.steps.iter().any(|step| step.outcome == Outcome::Skipped)) {
        (true, false) => "The registry would take it, once.",
        (true, true) => "Nothing wrong was found; what was skipped may still be.",
        (false, _) => "The registry would refuse it.",
    };
    let mut lines: Vec<_> = steps.collect();
    if !report.claims.is_empty() {
        lines.push("claims:".into());
        lines.extend(claims);
    }
    lines.push(verdict.into());
    lines.join("\n")
}
