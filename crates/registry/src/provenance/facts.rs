//! What is known of where the files of a project come from, for programs.

use std::collections::HashMap;

use bonded_model::Actor;
use bonded_model::ids::{FileId, ReleaseId};
use bonded_model::project::ReleaseOutline;
use bonded_model::publishing::{FileSource, Source};
use bonded_store::Queries;

use super::{Built, Provenance, compare_all};
use crate::projects::ProjectPage;
use crate::{Error, Registry};

/// Where the releases of a project come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProjectProvenance {
    /// The project's name as its publisher spells it.
    pub project: String,
    /// Those addresses that the release on the project's page names and that lie in its verified source repository.
    pub verified_urls: Vec<String>,
    /// Its releases, the newest first.
    pub releases: Vec<ReleaseProvenance>,
}

/// Where a release comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReleaseProvenance {
    /// The version.
    pub version: String,
    /// How it compares with those before it.
    pub provenance: Provenance,
    /// Its files.
    pub files: Vec<FileProvenance>,
}

/// Where a file comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileProvenance {
    /// Its name; for conda `{subdir}/{file name}`.
    pub name: String,
    /// The run that published it, if a trusted publisher did.
    pub source: Option<Source>,
    /// How many signed statements about it were verified.
    pub attestations: u64,
}

impl Registry {
    /// Where the releases of a project come from, as far as the actor sees them.
    ///
    /// # Errors
    /// As [`Registry::project_page`].
    pub async fn project_provenance(
        &self,
        actor: &Actor,
        channel: &str,
        project: &str,
    ) -> Result<ProjectProvenance, Error> {
        let page = self.project_page(actor, channel, project, None).await?;
        let ProjectPage { project, releases, about, verified_links, .. } = page;
        let verified_urls = verified_links.iter().filter_map(|link| about.links.get(*link));
        let verified_urls = verified_urls.map(|(_, address)| address.clone()).collect();
        let releases = releases.into_iter().map(|release| ReleaseProvenance {
            version: release.version,
            provenance: release.provenance,
            files: release
                .files
                .into_iter()
                .map(|file| FileProvenance {
                    name: file.name,
                    source: file.source,
                    attestations: file.attestations,
                })
                .collect(),
        });
        Ok(ProjectProvenance { project: project.display_name, verified_urls, releases: releases.collect() })
    }
}

/// What is known of all files of a project.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) files: HashMap<FileId, FileSource>,
    pub(crate) releases: HashMap<ReleaseId, Provenance>,
}

impl Known {
    pub(crate) async fn of(queries: &mut Queries, outlines: &[ReleaseOutline]) -> Result<Self, Error> {
        let Some(project) = outlines.first().map(|release| release.project) else {
            return Ok(Self::default());
        };
        let known = queries.sources_of_project(project).await?;
        let mut sources: HashMap<ReleaseId, Vec<Option<Source>>> = HashMap::new();
        for file in &known {
            sources.entry(file.release).or_default().push(file.source.clone());
        }
        let known: HashMap<FileId, FileSource> = known.into_iter().map(|file| (file.file, file)).collect();
        let built = outlines.iter().map(|release| Built {
            id: release.id,
            version: release.version.clone(),
            created_at: release.created_at,
            sources: sources.remove(&release.id).unwrap_or_default(),
        });
        Ok(Self { releases: compare_all(built.collect()), files: known })
    }

    /// The sources of the files of a release, if all of them have one.
    pub(crate) fn full(&self, release: ReleaseId) -> Vec<&Source> {
        let files = self.files.values().filter(|file| file.release == release);
        files.map(|file| file.source.as_ref()).collect::<Option<Vec<_>>>().unwrap_or_default()
    }
}
