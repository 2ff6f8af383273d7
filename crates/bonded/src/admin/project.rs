//! `bonded admin project`

use bonded_model::{Actor, ProjectStatus};
use bonded_registry::Registry;
use bonded_registry::projects::Target;
use clap::Subcommand;
use serde_json::json;

use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Archive or deprecate a project, put it into quarantine, or make it active again (PEP 792).
    Status {
        /// The channel.
        channel: String,
        /// The project.
        project: String,
        /// active, archived, deprecated or quarantined.
        status: ProjectStatus,
        /// Why, for those who see it.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Delete a project with all its files and roles, for good. Its name stays taken, and so do those of its files.
    Delete {
        /// The channel.
        channel: String,
        /// The project.
        project: String,
        /// Delete only this version.
        #[arg(long = "only-version", value_name = "VERSION")]
        release: Option<String>,
    },
}

impl Command {
    pub(super) async fn run(self, registry: &Registry, output: Output, actor: &Actor) -> anyhow::Result<()> {
        let origin = registry.local_origin();
        match self {
            Self::Status { channel, project, status, reason } => {
                registry.set_status(actor, &origin, &channel, &project, status, &reason).await?;
                output.result(&json!({ "status": status }), || format!("{project} is {status} now"))
            }
            Self::Delete { channel, project, release } => {
                let permit = registry.permit_delete(actor, &origin, &channel, &project).await?;
                let deleted = match &release {
                    Some(version) => format!("{project} {version}"),
                    None => project,
                };
                let target = release.map_or(Target::Project, Target::Release);
                registry.delete(permit, origin, target).await?;
                output.result(&json!({ "deleted": deleted }), || format!("deleted {deleted}"))
            }
        }
    }
}
