//! `bonded admin issuer`

use anyhow::Context as _;
use bonded_model::publishing::{Algorithm, Issuer, Provider};
use bonded_registry::Registry;
use bonded_registry::publishers::{IssuerChange, IssuerView, NewIssuer};
use clap::Subcommand;
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

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List => list(registry, output).await,
            Self::Add { url, provider, name, algorithm, private_network } => {
                let name = name.unwrap_or_else(|| url.clone());
                add(registry, output, NewIssuer { url, provider, name, algorithm, private_network }).await
            }
            Self::Enable { url } => switch(registry, output, &url, true).await,
            Self::Disable { url } => switch(registry, output, &url, false).await,
            Self::Remove { url } => {
                let permit = registry.operator_administers(&registry.operator()?)?;
                let issuer = named(registry, &url).await?;
                registry.remove_issuer(&permit, &registry.local_origin(), issuer.id).await?;
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
            "private_network": issuer.private_network, "publishers": view.publishers, "keys_at": view.keys_at,
        })
    };
    let rows: Vec<_> = views.iter().map(row).collect();
    output.table(&rows, &["url", "provider", "name", "enabled", "private_network", "publishers", "keys_at"])
}

async fn add(registry: &Registry, output: Output, new: NewIssuer) -> anyhow::Result<()> {
    let permit = registry.operator_administers(&registry.operator()?)?;
    let issuer = registry.add_issuer(&permit, &registry.local_origin(), new).await?;
    let shown = json!({ "id": issuer.id, "url": issuer.url, "provider": issuer.provider });
    output.result(&shown, || format!("identity tokens of {} are accepted now", issuer.url))
}

async fn switch(registry: &Registry, output: Output, url: &str, enabled: bool) -> anyhow::Result<()> {
    let permit = registry.operator_administers(&registry.operator()?)?;
    let Issuer { id, name, private_network, .. } = named(registry, url).await?;
    let change = IssuerChange { name, enabled, private_network };
    registry.change_issuer(&permit, &registry.local_origin(), id, change).await?;
    let accepted = if enabled { "accepted" } else { "not accepted any more" };
    output.result(&json!({ "url": url, "enabled": enabled }), || {
        format!("identity tokens of {url} are {accepted}")
    })
}

/// The issuer with this URL.
pub(super) async fn named(registry: &Registry, url: &str) -> anyhow::Result<Issuer> {
    let views = registry.issuers(&registry.operator_views(&registry.operator()?)?).await?;
    let found = views.into_iter().map(|view| view.issuer).find(|issuer| issuer.url == url);
    found.with_context(|| format!("there is no issuer '{url}': `bonded admin issuer list` shows all"))
}
