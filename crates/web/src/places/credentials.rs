//! The tokens that can publish in a channel or to a project, and cutting them off there.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ids::TokenId;
use bonded_model::token::Verb;
use bonded_pages::Notice;
use bonded_pages::places::{Credential, Credentials, Tab};
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::projects::{PublishingToken, Reach};
use bonded_registry::tokens::Mark;
use http::StatusCode;
use serde::Deserialize;

use super::place::{PeopleOf, Place};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::Done;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/channels/{channel}/tokens", of_channel)
        .post("/channels/{channel}/tokens/cut", cut_from_channel)
        .post("/channels/{channel}/tokens/restore", restore_to_channel)
        .get("/projects/{channel}/{project}/tokens", of_project)
        .post("/projects/{channel}/{project}/tokens/cut", cut_from_project)
        .post("/projects/{channel}/{project}/tokens/restore", restore_to_project)
}

#[derive(Deserialize)]
struct Chosen {
    token: String,
}

async fn of_channel(
    State(app): State<App>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Place::channel(channel), done).await
}

async fn of_project(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    show(&app, &visitor, &Place::project(place), done).await
}

async fn cut_from_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::channel(channel), &form, true).await
}

async fn restore_to_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::channel(channel), &form, false).await
}

async fn cut_from_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::project(place), &form, true).await
}

async fn restore_to_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Chosen>,
) -> Result<Response, Refusal> {
    change(&app, &visitor, &Place::project(place), &form, false).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    place: &Place,
    done: Option<String>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let mut page = page(app, visitor, &session, place).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    place: &Place,
) -> Result<Credentials, Refusal> {
    let people = place.people(app, visitor, session).await?;
    let switches = match &people {
        PeopleOf::Channel(people) => people.channel.switches,
        PeopleOf::Project(people) => people.channel.switches.and(people.project.switches),
    };
    let path = place.below("/tokens");
    let cleared = session.cleared().map_err(|error| visitor.refuse(error, &path))?;
    let tokens = app
        .publishing_tokens(&cleared, &place.channel, place.project.as_deref())
        .await
        .map_err(|error| visitor.refuse(error, &path))?;
    let in_project = place.project.is_some();
    Ok(Credentials {
        shell: visitor.shell_for(session),
        head: people.head(Tab::Tokens),
        tokens: tokens.into_iter().map(|token| shown(token, in_project)).collect(),
        trusted_only: switches.trusted_publishers_only,
        // Where tokens need an end, passwords are refused: they have none.
        passwords: app.settings.people.password_uploads
            && !switches.tokens_need_expiry
            && switches.longest_token_life.is_none(),
    })
}

fn shown(token: PublishingToken, in_project: bool) -> Credential {
    let verbs: Vec<&str> = token.verbs.iter().map(Verb::as_str).collect();
    let scope = match token.reach {
        Reach::Everything => "Everything that its owner can reach",
        Reach::Channel => "The whole channel",
        Reach::Projects => "Single projects",
    };
    let has = |mark| token.marks.contains(&mark);
    let gone = |name: Option<String>| name.unwrap_or_else(|| "somebody whose account is gone".to_owned());
    Credential {
        leaked: has(Mark::Leaked),
        ends_soon: has(Mark::EndsSoon),
        unused: has(Mark::Unused),
        wide: has(Mark::WiderThanUsed),
        id: token.id.to_string(),
        name: token.name,
        owner: token.owner.to_string(),
        minted_by: token.minted_by,
        may: verbs.join(", "),
        scope: scope.to_owned(),
        expires_at: token.expires_at,
        used_at: token.last_used_at,
        // What was cut off from the channel is let in again there.
        restorable: token.cut.as_ref().is_some_and(|cut| cut.whole_channel != in_project),
        cut: token.cut.map(|cut| (gone(cut.by.map(|name| name.to_string())), cut.at)),
    }
}

async fn change(
    app: &App,
    visitor: &Visitor,
    place: &Place,
    form: &Chosen,
    cut: bool,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(app).await?;
    let page = page(app, visitor, &session, place).await?;
    let path = place.below("/tokens");
    let fresh = visitor.fresh(&session, &path)?;
    let token: TokenId = form.token.parse().map_err(|_| Problem::not_found())?;
    let (channel, project) = (place.channel.as_str(), place.project.as_deref());
    let (done, word) = if cut {
        (app.cut_off(&fresh, &visitor.visit, channel, project, token).await, "token-cut")
    } else {
        (app.restore(&fresh, &visitor.visit, channel, project, token).await, "token-restored")
    };
    match done {
        Ok(()) => Ok(visitor.redirect(&format!("{path}?done={word}"))),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let shell = page.shell.clone().with_notice(Notice::error(error.to_string()));
            Ok(visitor.page_with(StatusCode::CONFLICT, &Credentials { shell, ..page }))
        }
        Err(other) => Err(visitor.refuse(other, &path)),
    }
}
