//! The JSON API: `/pypi/{project}/json` and `/pypi/{project}/{version}/json`.

use std::sync::Arc;

use bonded_indexes::python::{PackageType, ProjectDocument, ReleaseFile, latest_version};
use bonded_model::file::{PythonFileKind, PythonListing};
use bonded_model::project::{Project, ProjectMember, Release};
use bonded_model::python::Version;
use serde_json::{Map, Value};

use super::page::{Known, no_such_project};
use super::{Page, PageKey};
use crate::access::{Permit, Read};
use crate::{Error, Registry};

/// Everything that a document is made of.
struct Facts {
    project: Project,
    releases: Vec<Release>,
    files: Vec<PythonListing>,
    members: Vec<ProjectMember>,
    /// The absolute URL of the channel, without a slash at its end.
    channel_url: String,
}

impl Registry {
    /// The document of a project, or of one of its releases. `channel_url` is absolute and has no slash at its end.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown project or version, and for a project without files.
    pub async fn python_document(
        &self,
        permit: &Permit<Read>,
        name: &str,
        version: Option<&str>,
        channel_url: String,
    ) -> Result<Arc<Page>, Error> {
        let project = self.python_project_id(permit.action().channel.id, name).await?;
        // It names who has a role in the project.
        let key = PageKey::Document(project, self.access.epoch());
        if let (Some(page), None) = (self.python.rendered.get(&key), version) {
            return Ok(page);
        }
        let seen = self.python.rendered.version(&project);
        let mut snapshot = self.store.snapshot().await?;
        let row = snapshot.project(project).await?.filter(|row| row.deleted_at.is_none());
        let row = row.ok_or_else(no_such_project)?;
        let withheld = row.lifecycle.status.withholds_files();
        let facts = Facts {
            releases: snapshot.releases(project).await?,
            files: if withheld { Vec::new() } else { snapshot.python_files(project).await? },
            members: snapshot.project_members(project).await?,
            channel_url,
            project: row,
        };
        drop(snapshot);
        let wanted = version.map(str::to_owned);
        let render = move || facts.render(wanted.as_deref()).map(|body| Page::new(body, "application/json"));
        let page = Arc::new(tokio::task::spawn_blocking(render).await.map_err(Error::internal)??);
        if version.is_none() {
            self.python.rendered.insert(key, Arc::clone(&page), seen);
        }
        Ok(page)
    }
}

impl Facts {
    fn render(&self, wanted: Option<&str>) -> Result<Vec<u8>, Error> {
        let base = format!("{}/files/", self.channel_url);
        let known: Vec<_> = self.files.iter().filter_map(|listing| Known::at(listing, &base)).collect();
        let files: Vec<_> =
            known.iter().zip(&self.files).map(|(known, listing)| release_file(known, listing)).collect();
        let wanted = wanted.map(|text| text.parse::<Version>().map_err(|_| no_such_version())).transpose()?;
        let version = match &wanted {
            Some(version) => files.iter().map(|file| file.file.version).find(|of| *of == version),
            None => latest_version(files.iter().map(|file| &file.file)),
        };
        let version = version.ok_or_else(no_such_version)?;
        let metadata = self.metadata(version);
        let roles: Vec<_> = self.members.iter().map(|member| (title(member), member.name.as_str())).collect();
        let project_url = format!("{}/simple/{}/", self.channel_url, self.project.name);
        let document = ProjectDocument {
            name: &self.project.display_name,
            serial: self.project.serial,
            version,
            metadata: &metadata,
            files: &files,
            roles: &roles,
            project_url: &project_url,
        };
        Ok(if wanted.is_some() { document.render_release() } else { document.render_project() })
    }

    fn metadata(&self, version: &Version) -> Map<String, Value> {
        let canonical = version.canonical();
        let release = self.releases.iter().find(|release| release.version == canonical);
        release.and_then(|release| serde_json::from_str(&release.metadata).ok()).unwrap_or_default()
    }
}

fn release_file<'a>(known: &'a Known<'a>, listing: &'a PythonListing) -> ReleaseFile<'a> {
    ReleaseFile {
        file: known.file(),
        blake2b: listing.file.digests.blake2b,
        md5: listing.file.digests.md5,
        package_type: match listing.python.kind {
            PythonFileKind::Wheel => PackageType::BdistWheel,
            PythonFileKind::Sdist => PackageType::Sdist,
        },
        python_version: &listing.python.python_tag,
    }
}

fn title(member: &ProjectMember) -> &'static str {
    match member.role {
        bonded_model::user::ProjectRole::Owner => "Owner",
        bonded_model::user::ProjectRole::Maintainer => "Maintainer",
    }
}

fn no_such_version() -> Error {
    Error::NotFound("the project has no files of such a version".into())
}
