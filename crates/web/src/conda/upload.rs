//! Uploads of conda packages, in the three ways that clients speak. All of them meet in [`publish`].

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use bonded_blobs::Staged;
use bonded_model::Actor;
use bonded_model::actor::Origin;
use bonded_registry::access::Denial;
use bonded_registry::conda::CondaUpload;
use bonded_registry::trust::RecordSignature;
use bonded_registry::{Announced, Error, Outcome};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use super::target::{announced, filename, parse_signature, signature, target, unprocessable};
use crate::App;
use crate::credentials::Caller;
use crate::extract::{Path, Query};
use crate::linger::linger;
use crate::problem::Problem;
use crate::receive::{self, Refused};

/// Two numbers in hexadecimal, a colon, and white space, in bytes.
const LONGEST_SIGNATURE: usize = 256;

/// As much of an attestation as is taken in, in bytes; the verifier refuses what is longer than it reads.
pub(super) const MAX_ATTESTATION: usize = 4 << 20;

/// `POST /api/v1/upload/{channel}`: pixi and rattler. A multipart part `file` with its own headers, or the bare bytes
/// with these headers on the request.
pub(super) async fn prefix(
    State(app): State<App>,
    Path(channel): Path<String>,
    request: Request,
) -> Response {
    let (caller, request) = match enter(&app, request).await {
        Ok(entered) => entered,
        Err(problem) => return problem.into_response(),
    };
    let is_form =
        request.headers().get(CONTENT_TYPE).is_some_and(|of| of.as_bytes().starts_with(b"multipart/"));
    let result = if is_form {
        form(&app, &channel, &caller, request).await
    } else {
        match filename(request.headers()).map(str::to_owned) {
            Some(name) => raw(&app, &channel, &caller, &name, None, None, request).await,
            None => Err(unprocessable("say the file's name in the header X-File-Name").into()),
        }
    };
    respond(&app, &channel, &caller, result).await
}

/// The query of a quetz upload. `force` is understood and never obeyed: what was published stays.
#[derive(serde::Deserialize)]
pub(super) struct QuetzQuery {
    sha256: Option<String>,
}

/// `POST /api/channels/{channel}/upload/{file}`: quetz's call, with the bare bytes as body.
pub(super) async fn quetz(
    State(app): State<App>,
    Path((channel, file)): Path<(String, String)>,
    Query(query): Query<QuetzQuery>,
    request: Request,
) -> Response {
    bare(app, channel, file, None, query.sha256, request).await
}

/// `PUT /{channel}/{subdir}/{file}`: as Artifactory takes it.
pub(super) async fn put(
    State(app): State<App>,
    Path((channel, subdir, file)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    bare(app, channel, file, Some(subdir), None, request).await
}

async fn bare(
    app: App,
    channel: String,
    file: String,
    subdir: Option<String>,
    sha256: Option<String>,
    request: Request,
) -> Response {
    match enter(&app, request).await {
        Ok((caller, request)) => {
            let result = raw(&app, &channel, &caller, &file, subdir.as_deref(), sha256, request).await;
            respond(&app, &channel, &caller, result).await
        }
        Err(problem) => problem.into_response(),
    }
}

pub(super) async fn enter(app: &App, request: Request) -> Result<(Caller, Request), Problem> {
    let (mut parts, body) = linger(request).into_parts();
    let caller = Caller::from_request_parts(&mut parts, app).await?;
    Ok((caller, Request::from_parts(parts, body)))
}

async fn form(app: &App, channel: &str, caller: &Caller, request: Request) -> Result<Outcome, Refused> {
    let multipart = Multipart::from_request(request, app).await;
    let mut multipart = multipart.map_err(|error| unprocessable(error.body_text()))?;
    let (mut upload, mut signed, mut attestation) = (None, None, None);
    while let Some(field) = multipart.next_field().await.map_err(|error| cut(&error))? {
        match field.name().unwrap_or_default() {
            "file" if upload.is_none() => {
                let permitted = permit_part(app, channel, caller, &field).await?;
                upload = Some((permitted, receive::stage(app, field).await?));
            }
            "file" => return Err(unprocessable("the form has two files").into()),
            "signature" if signed.is_none() => signed = Some(signature_part(field).await?),
            "signature" => return Err(unprocessable("the form has two signatures").into()),
            "attestation" if attestation.is_none() => {
                attestation = Some(receive::text(field, MAX_ATTESTATION).await?);
            }
            "attestation" => return Err(unprocessable("the form has two attestations").into()),
            // Its name is not repeated: it may be anything.
            _ => return Err(unprocessable("the form has a part that is not known here").into()),
        }
    }
    let (mut upload, staged): (CondaUpload, _) =
        upload.ok_or_else(|| unprocessable("the form has no part 'file'"))?;
    upload.signature = signed.or(upload.signature);
    upload.attestation = attestation;
    publish(app, upload, caller.origin, staged).await
}

/// Reads the part `signature`, which is shorter than any limit.
async fn signature_part(mut field: Field<'_>) -> Result<RecordSignature, Problem> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| cut(&error))? {
        text.extend_from_slice(&chunk);
        if text.len() > LONGEST_SIGNATURE {
            return Err(unprocessable("the part 'signature' is longer than a signature"));
        }
    }
    parse_signature(&text)
}

async fn permit_part(
    app: &App,
    channel: &str,
    caller: &Caller,
    field: &Field<'_>,
) -> Result<CondaUpload, Refused> {
    let headers: &HeaderMap = field.headers();
    let name = filename(headers).or_else(|| field.file_name());
    let name =
        name.ok_or_else(|| unprocessable("the part 'file' has neither X-File-Name nor a file name"))?;
    let mut upload = permit(app, channel, caller, name, None, announced(headers)?).await?;
    upload.signature = signature(headers)?;
    Ok(upload)
}

async fn raw(
    app: &App,
    channel: &str,
    caller: &Caller,
    name: &str,
    subdir: Option<&str>,
    sha256: Option<String>,
    request: Request,
) -> Result<Outcome, Refused> {
    let mut announced = announced(request.headers())?;
    announced.sha256 = sha256.or(announced.sha256);
    let signature = signature(request.headers())?;
    let mut upload = permit(app, channel, caller, name, subdir, announced).await?;
    upload.signature = signature;
    let staged = receive::stage_body(app, request.into_body()).await?;
    publish(app, upload, caller.origin, staged).await
}

pub(super) async fn permit(
    app: &App,
    channel: &str,
    caller: &Caller,
    name: &str,
    subdir: Option<&str>,
    announced: Announced,
) -> Result<CondaUpload, Refused> {
    // Whoever may not even see the channel is told so before anything about the file.
    app.access.channel(&caller.actor, channel, bonded_model::ChannelFormat::Conda).await?;
    if matches!(caller.actor, Actor::Anonymous) {
        return Err(Error::from(Denial::hidden(&caller.actor)).into());
    }
    let target = target(name, subdir)?;
    let who = (&caller.actor, caller.epoch);
    let permit = app.permit_conda_upload(who, channel, target.filename.name()).await;
    let permit = permit.map_err(Refused::of(target.filename.name()))?;
    Ok(CondaUpload { target, announced, signature: None, attestation: None, permit })
}

async fn publish(app: &App, upload: CondaUpload, origin: Origin, staged: Staged) -> Result<Outcome, Refused> {
    let name = upload.target.filename.name().clone();
    app.publish_conda(upload, origin, staged).await.map_err(Refused::of(name))
}

pub(super) async fn respond(
    app: &App,
    channel: &str,
    caller: &Caller,
    result: Result<Outcome, Refused>,
) -> Response {
    match result {
        Ok(Outcome::Published) => StatusCode::CREATED.into_response(),
        Ok(Outcome::AlreadyThere) => StatusCode::OK.into_response(),
        Err(Refused::Problem(problem)) => problem.into_response(),
        Err(Refused::Error(error, project)) => {
            receive::record(app, caller, channel, project.as_deref(), &error).await;
            let unprocessable = matches!(error, Error::Invalid(_) | Error::WrongDigest(_));
            let problem = Problem::from(error);
            if unprocessable {
                problem.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response()
            } else {
                problem.into_response()
            }
        }
    }
}

fn cut(error: &axum::extract::multipart::MultipartError) -> Problem {
    Problem::bad_request(receive::multipart_text(error))
}
