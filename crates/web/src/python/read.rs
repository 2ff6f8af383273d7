//! The simple API (PEP 503, 691), the JSON API, and downloads.

use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use bonded_indexes::python::ContentType;
use bonded_model::ChannelFormat;
use bonded_model::python::{ProjectName, Version};
use bonded_registry::Error;
use bonded_registry::access::{Permit, Read};
use http::header::{ACCEPT, LOCATION};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use crate::App;
use crate::answer::{self, Keep};
use crate::blob::{self, Served, Source};
use crate::credentials::Caller;
use crate::extract::Path;
use crate::problem::Problem;

/// Leave to read the Python channel that the path names, or the default one where it names none.
pub(super) struct Readable(pub(super) Permit<Read>);

impl FromRequestParts<App> for Readable {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let Path(named) = Path::<Named>::from_request_parts(parts, app).await?;
        let channel = match named.channel {
            Some(channel) => channel,
            None => app.access.default_python(&caller.actor).await?,
        };
        Ok(Self(app.access.read(&caller.actor, &channel, ChannelFormat::Python).await?))
    }
}

#[derive(serde::Deserialize)]
struct Named {
    channel: Option<String>,
}

#[derive(serde::Deserialize)]
pub(super) struct Project {
    project: String,
}

#[derive(serde::Deserialize)]
pub(super) struct Release {
    project: String,
    version: String,
}

#[derive(serde::Deserialize)]
pub(super) struct File {
    filename: String,
}

/// `…/simple/`
pub(super) async fn index(
    State(app): State<App>,
    Readable(permit): Readable,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let page = app.python_index(&permit, wanted(&headers)).await?;
    Ok(answer::page(&page, &permit, &headers, true))
}

/// `…/simple/{project}/`
pub(super) async fn project(
    State(app): State<App>,
    Readable(permit): Readable,
    Path(Project { project }): Path<Project>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(redirect) = to_normalized(&project, "../", "/") {
        return Ok(redirect);
    }
    let page = app.python_project(&permit, &project, wanted(&headers)).await?;
    Ok(answer::page(&page, &permit, &headers, true))
}

/// `…/pypi/{project}/json`
pub(super) async fn document(
    State(app): State<App>,
    Readable(permit): Readable,
    Path(Project { project }): Path<Project>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(redirect) = to_normalized(&project, "../", "/json") {
        return Ok(redirect);
    }
    let page = app.python_document(&permit, &project, None, channel_url(&app, &permit)).await?;
    Ok(answer::page(&page, &permit, &headers, false))
}

/// `…/pypi/{project}/{version}/json`
pub(super) async fn release_document(
    State(app): State<App>,
    Readable(permit): Readable,
    Path(Release { project, version }): Path<Release>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(redirect) = to_normalized(&project, "../../", &format!("/{version}/json")) {
        return Ok(redirect);
    }
    let page = app.python_document(&permit, &project, Some(&version), channel_url(&app, &permit)).await?;
    Ok(answer::page(&page, &permit, &headers, false))
}

/// `/pypi/pypi/{project}/json`: the channel that is named `pypi`, or the project of that name in the default channel
/// at a version. What stands in the third place tells: hardly a project is named like a version.
pub(super) async fn ambiguous_document(
    State(app): State<App>,
    caller: Caller,
    Path(Project { project: third }): Path<Project>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (channel, project, version) = if third.parse::<Version>().is_ok() {
        (app.access.default_python(&caller.actor).await?, "pypi".to_owned(), Some(third))
    } else {
        ("pypi".to_owned(), third, None)
    };
    let readable = Readable(app.access.read(&caller.actor, &channel, ChannelFormat::Python).await?);
    match version {
        Some(version) => {
            release_document(State(app), readable, Path(Release { project, version }), headers).await
        }
        None => document(State(app), readable, Path(Project { project }), headers).await,
    }
}

fn channel_url(app: &App, permit: &Permit<Read>) -> String {
    format!("{}/{}", app.base_url(), permit.action().channel.name)
}

/// `…/files/{filename}`, also with `.metadata` behind it (PEP 658)
pub(super) async fn file(
    State(app): State<App>,
    Readable(permit): Readable,
    Path(File { filename }): Path<File>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let download = app.python_download(&permit, &filename).await?;
    let content_type = if filename.ends_with(".metadata") {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    };
    let served = Served { permit: &permit, blob: download.blob, content_type, keep: Keep::Forever };
    blob::answer(&app, &method, &headers, served, Source::Storage(download.key())).await
}

/// To the same path with the slash that its relative links need.
pub(super) async fn add_slash(uri: Uri) -> Response {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    redirect(StatusCode::MOVED_PERMANENTLY, format!("./{last}/"))
}

/// Like [`add_slash`], for uploads: the method and the body stay.
pub(super) async fn keep_method(uri: Uri) -> Response {
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    redirect(StatusCode::PERMANENT_REDIRECT, format!("./{last}/"))
}

fn wanted(headers: &HeaderMap) -> ContentType {
    ContentType::negotiate(headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()))
}

/// PEP 503: names that are not normalized lead to the normalized one. The target is relative: it stays behind path
/// prefixes and tokens without naming them. Names that are not valid lead nowhere; they are not found later.
fn to_normalized(project: &str, up: &str, rest: &str) -> Option<Response> {
    let name: ProjectName = project.parse().ok()?;
    (name.normalized() != project)
        .then(|| redirect(StatusCode::MOVED_PERMANENTLY, format!("{up}{}{rest}", name.normalized())))
}

fn redirect(status: StatusCode, location: String) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (status, [(LOCATION, location)]).into_response(),
        Err(_) => Problem::from(Error::NotFound("there is no such page".into())).into_response(),
    }
}
