//! `bonded admin publisher`

use bonded_model::ids::PublisherId;
use bonded_model::publishing::Publisher;
use bonded_oidc::PublisherConfig;
use bonded_registry::Registry;
use bonded_registry::publishers::{NewPublisher, PublisherView};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::issuer;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the trusted publishers of a project, or those of a channel that are for a prefix or pending.
    List(Place),
    /// Add a trusted publisher to a project, or to all projects of a channel whose names begin alike.
    Add {
        #[command(flatten)]
        place: Place,
        /// How the names of its projects begin.
        #[arg(long, conflicts_with = "project", required_unless_present = "project")]
        prefix: Option<String>,
        /// The issuer's URL.
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// What must be true of its identities: `owner=acme repository=rocket workflow=release.yml`.
        #[arg(required = true, value_name = "FIELD=VALUE", value_parser = field)]
        fields: Vec<(String, String)>,
    },
    /// Remove a trusted publisher. What it holds ends with it.
    Remove {
        #[command(flatten)]
        place: Place,
        /// Its id, as the list shows it.
        id: PublisherId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The channel.
    channel: String,
    /// The project.
    #[arg(long)]
    project: Option<String>,
}

/// `name=value` as the two of them.
fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected FIELD=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List(place) => list(registry, output, &place).await,
            Self::Add { place, prefix, issuer, fields } => {
                let publisher = add(registry, &place, prefix.as_deref(), &issuer, fields).await?;
                output.result(&json!({ "id": publisher.id }), || {
                    format!("added the publisher {}", publisher.id)
                })
            }
            Self::Remove { place, id } => {
                remove(registry, &place, id).await?;
                output.result(&json!({ "removed": id }), || format!("removed the publisher {id}"))
            }
        }
    }
}

async fn list(registry: &Registry, output: Output, place: &Place) -> anyhow::Result<()> {
    let permit = registry.operator()?;
    let views = match &place.project {
        Some(project) => {
            let permit = registry.operator_inspects_project(&permit, &place.channel, project).await?;
            registry.project_publishers(&permit).await?
        }
        None => {
            let permit = registry.operator_inspects_channel(&permit, &place.channel).await?;
            registry.channel_publishers(&permit).await?
        }
    };
    output.table(
        &views.iter().map(row).collect::<Vec<_>>(),
        &["id", "issuer", "identity", "place", "last_used_at"],
    )
}

fn row(view: &PublisherView) -> Value {
    use bonded_model::publishing::PublisherPlace::{Pending, Prefix, Project};
    let place = match &view.publisher.place {
        Project { .. } => "project".to_owned(),
        Prefix { prefix, .. } => format!("{prefix}*"),
        Pending { name, .. } => format!("pending: {name}"),
    };
    json!({
        "id": view.publisher.id, "issuer": view.issuer.url, "identity": view.identity, "place": place,
        "last_used_at": view.publisher.last_used_at, "last_refusal": view.publisher.last_refusal,
    })
}

async fn add(
    registry: &Registry,
    place: &Place,
    prefix: Option<&str>,
    url: &str,
    fields: Vec<(String, String)>,
) -> anyhow::Result<Publisher> {
    let issuer = issuer::named(registry, url).await?;
    let config = PublisherConfig::from_pairs(issuer.provider, &fields).map_err(anyhow::Error::msg)?;
    let new = NewPublisher { issuer: issuer.id, config };
    let (permit, origin) = (registry.operator()?, registry.local_origin());
    Ok(match (&place.project, prefix) {
        (Some(project), _) => {
            let permit = registry.operator_manages_project(&permit, &place.channel, project).await?;
            registry.add_publisher(&permit, &origin, new).await?
        }
        (None, prefix) => {
            let permit = registry.operator_manages_channel(&permit, &place.channel).await?;
            registry.add_channel_publisher(&permit, &origin, prefix.unwrap_or_default(), new).await?
        }
    })
}

async fn remove(registry: &Registry, place: &Place, id: PublisherId) -> anyhow::Result<()> {
    let (permit, origin) = (registry.operator()?, registry.local_origin());
    match &place.project {
        Some(project) => {
            let permit = registry.operator_manages_project(&permit, &place.channel, project).await?;
            registry.remove_publisher(&permit, &origin, id).await?;
        }
        None => {
            let permit = registry.operator_manages_channel(&permit, &place.channel).await?;
            registry.remove_publisher(&permit, &origin, id).await?;
        }
    }
    Ok(())
}
