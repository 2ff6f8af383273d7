//! The legacy upload API: what twine, uv, flit, hatch, poetry and pdm speak.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use bonded_blobs::StageError;
use bonded_model::Actor;
use bonded_model::python::DistributionFilename;
use bonded_registry::Error;
use bonded_registry::access::{BadCredential, Denial, Permit, Publish};
use bonded_registry::python::UploadForm;
use http::StatusCode;

use crate::App;
use crate::credentials::Caller;
use crate::extract::Path;
use crate::linger::linger;
use crate::problem::Problem;
use crate::receive::{self, Refused};

/// PyPI's words: clients and people look for them.
const NO_VALID_TOKEN: &str = "Invalid or non-existent authentication information.";
const NO_PASSWORDS: &str =
    "Username/Password authentication is not supported. Use an API token with the user name '__token__'.";

/// `POST /legacy/`
pub(super) async fn to_default(State(app): State<App>, request: Request) -> Response {
    let channel = app.access.default_python(&Actor::Anonymous).await;
    match channel {
        Ok(channel) => to_channel(State(app), Path(channel), request).await,
        Err(error) => refusal(error).into_response(),
    }
}

/// `POST /{channel}/legacy/`
pub(super) async fn to_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    request: Request,
) -> Response {
    match upload(&app, &channel, linger(request)).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn upload(app: &App, channel: &str, request: Request) -> Result<(), Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, app).await.map_err(as_upload_refusal)?;
    if matches!(caller.actor, Actor::Anonymous) {
        return Err(Problem::forbidden(NO_VALID_TOKEN).in_status_line());
    }
    let request = Request::from_parts(parts, body);
    let multipart = Multipart::from_request(request, app).await.map_err(|error| bad(error.body_text()))?;
    match receive_form(app, channel, &caller, multipart).await {
        Ok(()) => Ok(()),
        Err(Refused::Error(error, project)) => {
            receive::record(app, &caller, channel, project.as_deref(), &error).await;
            Err(refusal(error))
        }
        Err(Refused::Problem(problem)) => Err(problem),
    }
}

impl From<MultipartError> for Refused {
    fn from(error: MultipartError) -> Self {
        Self::Problem(bad(receive::multipart_text(&error)))
    }
}

/// Takes the parts in the order in which they come. All clients send the name before the file; the permit is given or
/// refused then, before the file is taken.
async fn receive_form(
    app: &App,
    channel: &str,
    caller: &Caller,
    mut multipart: Multipart,
) -> Result<(), Refused> {
    let mut form = UploadForm::default();
    let mut file = None;
    while let Some(field) = multipart.next_field().await? {
        match field.name().unwrap_or_default() {
            "content" if file.is_some() => return Err(bad("the form has two files").into()),
            "content" => {
                let permit = permit(app, channel, caller, &form).await?;
                let filename = filename(&field)?;
                form.check()?;
                let staged = receive::stage(app, field).await?;
                file = Some((permit, filename, staged));
            }
            // Signatures of this kind mean nothing any more; PyPI takes and forgets them as well.
            "gpg_signature" => {}
            name => {
                let name = name.to_owned();
                let value = receive::text(field, form.room()).await?;
                form.push(name, value)?;
            }
        }
    }
    let Some((permit, filename, staged)) = file else {
        // Say what matters most first: whoever may not publish need not learn what else is missing.
        permit(app, channel, caller, &form).await?;
        return Err(bad("Upload payload does not have a file.").into());
    };
    let name = form.project()?.normalized().to_owned();
    app.publish_python(permit, caller.origin, form, filename, staged).await.map_err(Refused::of(name))?;
    Ok(())
}

async fn permit(
    app: &App,
    channel: &str,
    caller: &Caller,
    form: &UploadForm,
) -> Result<Permit<Publish>, Refused> {
    // Whoever may not even see the channel is told so before anything about the form.
    app.access.channel(&caller.actor, channel, bonded_model::ChannelFormat::Python).await?;
    let project = form.project()?;
    let permit = app.permit_python_upload((&caller.actor, caller.epoch), channel, &project).await;
    permit.map_err(Refused::of(project.normalized()))
}

fn filename(field: &Field<'_>) -> Result<DistributionFilename, Problem> {
    let name = field.file_name().ok_or_else(|| bad("the part 'content' has no file name"))?;
    name.parse().map_err(|error| bad(format!("Invalid distribution file. {error}")))
}

/// PyPI's statuses, and the text in the status line too.
fn refusal(error: Error) -> Problem {
    let problem = match &error {
        Error::Denied(Denial::Unauthenticated(bad)) => return credential_refusal(*bad),
        Error::Conflict(_) => Problem::bad_request(error.to_string()),
        _ => error.into(),
    };
    problem.in_status_line()
}

/// Uploads never answer 401: clients would ask for a password. What is wrong with a token is said as PyPI says it.
fn credential_refusal(bad: BadCredential) -> Problem {
    let text = match bad {
        BadCredential::Missing | BadCredential::Unknown => NO_VALID_TOKEN.to_owned(),
        BadCredential::Password => NO_PASSWORDS.to_owned(),
        BadCredential::Expired
        | BadCredential::Revoked
        | BadCredential::Replaced
        | BadCredential::Elsewhere
        | BadCredential::Suspended => {
            format!("Invalid API Token: {bad}")
        }
        BadCredential::WrongPassword | BadCredential::PasswordOfSecured => bad.to_string(),
    };
    Problem::forbidden(text).in_status_line()
}

fn as_upload_refusal(problem: Problem) -> Problem {
    match problem.bad_credential() {
        Some(bad) => credential_refusal(bad),
        None => problem.in_status_line(),
    }
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::bad_request(detail).in_status_line()
}

impl From<StageError> for Refused {
    fn from(error: StageError) -> Self {
        Self::Problem(receive::stage_problem(&error).in_status_line())
    }
}
