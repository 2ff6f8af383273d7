//! One's own pending publishers: those for projects that do not exist yet.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ids::PublisherId;
use bonded_model::publishing::Provider;
use bonded_pages::account::{NewPendingPublisher, PendingPublishers};
use bonded_pages::places::IssuerChoice;
use bonded_pages::{Field, Notice, Shell};
use bonded_registry::Error;
use bonded_registry::publishers::{FieldErrors, TypedPublisher};
use http::StatusCode;
use serde::Deserialize;

use super::Done;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Query;
use crate::problem::Problem;
use crate::publishers::{Seen, Typed, fields, issuer_of, issuers, rows};
use crate::routes::Routes;

const PATH: &str = "/account/publishers";
const NEW: &str = "/account/publishers/new";

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).get(NEW, ask).post(PATH, register).post("/account/publishers/remove", remove)
}

#[derive(Deserialize)]
struct Chosen {
    issuer: Option<String>,
}

#[derive(Deserialize)]
struct Removed {
    publisher: String,
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    Ok(visitor.page(&PendingPublishers {
        shell: Visitor::noticed(visitor.shell_for(&session), done.as_deref()),
        publishers: rows(app.own_pending(&cleared).await?, Seen::Elsewhere, true),
        issuers: issuers(&app, &cleared).await?,
    }))
}

/// A form, with what it needs to be shown again.
struct Form {
    shell: Shell,
    provider: Provider,
    issuer: IssuerChoice,
    typed: Typed,
}

impl Form {
    fn page(self, wrong: &FieldErrors, error: Option<(&str, &str)>) -> NewPendingPublisher {
        let field = |name: &str| {
            let text = error.and_then(|(field, text)| (field == name).then(|| text.to_owned()));
            Field::of(self.typed.get(name).map(String::as_str).unwrap_or_default()).with_error(text)
        };
        let (channel, name) = (field("channel"), field("name"));
        let elsewhere = error.filter(|(field, _)| !matches!(*field, "channel" | "name"));
        let notice = elsewhere.map(|(_, text)| Notice::error(text));
        NewPendingPublisher {
            shell: Shell { notice, ..self.shell },
            issuer: self.issuer,
            channel,
            name,
            fields: fields(self.provider, &self.typed, wrong),
        }
    }
}

async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    let cleared = fresh.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    let (_, provider, issuer) = issuer_of(&app, &cleared, chosen.issuer.as_deref()).await?;
    let form = Form { shell: visitor.shell_for(&session), provider, issuer, typed: Typed::new() };
    Ok(visitor.page(&form.page(&FieldErrors::default(), None)))
}

async fn register(
    State(app): State<App>,
    Posted { visitor, form: typed }: Posted<Typed>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    let cleared = fresh.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    let (id, provider, issuer) = issuer_of(&app, &cleared, typed.get("issuer").map(String::as_str)).await?;
    let form = Form { shell: visitor.shell_for(&session), provider, issuer, typed };
    let again = |page: &NewPendingPublisher| Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, page));
    let text = |name: &str| form.typed.get(name).map(String::as_str).unwrap_or_default();
    match app.may_register(&fresh, text("channel"), text("name")).await {
        Ok(()) => {}
        Err(Error::Field { field, text }) => {
            return again(&form.page(&FieldErrors::default(), Some((field, &text))));
        }
        Err(other) => return Err(visitor.refuse(other, PATH)),
    }
    let read = app.read_publisher(&fresh, &visitor.visit, id, form.typed.clone()).await;
    let new = match read.map_err(|error| visitor.refuse(error, PATH))? {
        TypedPublisher::Wrong(errors) => return again(&form.page(&errors, None)),
        TypedPublisher::New(new) => new,
    };
    match app.register_publisher(&fresh, &visitor.visit, text("channel"), text("name"), new).await {
        Ok(_) => Ok(visitor.redirect("/account/publishers?done=publisher-registered")),
        Err(Error::Field { field, text }) => again(&form.page(&FieldErrors::default(), Some((field, &text)))),
        Err(other) => Err(visitor.refuse(other, PATH)),
    }
}

async fn remove(
    State(app): State<App>,
    Posted { visitor, form }: Posted<Removed>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let fresh = visitor.fresh(&session, PATH)?;
    let id: PublisherId = form.publisher.parse().map_err(|_| Problem::not_found())?;
    let removed = app.remove_pending(&fresh, &visitor.visit, id).await;
    removed.map_err(|error| visitor.refuse(error, PATH))?;
    Ok(visitor.redirect("/account/publishers?done=pending-removed"))
}
