//! `bonded admin issuer`

use anyhow::Context as _;
use bonded_model::publishing::{Algorithm, Issuer, Provider};
use bonded_registry::Registry;
use bonded_registry::publishers::{IssuerChange, IssuerView, NewIssuer};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the issuers of identity tokens that the registry knows.
    List,
    /// Accept identity tokens of another issuer.
    Add {
        /// Its URL, exactly as its tokens have it in the claim `iss`.
        url: String,
        /// Its kind: github, gitlab, google, activestate, buildkite, circleci, forgejo or other.
        #[arg(long)]
        provider: Provider,
        /// What people call it; otherwise its URL.
        #[arg(long)]
        name: Option<String>,
        /// How it signs: RS256, ES256 or EdDSA.
        #[arg(long, default_value = "RS256")]
        algorithm: Algorithm,
        /// It may stand at a private address, and be asked without TLS there.
        #[arg(long)]
        private_network: bool,
        /// Where the projects of a GitLab are, if another host issues its tokens.
        #[arg(long, value_name = "URL")]
        server: Option<String>,
    },
    /// Change what is known of an issuer; what is not named stays.
    Change {
        /// Its URL.
        url: String,
        #[command(flatten)]
        changes: Changes,
    },
    /// Accept identity tokens of an issuer again.
    Enable {
        /// Its URL.
        url: String,
    },
    /// Accept no identity tokens of an issuer any more, from this moment on. What its publishers hold ends as well.
    Disable {
        /// Its URL.
        url: String,
    },
    /// Remove an issuer with all its publishers.
    Remove {
        /// Its URL.
        url: String,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Changes {
    /// What people call it.
    #[arg(long)]
    name: Option<String>,
    /// How it signs: RS256, ES256 or EdDSA.
    #[arg(long)]
    algorithm: Option<Algorithm>,
    /// Whether it may stand at a private address: true or false.
    #[arg(long, value_name = "BOOL")]
    private_network: Option<bool>,
    /// Where the projects of a GitLab are; empty for its URL.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List => list(registry, output).await,
            Self::Add { url, provider, name, algorithm, private_network, server } => {
                let name = name.unwrap_or_else(|| url.clone());
                let new = NewIssuer { url, provider, name, algorithm, private_network, server };
                add(registry, output, new).await
            }
            Self::Change { url, changes } => {
                let changed = change(registry, &url, |before| IssuerChange {
                    name: changes.name.unwrap_or(before.name),
                    algorithm: changes.algorithm.unwrap_or(before.algorithm),
                    private_network: changes.private_network.unwrap_or(before.private_network),
                    server: changes.server.or(before.server),
                    ..before
                });
                changed.await?;
                output.result(&json!({ "changed": url }), || format!("changed {url}"))
            }
            Self::Enable { url } => switch(registry, output, &url, true).await,
            Self::Disable { url } => switch(registry, output, &url, false).await,
            Self::Remove { url } => {
                let permit = registry.operator_administers(&registry.operator()?)?;
                let issuer = named(registry, &url).await?;
                registry.remove_issuer(&permit, &registry.local_origin(), issuer.id, &url).await?;
                output.result(&json!({ "removed": url }), || format!("removed {url} with its publishers"))
            }
        }
    }
}

async fn list(registry: &Registry, output: Output) -> anyhow::Result<()> {
    let views = registry.issuers(&registry.operator_views(&registry.operator()?)?).await?;
    let row = |view: &IssuerView| {
        let issuer = &view.issuer;
        json!({
            "url": issuer.url, "provider": issuer.provider, "name": issuer.name, "enabled": issuer.enabled,
            "algorithm": issuer.algorithm, "private_network": issuer.private_network, "server": issuer.server,
            "publishers": view.publishers, "keys_at": view.keys_at,
        })
    };
    let rows: Vec<_> = views.iter().map(row).collect();
    let columns =
        ["url", "provider", "name", "enabled", "algorithm", "private_network", "publishers", "keys_at"];
    output.table(&rows, &columns)
}

async fn add(registry: &Registry, output: Output, new: NewIssuer) -> anyhow::Result<()> {
    let permit = registry.operator_administers(&registry.operator()?)?;
    let issuer = registry.add_issuer(&permit, &registry.local_origin(), new).await?;
    let shown = json!({ "id": issuer.id, "url": issuer.url, "provider": issuer.provider });
    output.result(&shown, || format!("identity tokens of {} are accepted now", issuer.url))
}

async fn switch(registry: &Registry, output: Output, url: &str, enabled: bool) -> anyhow::Result<()> {
    change(registry, url, |before| IssuerChange { enabled, ..before }).await?;
    let accepted = if enabled { "accepted" } else { "not accepted any more" };
    output.result(&json!({ "url": url, "enabled": enabled }), || {
        format!("identity tokens of {url} are {accepted}")
    })
}

/// Changes the issuer with this URL, from what is known of it now.
async fn change(
    registry: &Registry,
    url: &str,
    changed: impl FnOnce(IssuerChange) -> IssuerChange,
) -> anyhow::Result<()> {
    let permit = registry.operator_administers(&registry.operator()?)?;
    let issuer = named(registry, url).await?;
    let (id, before) = (issuer.id, IssuerChange::from(issuer));
    Ok(registry.change_issuer(&permit, &registry.local_origin(), id, changed(before)).await?)
}

/// The issuer with this URL.
pub(super) async fn named(registry: &Registry, url: &str) -> anyhow::Result<Issuer> {
    let views = registry.issuers(&registry.operator_views(&registry.operator()?)?).await?;
    let found = views.into_iter().map(|view| view.issuer).find(|issuer| issuer.url == url);
    found.with_context(|| format!("there is no issuer '{url}': `bonded admin issuer list` shows all"))
}
