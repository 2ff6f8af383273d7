//! Attestations that come after their package.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bonded_registry::Outcome;

use super::target::unprocessable;
use super::upload::{MAX_ATTESTATION, enter, permit, respond};
use crate::App;
use crate::credentials::Caller;
use crate::extract::Path;
use crate::receive::Refused;

/// `POST /api/bonded/v1/channels/{channel}/attestations/{subdir}/{file}`: the body is one Sigstore bundle (CEP 27).
pub(super) async fn add(
    State(app): State<App>,
    Path((channel, subdir, file)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let (caller, request) = match enter(&app, request).await {
        Ok(entered) => entered,
        Err(problem) => return problem.into_response(),
    };
    let result = append(&app, &caller, &channel, (&subdir, &file), request).await;
    respond(&app, &channel, &caller, result).await
}

async fn append(
    app: &App,
    caller: &Caller,
    channel: &str,
    (subdir, file): (&str, &str),
    request: Request,
) -> Result<Outcome, Refused> {
    let upload = permit(app, channel, caller, file, Some(subdir), Default::default()).await?;
    let body = to_bytes(request.into_body(), MAX_ATTESTATION).await;
    let body =
        body.map_err(|_| unprocessable("the body is no attestation: it is too long, or was cut off"))?;
    let body = std::str::from_utf8(&body).map_err(|_| unprocessable("the attestation is not UTF-8"))?;
    Ok(app.attest_package(upload.permit, caller.origin, subdir, file, body).await?)
}
