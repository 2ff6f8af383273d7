//! Adding a publisher to a place.

use axum::extract::State;
use axum::response::Response;
use bonded_model::publishing::Provider;
use bonded_pages::places::{Head, IssuerChoice, NewPublisher, Reach};
use bonded_pages::{Field, Notice, Shell};
use bonded_registry::Error;
use bonded_registry::people::Fresh;
use bonded_registry::publishers::{FieldErrors, NewPublisher as New, TypedPublisher};
use http::StatusCode;
use serde::Deserialize;

use super::super::head::segment;
use super::super::place::Place;
use super::of::Of;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::publishers::{Typed, fields, issuer_of};
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/projects/{channel}/{project}/publishers/new", ask_for_project)
        .post("/projects/{channel}/{project}/publishers", add_to_project)
        .get("/channels/{channel}/publishers/new", ask_for_channel)
        .post("/channels/{channel}/publishers", add_to_channel)
        .get("/groups/{name}/publishers/new", ask_for_group)
        .post("/groups/{name}/publishers", add_to_group)
}

#[derive(Deserialize)]
struct Chosen {
    issuer: Option<String>,
}

async fn ask_for_project(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Refusal> {
    ask(&app, &visitor, &Of::project(place), &chosen).await
}

async fn ask_for_channel(
    State(app): State<App>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Refusal> {
    ask(&app, &visitor, &Of::channel(channel), &chosen).await
}

async fn ask_for_group(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Refusal> {
    ask(&app, &visitor, &Of::Group(name), &chosen).await
}

async fn add_to_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Typed>,
) -> Result<Response, Refusal> {
    submit(&app, &visitor, &Of::project(place), form).await
}

async fn add_to_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Typed>,
) -> Result<Response, Refusal> {
    submit(&app, &visitor, &Of::channel(channel), form).await
}

async fn add_to_group(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, form }: Posted<Typed>,
) -> Result<Response, Refusal> {
    submit(&app, &visitor, &Of::Group(name), form).await
}

/// A form, with what it needs to be shown again.
struct Form {
    shell: Shell,
    head: Head,
    provider: Provider,
    issuer: IssuerChoice,
    typed: Typed,
}

impl Form {
    /// The page, with what is wrong with fields of the provider and with those of the place.
    fn page(self, of: &Of, wrong: &FieldErrors, error: Option<(&str, &str)>) -> NewPublisher {
        let field = |name: &str| {
            let text = error.and_then(|(field, text)| (field == name).then(|| text.to_owned()));
            Field::of(self.typed.get(name).map(String::as_str).unwrap_or_default()).with_error(text)
        };
        let reach = match of {
            Of::Place(Place { project: Some(_), .. }) => Reach::Project,
            Of::Place(Place { project: None, .. }) => Reach::Prefix(field("prefix")),
            Of::Group(_) => Reach::InChannel { channel: field("channel"), prefix: field("prefix") },
        };
        let elsewhere = error.filter(|(field, _)| !matches!(*field, "prefix" | "channel"));
        let notice = elsewhere.map(|(_, text)| Notice::error(text));
        NewPublisher {
            shell: Shell { notice, ..self.shell },
            head: self.head,
            issuer: self.issuer,
            reach,
            fields: fields(self.provider, &self.typed, wrong),
        }
    }
}

async fn ask(app: &App, visitor: &Visitor, of: &Of, chosen: &Chosen) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let found = of.found(app, visitor, &session).await?;
    if !found.manages {
        return Err(not_managed().into());
    }
    let issuer = chosen.issuer.as_deref().unwrap_or_default();
    // Asked for before anything is typed, which would be lost.
    let back = format!("{}/new?issuer={}", of.path(), segment(issuer));
    let fresh = visitor.fresh(&session, &back)?;
    let cleared = fresh.cleared().map_err(|error| visitor.refuse(error, &back))?;
    let (_, provider, issuer) = issuer_of(app, &cleared, Some(issuer)).await?;
    let (shell, head) = (visitor.shell_for(&session), found.head);
    let form = Form { shell, head, provider, issuer, typed: Typed::new() };
    Ok(visitor.page(&form.page(of, &FieldErrors::default(), None)))
}

async fn submit(app: &App, visitor: &Visitor, of: &Of, typed: Typed) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let found = of.found(app, visitor, &session).await?;
    if !found.manages {
        return Err(not_managed().into());
    }
    let back = of.path();
    let fresh = visitor.fresh(&session, &back)?;
    let cleared = fresh.cleared().map_err(|error| visitor.refuse(error, &back))?;
    let (id, provider, issuer) = issuer_of(app, &cleared, typed.get("issuer").map(String::as_str)).await?;
    may_add(app, &fresh, of).await.map_err(|error| visitor.refuse(error, &back))?;
    let read = app.read_publisher(&fresh, &visitor.visit, id, typed.clone()).await;
    let form = Form { shell: visitor.shell_for(&session), head: found.head, provider, issuer, typed };
    let again = |page: &NewPublisher| Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, page));
    match read.map_err(|error| visitor.refuse(error, &back))? {
        TypedPublisher::Wrong(errors) => again(&form.page(of, &errors, None)),
        TypedPublisher::New(new) => match put(app, visitor, &fresh, of, &form.typed, new).await {
            Ok(()) => Ok(visitor.redirect(&format!("{back}?done=publisher-added"))),
            Err(Error::Field { field, text }) => {
                again(&form.page(of, &FieldErrors::default(), Some((field, &text))))
            }
            Err(other) => Err(visitor.refuse(other, &back)),
        },
    }
}

/// Whether the visitor may add publishers there: before any provider is asked for anything in their name.
async fn may_add(app: &App, fresh: &Fresh<'_>, of: &Of) -> Result<(), Error> {
    match of {
        Of::Place(Place { channel, project: Some(project) }) => {
            app.manage_project(fresh, channel, project).await.map(drop)
        }
        Of::Place(Place { channel, project: None }) => app.manage_channel(fresh, channel).await.map(drop),
        Of::Group(name) => app.manage_group(fresh, name).await.map(drop),
    }
}

async fn put(
    app: &App,
    visitor: &Visitor,
    fresh: &Fresh<'_>,
    of: &Of,
    typed: &Typed,
    new: New,
) -> Result<(), Error> {
    let origin = &visitor.visit.origin;
    let text = |name: &str| typed.get(name).map(String::as_str).unwrap_or_default();
    match of {
        Of::Place(Place { channel, project: Some(project) }) => {
            let permit = app.manage_project(fresh, channel, project).await?;
            app.add_publisher(&permit, origin, new).await?;
        }
        Of::Place(Place { channel, project: None }) => {
            let permit = app.manage_channel(fresh, channel).await?;
            app.add_channel_publisher(&permit, origin, text("prefix"), new).await?;
        }
        Of::Group(name) => {
            let permit = app.manage_group(fresh, name).await?;
            app.add_group_publisher(&permit, origin, text("channel"), text("prefix"), new).await?;
        }
    }
    Ok(())
}

fn not_managed() -> crate::problem::Problem {
    crate::problem::Problem::forbidden("Only those who manage the group can do this.")
}
