//! What happened to projects, in plain words.

use bonded_model::ProjectStatus;
use bonded_model::audit::ProjectEvent as E;

use super::names::Names;
use crate::Error;

/// The event as a sentence.
pub(super) async fn of(
    names: &mut Names<'_>,
    channel: &str,
    project: &str,
    event: &E,
) -> Result<String, Error> {
    let place = |whole_channel: bool| {
        if whole_channel { channel.to_owned() } else { format!("the project {project}") }
    };
    Ok(match event {
        E::ReleaseDeleted { version, files } => {
            format!("Version {version} of {project} was deleted from {channel}, with {}.", counted(*files))
        }
        E::ProjectDeleted { name, files } => {
            format!("The project {name} was deleted from {channel}, with {}.", counted(*files))
        }
        E::StatusSet { status, reason } => {
            let what = match status {
                ProjectStatus::Active => "is active again",
                ProjectStatus::Archived => "was archived",
                ProjectStatus::Quarantined => "was put into quarantine",
                ProjectStatus::Deprecated => "was deprecated",
            };
            let why =
                if reason.is_empty() { ".".to_owned() } else { format!(", with this reason: {reason}") };
            format!("The project {project} {what}{why}")
        }
        E::TokenCut { token, owner, whole_channel } => format!(
            "{} token '{}' was cut off from {}.",
            names.whose(*owner).await?,
            names.token(*token).await?,
            place(*whole_channel)
        ),
        E::TokenRestored { token, owner, whole_channel } => format!(
            "{} token '{}' may do again what it could before in {}.",
            names.whose(*owner).await?,
            names.token(*token).await?,
            place(*whole_channel)
        ),
    })
}

fn counted(files: usize) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}
