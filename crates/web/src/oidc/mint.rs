//! The exchange, in the two forms that clients know.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bonded_registry::publishers::{ExchangeError, Minted};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::json;

use super::{FEATURE, answer, body, no_store, origin_of};
use crate::App;
use crate::problem::Problem;

/// PyPI's form: JSON both ways, and 422 for whatever is wrong with the identity.
pub(super) async fn for_python(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    Ok(match exchange(&app, request).await? {
        Ok(minted) => answer(
            StatusCode::OK,
            json!({ "success": true, "token": minted.token.expose(), "expires": minted.expires_at.timestamp() }),
        ),
        Err(error) => {
            let errors = json!([{ "code": error.code(), "description": error.to_string() }]);
            let told = json!({ "message": "Token request failed", "errors": errors });
            refused(error, StatusCode::UNPROCESSABLE_ENTITY, |status| answer(status, told))
        }
    })
}

/// The form of rattler and pixi: the answer is the token and nothing else, not even a line's end, because they send the
/// whole body back as they got it.
pub(super) async fn for_conda(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    Ok(match exchange(&app, request).await? {
        Ok(minted) => plain(StatusCode::OK, minted.token.expose().to_owned()),
        Err(error) => {
            let status = match error {
                ExchangeError::Payload(_) => StatusCode::UNPROCESSABLE_ENTITY,
                ExchangeError::Token(_) | ExchangeError::Reused => StatusCode::UNAUTHORIZED,
                _ => StatusCode::FORBIDDEN,
            };
            let text = error.to_string();
            refused(error, status, |status| plain(status, text))
        }
    })
}

async fn exchange(app: &App, request: Request) -> Result<Result<Minted, ExchangeError>, Problem> {
    let origin = origin_of(&request)?;
    let Some(body) = body::read(request).await else {
        let text = "the body has to be JSON with the identity token: {\"token\": \"…\"}, at most 32 KiB";
        return Ok(Err(ExchangeError::Payload(text.into())));
    };
    // Else a client that asked for a token which ends with its first use would go on as if it had one.
    if let Some(other) = body.features.iter().flatten().find(|feature| *feature != FEATURE) {
        let other: String = other.chars().filter(|c| !c.is_control()).take(64).collect();
        let text = format!("tokens with the feature '{other}' are not given out, but those with '{FEATURE}'");
        return Ok(Err(ExchangeError::Payload(text)));
    }
    Ok(app.exchange(&body.token, &origin).await)
}

/// The answer under its status; what is not the identity's fault has the status that it has everywhere.
fn refused(
    error: ExchangeError,
    status: StatusCode,
    answer: impl FnOnce(StatusCode) -> Response,
) -> Response {
    let ExchangeError::Failed(error) = error else { return answer(status) };
    let problem = Problem::from(error);
    let mut response = answer(problem.status());
    if let Some(seconds) = problem.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn plain(status: StatusCode, text: String) -> Response {
    (status, no_store(), [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
