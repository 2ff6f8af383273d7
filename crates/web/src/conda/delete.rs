//! Taking a package out of the index.

use axum::extract::State;
use bonded_model::ChannelFormat;
use bonded_registry::access::Delete;
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
    let channel = app.access.channel(&caller.actor, &channel, ChannelFormat::Conda).await?;
    // Whoever may delete nothing here need not learn which files there are.
    if caller.actor.principal().is_none() {
        return Err(bonded_registry::access::Denial::hidden(&caller.actor).into());
    }
    let file = app.file_named(&channel, &format!("{subdir}/{file}")).await?;
    let project = app.project_rules(file.project).await?;
    let permit = app.access.permit(&caller.actor, Delete { channel, project });
    match permit {
        Ok(permit) => {
            app.delete_file(permit, caller.origin, file).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        Err(denial) => {
            app.record_refusal(&caller.actor, &caller.origin, "delete a file", &denial.to_string()).await;
            Err(denial.into())
        }
    }
}
