//! One token: a new secret for it, or less of what it may do.

use axum::extract::State;
use axum::response::Response;
use bonded_model::token::{TokenScope, Verb};
use bonded_pages::account::{EditToken, Lifetime};
use bonded_pages::{Field, Notice};
use bonded_registry::Error;
use bonded_registry::people::Cleared;
use bonded_registry::tokens::{Narrower, Overlap, OwnToken, Rotation};
use http::StatusCode;
use serde::Deserialize;

use super::form::{self, Boxes, Wrong};
use super::places::{self, Places, box_of};
use super::{PATH, new, shown, token_id};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::Path;
use crate::routes::Routes;

/// A lifetime that stays as it is.
const KEEP: &str = "keep";

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/account/tokens/{id}", show)
        .post("/account/tokens/{id}", narrow)
        .post("/account/tokens/{id}/rotate", rotate)
}

#[derive(Deserialize)]
struct Renewal {
    #[serde(default)]
    overlap: String,
    #[serde(default)]
    lifetime: String,
}

#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    lifetime: String,
    #[serde(default)]
    networks: String,
    /// A project that has no box.
    #[serde(default)]
    project: String,
    #[serde(flatten)]
    boxes: Boxes,
}

impl Form {
    /// The form as the token is.
    fn of(own: &OwnToken) -> Self {
        let verbs = own.token.verbs.iter().map(|verb| format!("may-{verb}"));
        let places = own.places.iter().map(|place| box_of(place));
        let boxes = verbs.chain(places).map(|field| (field, "yes".to_owned())).collect();
        let (lifetime, networks) = (KEEP.to_owned(), own.token.networks.to_string());
        Self { lifetime, networks, project: String::new(), boxes }
    }

    fn asked(&self, own: &OwnToken) -> Result<Narrower, Error> {
        let limits = is_limited(own) || places::named(&self.boxes, &self.project);
        let scope = || places::limited(&self.boxes, &self.project, &own.places);
        let lifetime = match self.lifetime.as_str() {
            KEEP => None,
            chosen => form::lifetime(chosen)?,
        };
        Ok(Narrower {
            verbs: form::verbs(&self.boxes),
            scope: limits.then(scope).transpose()?,
            lifetime,
            networks: form::networks(&self.networks)?,
        })
    }
}

const fn is_limited(own: &OwnToken) -> bool {
    matches!(own.token.scope, TokenScope::Limited { .. })
}

async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    let own = app.own_token(&cleared, token_id(&id)?).await?;
    visitor.fresh(&session, &format!("{PATH}/{}", own.token.id))?;
    let page = page(&app, &visitor, &cleared, &own, &Form::of(&own), &Wrong::default()).await?;
    Ok(visitor.page(&page))
}

async fn rotate(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted<Renewal>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    let own = app.own_token(&cleared, token_id(&id)?).await?;
    let fresh = visitor.fresh(&session, &format!("{PATH}/{}", own.token.id))?;
    let rotated = match renewal(&form) {
        Ok(rotation) => app.rotate_own_token(&fresh, &visitor.visit, own.token.id, rotation).await,
        Err(error) => Err(error),
    };
    match rotated {
        Ok(rotated) => {
            let until = app.own_token(&cleared, own.token.id).await?.token.previous_until;
            let until = until.filter(|until| *until > app.clock.now());
            Ok(visitor.page(&new::issued(&app, &visitor, &session, rotated, until).await?))
        }
        Err(error) => {
            let page = page(&app, &visitor, &cleared, &own, &Form::of(&own), &Wrong::default()).await?;
            match error {
                Error::Field { text, .. } => {
                    let renewal_error = Field::wrong(text).error;
                    Ok(visitor
                        .page_with(StatusCode::UNPROCESSABLE_ENTITY, &EditToken { renewal_error, ..page }))
                }
                other => refused(&visitor, other, page),
            }
        }
    }
}

fn renewal(form: &Renewal) -> Result<Rotation, Error> {
    let unknown = |_| form::wrong("lifetime", "choose how long the old secret works");
    let lifetime = match form.lifetime.as_str() {
        KEEP => None,
        chosen => Some(form::lifetime(chosen)?),
    };
    Ok(Rotation { overlap: form.overlap.parse::<Overlap>().map_err(unknown)?, lifetime })
}

async fn narrow(
    State(app): State<App>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted<Form>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, PATH))?;
    let own = app.own_token(&cleared, token_id(&id)?).await?;
    let fresh = visitor.fresh(&session, &format!("{PATH}/{}", own.token.id))?;
    let narrowed = match form.asked(&own) {
        Ok(narrower) => app.narrow_own_token(&fresh, &visitor.visit, own.token.id, narrower).await,
        Err(error) => Err(error),
    };
    match narrowed {
        Ok(()) => Ok(visitor.redirect("/account/tokens?done=token-narrowed")),
        Err(Error::Field { field, text }) => {
            let wrong = Wrong(Some((field, text)));
            let page = page(&app, &visitor, &cleared, &own, &form, &wrong).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => {
            let page = page(&app, &visitor, &cleared, &own, &form, &Wrong::default()).await?;
            refused(&visitor, other, page)
        }
    }
}

/// The page again with what was refused as a whole.
fn refused(visitor: &Visitor, error: Error, page: EditToken) -> Result<Response, Refusal> {
    match error {
        Error::Invalid(_) | Error::Conflict(_) => {
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &EditToken { shell, ..page }))
        }
        other => Err(visitor.refuse(other, PATH)),
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Cleared<'_>,
    own: &OwnToken,
    form: &Form,
    wrong: &Wrong,
) -> Result<EditToken, Refusal> {
    let has = form::VERBS.into_iter().filter(|(verb, ..)| own.token.verbs.contains(*verb));
    let verb =
        |(verb, label, hint): (Verb, &str, _)| form::choice(format!("may-{verb}"), label, hint, &form.boxes);
    let renewals = match own.token.by_operator {
        true => vec![kept()],
        false => form::lifetimes(Some((KEEP, KEPT)), app, KEEP),
    };
    let known = Places::of(app, session).await?;
    let choices = choices(&known, own);
    // In single projects there are no others.
    let whole = choices.iter().any(|place| !place.contains('/'));
    Ok(EditToken {
        shell: visitor.shell_for(session),
        token: shown(own.clone(), app.clock.now()),
        renewals,
        renewal_error: None,
        verbs: has.map(verb).collect(),
        verbs_error: wrong.sentence("verbs"),
        places: places::choices(&choices, &form.boxes),
        project: known.field(&form.project, wrong).filter(|_| whole),
        limited: is_limited(own),
        has_channels: whole,
        scope_error: wrong.sentence("scope"),
        lifetimes: form::lifetimes(Some((KEEP, KEPT)), app, &form.lifetime),
        lifetime_error: wrong.sentence("lifetime"),
        networks: Field::of(&form.networks).with_error(wrong.with("networks")),
    })
}

const KEPT: &str = "As long as it does now";

const fn kept() -> Lifetime {
    Lifetime { value: KEEP, words: KEPT, chosen: true }
}

/// The places that the token has with the projects in them, or where there was no limit, those that it could be limited to.
fn choices(known: &Places, own: &OwnToken) -> Vec<String> {
    let projects = known.projects.iter().chain(&own.only_project);
    let mut places = if is_limited(own) { own.places.clone() } else { known.channels.clone() };
    let inside = |place: &str| place.split_once('/').is_some_and(|(channel, _)| names(&places, channel));
    let mut projects: Vec<_> = projects.filter(|place| inside(place)).cloned().collect();
    projects.retain(|place| !places.contains(place));
    projects.sort();
    projects.dedup();
    places.append(&mut projects);
    places
}

fn names(places: &[String], channel: &str) -> bool {
    places.iter().any(|place| place == channel)
}
