//! Narrowing and removing publishers, and keeping the names of pending ones.

use axum::extract::State;
use axum::response::Response;
use bonded_model::actor::Origin;
use bonded_model::ids::PublisherId;
use bonded_pages::Notice;
use bonded_pages::places::Publishers;
use bonded_registry::Error;
use bonded_registry::access::Permit;
use bonded_registry::people::Fresh;
use bonded_registry::roles::Manages;
use http::StatusCode;
use serde::Deserialize;

use super::super::place::Place;
use super::list::page;
use super::of::Of;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Path;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .post("/projects/{channel}/{project}/publishers/constrain", constrain_of_project)
        .post("/projects/{channel}/{project}/publishers/remove", remove_of_project)
        .post("/channels/{channel}/publishers/constrain", constrain_of_channel)
        .post("/channels/{channel}/publishers/remove", remove_of_channel)
        .post("/channels/{channel}/publishers/reserve", reserve)
        .post("/groups/{name}/publishers/constrain", constrain_of_group)
        .post("/groups/{name}/publishers/remove", remove_of_group)
}

#[derive(Deserialize)]
struct Chosen {
    publisher: String,
}

/// The environment is the one that the page showed.
#[derive(Deserialize)]
struct Narrowed {
    publisher: String,
    environment: String,
}

enum What {
    Constrain(String),
    Remove,
}

async fn constrain_of_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Narrowed>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Of::project(place), &form.publisher, What::Constrain(form.environment)).await
}

async fn remove_of_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Of::project(place), &form.publisher, What::Remove).await
}

async fn constrain_of_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Narrowed>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Of::channel(channel), &form.publisher, What::Constrain(form.environment)).await
}

async fn remove_of_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Of::channel(channel), &form.publisher, What::Remove).await
}

async fn constrain_of_group(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, form }: Posted<Narrowed>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Of::Group(name), &form.publisher, What::Constrain(form.environment)).await
}

async fn remove_of_group(
    State(app): State<App>,
    Path(name): Path<String>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Of::Group(name), &form.publisher, What::Remove).await
}

async fn change(
    app: &App,
    visitor: &Visitor,
    of: &Of,
    publisher: &str,
    what: What,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    // Who may not look learns nothing, and proves nothing for it.
    let found = of.found(app, visitor, &session).await?;
    let path = of.path();
    let fresh = visitor.fresh(&session, &path)?;
    let id: PublisherId = publisher.parse().map_err(|_| Problem::not_found())?;
    let word = match what {
        What::Constrain(_) => "publisher-narrowed",
        What::Remove => "publisher-removed",
    };
    match apply_to(app, &fresh, &visitor.visit.origin, of, id, what).await {
        Ok(()) => Ok(visitor.redirect(&format!("{path}?done={word}"))),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::Field { .. })) => {
            let page = page(app, visitor, &session, of, found).await?;
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &Publishers { shell, ..page }))
        }
        Err(other) => Err(visitor.refuse(other, &path)),
    }
}

async fn apply_to(
    app: &App,
    fresh: &Fresh<'_>,
    origin: &Origin,
    of: &Of,
    id: PublisherId,
    what: What,
) -> Result<(), Error> {
    match of {
        Of::Place(Place { channel, project: Some(project) }) => {
            apply(app, &app.manage_project(fresh, channel, project).await?, origin, id, what).await
        }
        Of::Place(Place { channel, project: None }) => {
            apply(app, &app.manage_channel(fresh, channel).await?, origin, id, what).await
        }
        Of::Group(name) => apply(app, &app.manage_group(fresh, name).await?, origin, id, what).await,
    }
}

async fn apply<A: Manages>(
    app: &App,
    permit: &Permit<A>,
    origin: &Origin,
    id: PublisherId,
    what: What,
) -> Result<(), Error> {
    match what {
        What::Constrain(environment) => app.constrain_publisher(permit, origin, id, &environment).await,
        What::Remove => app.remove_publisher(permit, origin, id).await,
    }
}

#[derive(Deserialize)]
struct Reserve {
    /// Browsers send nothing for a box that is not ticked.
    reserve: Option<String>,
}

async fn reserve(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Reserve>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let of = Of::channel(channel.clone());
    of.found(&app, &visitor, &session).await?;
    let path = of.path();
    let fresh = visitor.fresh(&session, &path)?;
    let set = async {
        let permit = app.manage_channel(&fresh, &channel).await?;
        app.set_reserve_pending(&permit, &visitor.visit.origin, form.reserve.is_some()).await
    };
    set.await.map_err(|error| visitor.refuse(error, &path))?;
    Ok(visitor.redirect(&format!("{path}?done=reserve-saved")))
}
