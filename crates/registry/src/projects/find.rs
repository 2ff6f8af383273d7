//! Projects by the names that people type.

use bonded_model::file::File;
use bonded_model::ids::ProjectId;
use bonded_model::project::{Project, ProjectRules};
use bonded_model::python::ProjectName;
use bonded_model::{Channel, ChannelFormat};
use bonded_store::Queries;

use crate::{Error, Registry};

/// The form in which the channel compares names; `None` for what cannot be one.
pub(crate) fn normalized(channel: &Channel, typed: &str) -> Option<String> {
    match channel.format {
        ChannelFormat::Python => typed.parse::<ProjectName>().ok().map(|name| name.normalized().to_owned()),
        // PostgreSQL keeps no such character in a text.
        ChannelFormat::Conda => Some(typed.to_lowercase()).filter(|name| !name.contains('\0')),
    }
}

/// The project of this name, in any spelling that means it, unless it was deleted.
pub(crate) async fn find(queries: &mut Queries, channel: &Channel, typed: &str) -> Result<Project, Error> {
    let missing = || Error::NotFound(format!("there is no project '{typed}' in '{}'", channel.name));
    let name = normalized(channel, typed).ok_or_else(missing)?;
    let found = queries.project_by_name(channel.id, &name).await?;
    found.filter(|project| project.deleted_at.is_none()).ok_or_else(missing)
}

impl Registry {
    /// The project of this name, in any spelling that means it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or it was deleted.
    pub async fn project_named(&self, channel: &Channel, name: &str) -> Result<Project, Error> {
        find(&mut *self.store.read().await?, channel, name).await
    }

    /// The file by the file's name in its channel (for conda `{subdir}/{file name}`).
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such file, or it was deleted.
    pub async fn file_named(&self, channel: &Channel, name: &str) -> Result<File, Error> {
        let found = self.store.read().await?.file_by_name(channel.id, name).await?;
        found
            .filter(|file| file.deleted_at.is_none())
            .ok_or_else(|| Error::NotFound(format!("there is no file '{name}' in '{}'", channel.name)))
    }

    /// What decides about changes of a project.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn project_rules(&self, id: ProjectId) -> Result<ProjectRules, Error> {
        let found = self.store.read().await?.project(id).await?;
        found.map(|project| project.rules()).ok_or_else(|| Error::NotFound("there is no such project".into()))
    }
}

/// A part of a name as people type it, in the form in which names are kept: PEP 503 makes one hyphen of what separates
/// words.
pub(crate) fn normalized_part(format: ChannelFormat, typed: &str) -> String {
    let lower = typed.trim().to_lowercase().replace('\0', "");
    match format {
        ChannelFormat::Conda => lower,
        ChannelFormat::Python => {
            let mut part = String::with_capacity(lower.len());
            for c in lower.chars() {
                match c {
                    '-' | '_' | '.' if part.ends_with('-') => {}
                    '-' | '_' | '.' => part.push('-'),
                    c => part.push(c),
                }
            }
            part
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names_are_normalized_like_names() {
        assert_eq!(normalized_part(ChannelFormat::Python, " My_.Pro"), "my-pro");
        assert_eq!(normalized_part(ChannelFormat::Python, "acme-"), "acme-");
        assert_eq!(normalized_part(ChannelFormat::Conda, "Lib_x"), "lib_x");
    }
}
