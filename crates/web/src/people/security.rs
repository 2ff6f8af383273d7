//! The overview of what proves a person.

use axum::extract::State;
use axum::response::Response;
use bonded_model::people::Requirement as Required;
use bonded_pages::account::{Codes, Recovery, Requirement, Security};
use bonded_registry::people::{OpenRecovery, RecoveryCodes};

use super::{Done, keys};
use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::Query;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table.get("/account/security", show)
}

/// A recovery as pages show it.
pub(super) fn shown_recovery(open: OpenRecovery) -> Recovery {
    Recovery {
        requested_by: open.requested_by.map_or_else(|| "The operator".to_owned(), |name| name.to_string()),
        requested_at: open.recovery.requested_at,
        due_at: open.recovery.due_at,
    }
}

const fn shown_codes(codes: RecoveryCodes) -> Codes {
    match codes {
        RecoveryCodes { made_at: Some(_), left, .. } => Codes::Left(left),
        RecoveryCodes { unconfirmed: true, .. } => Codes::Unconfirmed,
        RecoveryCodes { .. } => Codes::None,
    }
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let shell = Visitor::noticed(visitor.shell_for(&session), done.as_deref());
    Ok(visitor.page(&Security {
        shell,
        verified: session.standing().verified,
        codes: shown_codes(app.recovery_codes(&session).await?),
        totp: app.totp(&session).await?.map(|totp| totp.created_at),
        keys: app.keys(&session).await?.iter().map(keys::shown).collect(),
        requirement: match session.requirement() {
            Required::Nothing => Requirement::Nothing,
            Required::SecondFactor => Requirement::SecondFactor,
            Required::PhishingResistant => Requirement::PhishingResistant,
        },
        keys_impossible: app.keys_unavailable(),
        recovery: app.own_recovery(&session).await?.map(shown_recovery),
    }))
}
