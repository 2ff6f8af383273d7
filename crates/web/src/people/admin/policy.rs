//! What is asked of people who sign in.

use axum::extract::State;
use axum::response::Response;
use bonded_model::people::{Policy, SecondFactorFor};
use bonded_pages::Notice;
use bonded_pages::admin::{ChannelRule, Policy as Page, Rule};
use bonded_registry::Error;
use bonded_registry::people::Session;
use http::StatusCode;
use serde::Deserialize;

use super::{administering, viewing};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::Done;
use crate::problem::Problem;
use crate::routes::Routes;

const PATH: &str = "/admin/policy";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).post(PATH, set).post("/admin/policy/{channel}", set_of_channel)
}

#[derive(Deserialize)]
struct Chosen {
    second_factor: String,
    /// Browsers send nothing for a box that is not checked.
    phishing_resistant: Option<String>,
}

impl Chosen {
    fn policy(&self) -> Result<Policy, Problem> {
        let second_factor: SecondFactorFor =
            self.second_factor.parse().map_err(|error| Problem::bad_request(format!("{error}")))?;
        Ok(Policy { second_factor, phishing_resistant: self.phishing_resistant.is_some() })
    }
}

const fn rule(policy: Policy) -> Rule {
    Rule { second_factor: policy.second_factor.as_str(), phishing_resistant: policy.phishing_resistant }
}

async fn page(app: &App, visitor: &Visitor, session: &Session) -> Result<Page, Refusal> {
    let permit = viewing(app, visitor, session, PATH)?;
    let policies = app.policies(&permit).await?;
    let channels = policies.channels.into_iter();
    Ok(Page {
        shell: super::shell(app, visitor, session).await,
        instance: rule(policies.instance),
        channels: channels
            .map(|channel| ChannelRule { name: channel.name.to_string(), rule: rule(channel.policy) })
            .collect(),
    })
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let mut page = page(&app, &visitor, &session).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn set(State(app): State<App>, Posted { visitor, form }: Posted<Chosen>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = administering(&app, &visitor, &session, PATH)?;
    let set = app.set_policy(&permit, &visitor.visit.origin, form.policy()?).await;
    answer(&app, &visitor, &session, set).await
}

async fn set_of_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let permit = administering(&app, &visitor, &session, PATH)?;
    let set = app.set_channel_policy(&permit, &visitor.visit.origin, &channel, form.policy()?).await;
    answer(&app, &visitor, &session, set).await
}

async fn answer(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    set: Result<(), Error>,
) -> Result<Response, Refusal> {
    match set {
        Ok(()) => Ok(visitor.redirect("/admin/policy?done=policy-saved")),
        Err(error @ Error::Invalid(_)) => {
            let page = page(app, visitor, session).await?;
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &Page { shell, ..page }))
        }
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}
