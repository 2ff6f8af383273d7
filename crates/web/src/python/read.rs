//! The simple API (PEP 503, 691), the JSON API, and downloads.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bonded_indexes::python::ContentType;
use bonded_model::ChannelFormat;
use bonded_model::python::ProjectName;
use bonded_registry::Error;
use bonded_registry::access::{Permit, Read};
use http::header::{ACCEPT, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use crate::App;
use crate::answer::{self, Keep};
use crate::blob::{self, Served, Source};
use crate::credentials::Caller;
use crate::extract::Path;
use crate::problem::Problem;

/// `/{channel}/simple/`
pub(super) async fn index(
    State(app): State<App>,
    caller: Caller,
    Path(channel): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.access.read(&caller.actor, &channel, ChannelFormat::Python).await?;
    let page = app.python_index(&permit, wanted(&headers)).await?;
    Ok(answer::page(&page, &permit, &headers, true))
}

/// `/{channel}/simple/{project}/`
pub(super) async fn project(
    State(app): State<App>,
    caller: Caller,
    Path((channel, project)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.access.read(&caller.actor, &channel, ChannelFormat::Python).await?;
    if let Some(redirect) = to_normalized(&project, "../", "/") {
        return Ok(redirect);
    }
    let page = app.python_project(&permit, &project, wanted(&headers)).await?;
    Ok(answer::page(&page, &permit, &headers, true))
}

/// `/{channel}/pypi/{project}/json`
pub(super) async fn document(
    State(app): State<App>,
    caller: Caller,
    Path((channel, project)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.access.read(&caller.actor, &channel, ChannelFormat::Python).await?;
    describe(&app, &permit, &project, None, &headers).await
}

/// `/{channel}/pypi/{project}/{version}/json`
pub(super) async fn release_document(
    State(app): State<App>,
    caller: Caller,
    Path((channel, project, version)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.access.read(&caller.actor, &channel, ChannelFormat::Python).await?;
    describe(&app, &permit, &project, Some(&version), &headers).await
}

async fn describe(
    app: &App,
    permit: &Permit<Read>,
    project: &str,
    version: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (up, rest) = match version {
        None => ("../", "/json".to_owned()),
        Some(version) => ("../../", format!("/{version}/json")),
    };
    if let Some(redirect) = to_normalized(project, up, &rest) {
        return Ok(redirect);
    }
    let channel_url = format!("{}/{}", app.base_url(), permit.action().channel.name);
    let page = app.python_document(permit, project, version, channel_url).await?;
    Ok(answer::page(&page, permit, headers, false))
}

/// `/{channel}/files/{filename}`, also with `.metadata` behind it (PEP 658)
pub(super) async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((channel, filename)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.access.read(&caller.actor, &channel, ChannelFormat::Python).await?;
    let download = app.python_download(&permit, &filename).await?;
    let content_type = if filename.ends_with(".metadata") {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    };
    let served = Served { permit: &permit, blob: download.blob, content_type, keep: Keep::Forever };
    blob::answer(&app, &method, &headers, served, Source::Storage(download.key())).await
}

/// `/simple/`
pub(super) async fn default_index(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let channel = app.access.default_python(&caller.actor).await?;
    index(State(app), caller, Path(channel), headers).await
}

/// `/simple/{project}/`
pub(super) async fn default_project(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let channel = app.access.default_python(&caller.actor).await?;
    project(State(app), caller, Path((channel, name)), headers).await
}

/// `/files/{filename}`
pub(super) async fn default_file(
    State(app): State<App>,
    caller: Caller,
    Path(filename): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let channel = app.access.default_python(&caller.actor).await?;
    file(State(app), caller, Path((channel, filename)), method, headers).await
}

/// `/pypi/{project}/json`
pub(super) async fn default_document(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let channel = app.access.default_python(&caller.actor).await?;
    document(State(app), caller, Path((channel, project)), headers).await
}

/// `/pypi/{project}/{version}/json`
pub(super) async fn default_release_document(
    State(app): State<App>,
    caller: Caller,
    Path((project, version)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let channel = app.access.default_python(&caller.actor).await?;
    release_document(State(app), caller, Path((channel, project, version)), headers).await
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
