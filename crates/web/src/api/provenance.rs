//! Where the files of a project come from.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderValue};
use bonded_model::publishing::Source;
use bonded_registry::provenance::{Alarm, FileProvenance, ProjectProvenance, ReleaseProvenance};
use http::header::CACHE_CONTROL;
use serde::Serialize;

use crate::App;
use crate::credentials::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

pub(crate) fn add(table: Routes) -> Routes {
    table.get("/api/bonded/v1/channels/{channel}/projects/{project}/provenance", show)
}

#[derive(Serialize)]
struct Project {
    project: String,
    /// Addresses that the newest release names, in its verified source repository.
    verified_urls: Vec<String>,
    releases: Vec<Release>,
}

#[derive(Serialize)]
struct Release {
    version: String,
    /// `full`, `partial`, `none`, `lost` or `changed`.
    state: &'static str,
    /// What an earlier release was built from, where that is the reason for `lost` and `changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_with: Option<Earlier>,
    files: Vec<File>,
}

#[derive(Serialize)]
struct Earlier {
    version: String,
    source: String,
}

#[derive(Serialize)]
struct File {
    filename: String,
    /// Facts that an issuer signed; `null` where nobody did.
    verified_source: Option<Source>,
    attestations: u64,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((channel, project)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let ProjectProvenance { project, verified_urls, releases } =
        app.project_provenance(&caller.actor, &channel, &project).await?;
    let releases = releases.into_iter().map(release).collect();
    let mut response = Json(Project { project, verified_urls, releases }).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn release(release: ReleaseProvenance) -> Release {
    let state = match &release.provenance.alarm {
        Some(Alarm::Lost { .. }) => "lost",
        Some(Alarm::Changed { .. }) => "changed",
        None => release.provenance.origins.as_str(),
    };
    let earlier = |version, source| Earlier { version, source };
    let compared_with = release.provenance.alarm.map(|alarm| match alarm {
        Alarm::Lost { earlier: version, from } | Alarm::Changed { earlier: version, from, .. } => {
            earlier(version, from)
        }
    });
    Release {
        version: release.version,
        state,
        compared_with,
        files: release.files.into_iter().map(file).collect(),
    }
}

fn file(file: FileProvenance) -> File {
    File { filename: file.name, verified_source: file.source, attestations: file.attestations }
}
