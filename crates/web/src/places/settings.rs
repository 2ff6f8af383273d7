//! What is set for a channel or a project.

use axum::extract::State;
use axum::response::Response;
use bonded_model::Switches;
use bonded_model::channel::ProjectCreation;
use bonded_model::people::{Policy, SecondFactorFor};
use bonded_pages::Field;
use bonded_pages::places::{ChannelSettings, Creation, ProjectSettings, Switches as Shown, Tab};
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::roles::{ChannelPeople, ProjectPeople};
use http::StatusCode;
use serde::Deserialize;

use super::head;
use super::looker::Looker;
use super::place::{PeopleOf, Place};
use super::project::found;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::extract::{Path, Query};
use crate::people::Done;
use crate::problem::Problem;
use crate::routes::Routes;

pub(super) fn add(table: Routes) -> Routes {
    table
        .get("/channels/{channel}/settings", show_channel)
        .post("/channels/{channel}/settings", save_channel)
        .get("/projects/{channel}/{project}/settings", show_project)
        .post("/projects/{channel}/{project}/settings", save_project)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Form {
    create_projects: String,
    /// Browsers send nothing for a box that is not ticked.
    trusted_publishers_only: Option<String>,
    tokens_need_expiry: Option<String>,
    longest_token_life: String,
}

impl Form {
    fn switches(&self) -> Result<Switches, Error> {
        let days = self.longest_token_life.trim();
        let wrong = |_| Error::Field {
            field: "longest_token_life",
            text: "Give a number of days, or nothing.".to_owned(),
        };
        let days = if days.is_empty() { None } else { Some(days.parse().map_err(wrong)?) };
        Ok(Switches {
            trusted_publishers_only: self.trusted_publishers_only.is_some(),
            tokens_need_expiry: self.tokens_need_expiry.is_some(),
            longest_token_life: days,
        })
    }

    /// The form again, with what is wrong about the days.
    fn shown(&self, error: String) -> Shown {
        Shown {
            trusted_publishers_only: self.trusted_publishers_only.is_some(),
            tokens_need_expiry: self.tokens_need_expiry.is_some(),
            longest_token_life: Field::of(&self.longest_token_life).with_error(Some(error)),
        }
    }
}

fn shown(switches: Switches) -> Shown {
    let days = switches.longest_token_life.map_or_else(String::new, |days| days.to_string());
    Shown {
        trusted_publishers_only: switches.trusted_publishers_only,
        tokens_need_expiry: switches.tokens_need_expiry,
        longest_token_life: Field::of(days),
    }
}

/// What a channel switches on, each as a phrase.
fn phrases(switches: Switches) -> Vec<String> {
    let days = switches.longest_token_life.map(|days| format!("Tokens live at most {days} days"));
    let trusted = switches.trusted_publishers_only.then(|| "Trusted publishers only".to_owned());
    let expiry = switches.tokens_need_expiry.then(|| "Tokens need an expiry".to_owned());
    [trusted, expiry, days].into_iter().flatten().collect()
}

fn rule(policy: Policy) -> String {
    let who = match policy.second_factor {
        SecondFactorFor::Nobody => {
            return "The channel asks for nothing beyond what the registry asks of everybody.".to_owned();
        }
        SecondFactorFor::Publishers => "Whoever may publish here",
        SecondFactorFor::Everybody => "Every member",
    };
    let what = if policy.phishing_resistant { "a security key or a passkey" } else { "a second factor" };
    format!("{who} needs {what}.")
}

async fn channel_people(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    place: &Place,
) -> Result<ChannelPeople, Refusal> {
    match place.people(app, visitor, session).await? {
        PeopleOf::Channel(people) => Ok(people),
        PeopleOf::Project(_) => Err(Problem::not_found().into()),
    }
}

async fn project_people(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    place: &Place,
) -> Result<ProjectPeople, Refusal> {
    match place.people(app, visitor, session).await? {
        PeopleOf::Project(people) => Ok(people),
        PeopleOf::Channel(_) => Err(Problem::not_found().into()),
    }
}

fn channel_page(visitor: &Visitor, session: &Session, people: ChannelPeople) -> ChannelSettings {
    let channel = &people.channel;
    ChannelSettings {
        shell: visitor.shell_for(session),
        creation: match channel.create_projects {
            ProjectCreation::Publishers => Creation::Publishers,
            ProjectCreation::Admins => Creation::Admins,
        },
        switches: shown(channel.switches),
        sign_in_rule: rule(channel.policy),
        sets_rule: session.user().admin,
        head: PeopleOf::Channel(people).head(Tab::Settings),
    }
}

async fn show_channel(
    State(app): State<App>,
    visitor: Visitor,
    Path(channel): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let people = channel_people(&app, &visitor, &session, &Place::channel(channel)).await?;
    let mut page = channel_page(&visitor, &session, people);
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn save_channel(
    State(app): State<App>,
    Path(channel): Path<String>,
    Posted { visitor, form }: Posted<Form>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let place = Place::channel(channel);
    let people = channel_people(&app, &visitor, &session, &place).await?;
    let path = place.below("/settings");
    let fresh = visitor.fresh(&session, &path)?;
    let permit = app.manage_channel(&fresh, &place.channel).await;
    let permit = permit.map_err(|error| visitor.refuse(error, &path))?;
    let creation: ProjectCreation =
        form.create_projects.parse().map_err(|_| Problem::bad_request("say who may create projects"))?;
    let origin = &visitor.visit.origin;
    let (before, rule_before) = (people.channel.switches, people.channel.create_projects);
    let saved = async {
        let switches = form.switches()?;
        // What stays as it is leaves nothing on the record.
        if switches != before {
            app.set_channel_switches(&permit, origin, switches).await?;
        }
        if creation != rule_before {
            app.set_project_creation(&permit, origin, creation).await?;
        }
        Ok(())
    };
    match saved.await {
        Ok(()) => Ok(visitor.redirect(&format!("{path}?done=settings-saved"))),
        Err(Error::Field { text, .. }) => {
            let page = channel_page(&visitor, &session, people);
            let page = ChannelSettings { switches: form.shown(text), ..page };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, &path)),
    }
}

/// The page of a project, for those who look after it.
pub(super) async fn project_page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    place: &Place,
) -> Result<ProjectSettings, Refusal> {
    let people = project_people(app, visitor, session, place).await?;
    let names = (place.channel.as_str(), people.project.name.as_str());
    let may = found(app, visitor, &Looker::signed_in(session), names, None).await?.may;
    let project = &people.project;
    Ok(ProjectSettings {
        shell: visitor.shell_for(session),
        switches: shown(project.switches),
        from_channel: phrases(people.channel.switches),
        status: head::status(project.lifecycle.status),
        reason: Field::of(&project.lifecycle.reason),
        quarantines: may.quarantine,
        head: PeopleOf::Project(people).head(Tab::Settings),
    })
}

async fn show_project(
    State(app): State<App>,
    visitor: Visitor,
    Path(place): Path<(String, String)>,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let mut page = project_page(&app, &visitor, &session, &Place::project(place)).await?;
    page.shell = Visitor::noticed(page.shell, done.as_deref());
    Ok(visitor.page(&page))
}

async fn save_project(
    State(app): State<App>,
    Path(place): Path<(String, String)>,
    Posted { visitor, form }: Posted<Form>,
) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let place = Place::project(place);
    let page = project_page(&app, &visitor, &session, &place).await?;
    let path = place.below("/settings");
    let fresh = visitor.fresh(&session, &path)?;
    let project = place.project.as_deref().unwrap_or_default();
    let saved = async {
        let permit = app.manage_project(&fresh, &place.channel, project).await?;
        app.set_project_switches(&permit, &visitor.visit.origin, form.switches()?).await
    };
    match saved.await {
        Ok(()) => Ok(visitor.redirect(&format!("{path}?done=settings-saved"))),
        Err(Error::Field { text, .. }) => {
            let page = ProjectSettings { switches: form.shown(text), ..page };
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, &path)),
    }
}
