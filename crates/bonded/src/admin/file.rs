//! `bonded admin file`

use std::sync::Arc;

use bonded_model::Actor;
use bonded_registry::Registry;
use bonded_registry::access::{Delete, Yank};
use bonded_registry::projects::{Target, Yanking};
use clap::Subcommand;
use serde_json::json;

use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take a file out of the index for good. Its name never comes back.
    Delete {
        /// The channel.
        channel: String,
        /// The file's name; in a conda channel SUBDIR/NAME.
        file: String,
    },
    /// Make the record of a conda package anew from its archive, because the one in the database was changed or damaged.
    RestoreRecord {
        /// The channel.
        channel: String,
        /// The file: SUBDIR/NAME.
        file: String,
    },
    /// Yank a release: installers pass over it unless it is pinned (Python), or cannot choose it (conda).
    Yank {
        /// The channel.
        channel: String,
        /// The project.
        project: String,
        /// The version.
        #[arg(value_name = "VERSION")]
        release: String,
        /// Why, for those who see it.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Take a yank back.
    Unyank {
        /// The channel.
        channel: String,
        /// The project.
        project: String,
        /// The version.
        #[arg(value_name = "VERSION")]
        release: String,
        /// Why, for those who look after the project.
        #[arg(long, default_value = "")]
        reason: String,
    },
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output, actor: &Actor) -> anyhow::Result<()> {
        match self {
            Self::Delete { channel, file } => {
                let channel = Arc::new(registry.channel_named(&registry.operator()?, &channel).await?);
                let found = registry.file_named(&channel, &file).await?;
                let project = registry.project_rules(found.project).await?;
                let permit = registry.access.permit(actor, Delete { channel, project })?;
                registry.delete(permit, registry.local_origin(), Target::File(found.name)).await?;
                output.result(&json!({ "deleted": file }), || format!("deleted {file}"))
            }
            Self::RestoreRecord { channel, file } => {
                let permit = registry.operator()?;
                let channel = registry.channel_named(&permit, &channel).await?;
                let published = registry.restore_record(&permit, &channel, &file).await?;
                output.result(&json!({ "restored": file, "published": published }), || match published {
                    true => format!("restored the record of {file}"),
                    false => format!(
                        "restored the record of {file}; no publisher has signed it, so it is not in the index: upload \
                         the same file again with a signature"
                    ),
                })
            }
            Self::Yank { channel, project, release: version, reason } => {
                set_yank(registry, actor, &channel, &project, &version, Yanking::Yank(reason)).await?;
                output.result(&json!({ "yanked": version }), || format!("yanked {project} {version}"))
            }
            Self::Unyank { channel, project, release: version, reason } => {
                set_yank(registry, actor, &channel, &project, &version, Yanking::TakeBack(reason)).await?;
                output.result(&json!({ "unyanked": version }), || format!("{project} {version} is back"))
            }
        }
    }
}

async fn set_yank(
    registry: &Registry,
    actor: &Actor,
    channel: &str,
    project: &str,
    version: &str,
    yanking: Yanking,
) -> anyhow::Result<()> {
    let channel = Arc::new(registry.channel_named(&registry.operator()?, channel).await?);
    let project = registry.project_named(&channel, project).await?;
    let permit = registry.access.permit(actor, Yank { channel, project: project.rules() })?;
    registry.set_yank(permit, registry.local_origin(), version, yanking).await?;
    Ok(())
}
