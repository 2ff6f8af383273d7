//! The files of a project, as its page shows them.

use std::collections::HashMap;

use bonded_model::ChannelFormat;
use bonded_model::file::File;
use bonded_model::ids::{FileId, ProjectId, ReleaseId, UserId};
use bonded_model::user::UserName;
use bonded_store::Queries;

use super::page::{FileView, Published};
use crate::Error;
use crate::provenance::Known;
use crate::trust::SignedBy;

/// What is known of the files besides their rows, and how much of it the viewer is shown.
pub(super) struct Files<'a> {
    pub(super) format: ChannelFormat,
    /// Whether nobody can download them.
    pub(super) withheld: bool,
    /// Whether the viewer may know who published them.
    pub(super) inside: bool,
    pub(super) known: &'a Known,
    pub(super) signed: HashMap<FileId, Vec<SignedBy>>,
}

impl Files<'_> {
    /// All files of the project, by release.
    pub(super) async fn read(
        mut self,
        queries: &mut Queries,
        project: ProjectId,
    ) -> Result<HashMap<ReleaseId, Vec<FileView>>, Error> {
        let rows = queries.files_of_project(project).await?;
        let names = if self.inside { Some(names(queries, &rows).await?) } else { None };
        let mut files: HashMap<ReleaseId, Vec<FileView>> = HashMap::new();
        for file in rows {
            let view = self.view(&file, names.as_ref());
            files.entry(file.release).or_default().push(view);
        }
        Ok(files)
    }

    fn view(&mut self, file: &File, names: Option<&HashMap<UserId, UserName>>) -> FileView {
        let path = match self.format {
            ChannelFormat::Python => format!("files/{}", file.name),
            ChannelFormat::Conda => file.name.clone(),
        };
        let signed = self.signed.remove(&file.id).unwrap_or_default();
        let known = self.known.files.get(&file.id);
        FileView {
            name: file.name.clone(),
            size: file.digests.size,
            sha256: file.digests.sha256,
            uploaded_at: file.uploaded_at,
            path: (!self.withheld).then_some(path),
            published: names.map(|names| Published {
                by: file.uploaded_by.and_then(|id| names.get(&id).cloned()),
                with_token: file.token.is_some(),
            }),
            signed: (self.format == ChannelFormat::Conda).then_some(signed),
            source: known.and_then(|known| known.source.clone()),
            attestations: known.map_or(0, |known| known.attestations.unsigned_abs()),
        }
    }
}

/// The names of those who published the files.
async fn names(queries: &mut Queries, files: &[File]) -> Result<HashMap<UserId, UserName>, Error> {
    let mut names = HashMap::new();
    for id in files.iter().filter_map(|file| file.uploaded_by) {
        if !names.contains_key(&id)
            && let Some(user) = queries.user(id).await?
        {
            names.insert(id, user.name);
        }
    }
    Ok(names)
}
