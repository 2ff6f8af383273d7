//! Taking a package out of the index.

use axum::extract::State;
use http::StatusCode;

use crate::App;
use crate::credentials::Caller;
use crate::extract::Path;
use crate::problem::Problem;

/// `DELETE /api/v1/delete/{channel}/{subdir}/{file}`
pub(super) async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((channel, subdir, file)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let name = format!("{subdir}/{file}");
    app.delete_conda_file(&caller.actor, &caller.origin, &channel, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
