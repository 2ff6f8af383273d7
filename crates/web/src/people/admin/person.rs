//! One account, and what administrators do about it.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ids::UserId;
use bonded_pages::Notice;
use bonded_pages::admin::PersonPage;
use bonded_registry::Error;
use bonded_registry::access::{Administer, Permit};
use bonded_registry::people::{OpenRecovery, PersonDetails, RecoveryRule, Session};
use http::StatusCode;

use super::people::shown;
use super::{administering, viewing};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::{Done, Nothing, profile, security};
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/admin/people/{name}", show)
        .post("/admin/people/{name}/suspend", suspend)
        .post("/admin/people/{name}/reinstate", reinstate)
        .post("/admin/people/{name}/recover", recover)
        .post("/admin/people/{name}/recovery/approve", approve)
        .post("/admin/people/{name}/recovery/cancel", cancel)
}

fn path(name: &str) -> String {
    format!("/admin/people/{name}")
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let details = details(&app, &visitor, &session, &name).await?;
    let mut page = page(&app, &visitor, &session, details).await;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn details(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    name: &str,
) -> Result<PersonDetails, Refusal> {
    let permit = viewing(app, visitor, session, "/admin/people")?;
    Ok(app.person(&permit, name).await?)
}

async fn page(app: &App, visitor: &Visitor, session: &Session, details: PersonDetails) -> PersonPage {
    let own = details.user.id == session.user().id;
    let asked_by_me = |open: &OpenRecovery| open.recovery.requested_by == Some(session.user().id);
    let approval_refused = match &details.recovery {
        Some(open) if asked_by_me(open) => {
            Some("You asked for it yourself, so another administrator has to approve it.".to_owned())
        }
        _ => None,
    };
    PersonPage {
        shell: super::shell(app, visitor, session).await,
        person: shown(&details.user, details.standing),
        own,
        seen_at: details.seen_at,
        factors: factors(&details),
        password: details.password,
        codes_left: details.codes_left,
        roles: details.roles.into_iter().map(profile::shown).collect(),
        may_approve: !own && approval_refused.is_none(),
        approval_refused,
        recovery: details.recovery.map(security::shown_recovery),
        recovery_rule: rule(app.settings.people.recovery),
    }
}

fn factors(details: &PersonDetails) -> String {
    let app = details.standing.factors.totp.then(|| "authenticator app".to_owned());
    let keys = match details.keys {
        0 => None,
        1 => Some("1 key".to_owned()),
        count => Some(format!("{count} keys")),
    };
    let both: Vec<String> = app.into_iter().chain(keys).collect();
    if both.is_empty() { "none".to_owned() } else { both.join(", ") }
}

fn rule(rule: RecoveryRule) -> String {
    match rule {
        RecoveryRule::Wait(wait) => {
            let wait = match (wait.num_hours(), wait.num_minutes()) {
                (0, minutes) => format!("{minutes} minutes"),
                (1, _) => "1 hour".to_owned(),
                (hours, _) => format!("{hours} hours"),
            };
            format!(
                "It takes place after {wait}, or as soon as a second administrator approves; until then the person can \
                 cancel it."
            )
        }
        RecoveryRule::TwoAdministrators => {
            "It takes place when a second administrator approves; until then the person can cancel it."
                .to_owned()
        }
    }
}

/// What every action needs: who acts, on which account, with which permit.
struct Acting {
    visitor: Visitor,
    session: Session,
    permit: Permit<Administer>,
    name: String,
    user: UserId,
}

async fn acting(app: &App, visitor: Visitor, name: String) -> Result<Acting, Refusal> {
    let session = visitor.signed_in(app).await?;
    let user = details(app, &visitor, &session, &name).await?.user.id;
    let permit = administering(app, &visitor, &session, &path(&name))?;
    Ok(Acting { visitor, session, permit, name, user })
}

/// The page again, with what was done or why not.
async fn answer(
    app: &App,
    acting: Acting,
    result: Result<(), Error>,
    done: &str,
) -> Result<Response, Refusal> {
    let Acting { visitor, session, name, .. } = acting;
    match result {
        Ok(()) => Ok(visitor.redirect(&format!("{}?done={done}", path(&name)))),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let details = details(app, &visitor, &session, &name).await?;
            let page = page(app, &visitor, &session, details).await;
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &PersonPage { shell, ..page }))
        }
        Err(other) => Err(visitor.refuse(other, &path(&name))),
    }
}

async fn suspend(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let acting = acting(&app, visitor, name).await?;
    let done = app.suspend(&acting.permit, &acting.visitor.visit.origin, acting.user).await;
    answer(&app, acting, done, "suspended").await
}

async fn reinstate(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let acting = acting(&app, visitor, name).await?;
    let done = app.reinstate(&acting.permit, &acting.visitor.visit.origin, acting.user).await;
    answer(&app, acting, done, "reinstated").await
}

async fn recover(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let acting = acting(&app, visitor, name).await?;
    let asked = app.request_recovery(&acting.permit, &acting.visitor.visit.origin, acting.user).await;
    answer(&app, acting, asked.map(|_| ()), "recovery-requested").await
}

async fn approve(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let acting = acting(&app, visitor, name).await?;
    let done = app.approve_recovery(&acting.permit, &acting.visitor.visit.origin, acting.user).await;
    answer(&app, acting, done, "recovery-approved").await
}

async fn cancel(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, .. }: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let acting = acting(&app, visitor, name).await?;
    let done = app.cancel_recovery(&acting.permit, &acting.visitor.visit.origin, acting.user).await;
    answer(&app, acting, done, "recovery-cancelled").await
}
