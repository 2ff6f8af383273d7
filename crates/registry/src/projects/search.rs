//! Finding projects by a part of their name, in those channels alone that the viewer may read.

use std::sync::Arc;

use bonded_model::{Actor, Channel, ProjectStatus};

use super::find::normalized_part;
use crate::access::Read;
use crate::{Error, Registry};

/// More than anybody looks through.
const MOST: usize = 100;

/// A project that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The channel that it stands in.
    pub channel: Arc<Channel>,
    /// Its normalized name.
    pub name: String,
    /// Its name as its publisher spells it.
    pub display_name: String,
    /// Where it stands in its life.
    pub status: ProjectStatus,
}

impl Registry {
    /// The projects with files whose normalized names hold `part`, at most 100: by channel, then by name. A channel that
    /// the actor may not read is as good as none.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn search(
        &self,
        actor: &Actor,
        part: &str,
        channel: Option<&str>,
    ) -> Result<Vec<Found>, Error> {
        let channels = self.access.visible_channels(actor).await?;
        let wanted = channels
            .into_iter()
            .filter(|visible| channel.is_none_or(|name| visible.name.as_str() == name))
            .filter(|visible| self.access.permit(actor, Read { channel: Arc::clone(visible) }).is_ok());
        let mut found = Vec::new();
        let mut reader = self.store.read().await?;
        for channel in wanted {
            let part = normalized_part(channel.format, part);
            let left = i64::try_from(MOST - found.len()).unwrap_or_default();
            if part.is_empty() || left == 0 {
                break;
            }
            let projects = reader.projects_with(channel.id, &part, left).await?;
            found.extend(projects.into_iter().map(|project| Found {
                channel: Arc::clone(&channel),
                name: project.name,
                display_name: project.display_name,
                status: project.lifecycle.status,
            }));
        }
        Ok(found)
    }
}
