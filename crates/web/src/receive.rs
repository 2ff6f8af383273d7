//! Taking in the parts of an upload, none of them larger than it may be.

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use bonded_blobs::{StageError, Staged};
use bonded_model::token::redacted;
use bonded_registry::Error;
use bonded_registry::access::Denial;
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use http::StatusCode;

use crate::App;
use crate::credentials::Caller;
use crate::problem::Problem;

/// Why an upload was refused: by a use case, or before one was reached.
pub(crate) enum Refused {
    /// Perhaps with the name of the project that it was about.
    Error(Error, Option<String>),
    Problem(Problem),
}

impl Refused {
    /// The same about a project.
    pub(crate) fn of(project: impl ToString) -> impl FnOnce(Error) -> Self {
        let project = project.to_string();
        move |error| Self::Error(error, Some(project))
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error, None)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Puts on record that somebody who proved who they are may not publish here.
pub(crate) async fn record(app: &App, caller: &Caller, channel: &str, project: Option<&str>, error: &Error) {
    if let Error::Denied(denial @ Denial::Forbidden(_)) = error {
        app.record_refused_upload(&caller.actor, &caller.origin, channel, project, denial).await;
    }
}

/// Takes a file in, hashing and counting it.
pub(crate) async fn stage(app: &App, mut field: Field<'_>) -> Result<Staged, Problem> {
    let mut staging = app.blobs.stage(app.settings.max_upload);
    while let Some(chunk) =
        field.chunk().await.map_err(|error| Problem::bad_request(multipart_text(&error)))?
    {
        staging.write(chunk).await.map_err(|error| stage_problem(&error))?;
    }
    staging.finish().await.map_err(|error| stage_problem(&error))
}

/// Takes a whole body in as a file.
pub(crate) async fn stage_body(app: &App, body: Body) -> Result<Staged, Problem> {
    let cut = |_| Problem::bad_request("the body ended before it was complete");
    let mut chunks = body.into_data_stream().map_err(cut);
    let mut staging = app.blobs.stage(app.settings.max_upload);
    while let Some(chunk) = next(&mut chunks).await? {
        staging.write(chunk).await.map_err(|error| stage_problem(&error))?;
    }
    staging.finish().await.map_err(|error| stage_problem(&error))
}

async fn next(
    chunks: &mut (impl Stream<Item = Result<Bytes, Problem>> + Unpin),
) -> Result<Option<Bytes>, Problem> {
    chunks.try_next().await
}

/// Takes a text field of at most `room` bytes.
pub(crate) async fn text(mut field: Field<'_>, room: usize) -> Result<String, Problem> {
    let name = redacted(field.name().unwrap_or_default()).chars().take(64).collect::<String>();
    let mut bytes = Vec::new();
    while let Some(chunk) =
        field.chunk().await.map_err(|error| Problem::bad_request(multipart_text(&error)))?
    {
        if bytes.len() + chunk.len() > room {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the field '{name}' is too long"),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Problem::bad_request(format!("the field '{name}' is not UTF-8")))
}

/// What is wrong with a multipart body, in words without the library's inner workings.
pub(crate) fn multipart_text(error: &MultipartError) -> String {
    format!("the multipart body cannot be read: {}", error.body_text())
}

/// Why a file could not be taken in.
pub(crate) fn stage_problem(error: &StageError) -> Problem {
    match error {
        StageError::TooLarge { limit } => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("File too large. The limit is {} MiB.", limit >> 20),
        ),
        StageError::Io(cause) => Error::internal(cause.to_string()).into(),
    }
}
