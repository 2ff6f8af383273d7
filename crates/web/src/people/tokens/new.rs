//! A new token: asked for with a form, shown once.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use bonded_model::ChannelFormat;
use bonded_model::token::{Token, Verb};
use bonded_pages::Field;
use bonded_pages::account::{Choice, IssuedToken, Lifetime, NewToken, TokenPlace};
use bonded_registry::Error;
use bonded_registry::people::{HeldRole, Session};
use bonded_registry::tokens::{NewToken as Asked, ScopeByName};
use chrono::TimeDelta;
use http::StatusCode;
use serde::Deserialize;

use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::problem::Problem;
use crate::routes::Routes;

const NEW: &str = "/account/tokens/new";
/// How long a token lives unless somebody chooses otherwise.
const LIFETIME: &str = "90";
const NEVER: &str = "never";
/// The lifetimes to choose from, in days.
const LIFETIMES: [(&str, &str); 6] = [
    ("1", "1 day"),
    ("7", "7 days"),
    ("30", "30 days"),
    (LIFETIME, "90 days"),
    ("180", "180 days"),
    ("365", "1 year"),
];
/// More channels than anybody wants to read about at once.
const SHOWN_PLACES: usize = 6;

pub(super) fn add(table: Routes) -> Routes {
    table.get(NEW, show).post(super::PATH, create)
}

/// The form. Boxes that are ticked come under names of their own: `may-VERB`, `channel:NAME`, `project:CHANNEL/NAME`.
#[derive(Deserialize)]
struct Form {
    name: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    lifetime: String,
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

impl Form {
    fn blank() -> Self {
        let boxes = BTreeMap::from([("may-read".to_owned(), "yes".to_owned())]);
        Self { name: String::new(), scope: "everything".to_owned(), lifetime: LIFETIME.to_owned(), boxes }
    }

    fn is_limited(&self) -> bool {
        self.scope != "everything"
    }

    /// What is ticked below a kind of boxes.
    fn ticked(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.boxes.keys().filter_map(move |field| field.strip_prefix(kind))
    }

    fn asked(&self) -> Result<Asked, Error> {
        let verbs = self.ticked("may-").filter_map(|verb| verb.parse::<Verb>().ok()).collect();
        let projects = self.ticked("project:").filter_map(|place| place.split_once('/'));
        let scope = match self.is_limited() {
            false => ScopeByName::Everything,
            true => ScopeByName::Limited {
                channels: self.ticked("channel:").map(str::to_owned).collect(),
                projects: projects.map(|(channel, name)| (channel.to_owned(), name.to_owned())).collect(),
            },
        };
        Ok(Asked { name: self.name.clone(), verbs, scope, lifetime: lifetime(&self.lifetime)? })
    }
}

fn lifetime(text: &str) -> Result<Option<TimeDelta>, Error> {
    if text == NEVER {
        return Ok(None);
    }
    let days = text.parse().ok().and_then(TimeDelta::try_days);
    let wrong = || Error::Field { field: "lifetime", text: "choose how long the token works".to_owned() };
    days.map(Some).ok_or_else(wrong)
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    visitor.fresh(&session, NEW)?;
    let page = page(&app, &visitor, &session, &Form::blank(), None).await?;
    Ok(visitor.page(&page))
}

async fn create(State(app): State<App>, Posted { visitor, form }: Posted<Form>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let fresh = visitor.fresh(&session, NEW)?;
    let issued = match form.asked() {
        Ok(asked) => app.create_token(&fresh, &visitor.visit, asked).await,
        Err(error) => Err(error),
    };
    match issued {
        Ok(issued) => Ok(visitor.page(&IssuedToken {
            shell: visitor.shell_for(&session),
            name: issued.token.name.clone(),
            secret: issued.secret.expose().to_owned(),
            expires_at: issued.token.expires_at,
            reads: issued.token.verbs.contains(Verb::Read),
            publishes: issued.token.verbs.contains(Verb::Publish),
            base_url: app.base_url().to_owned(),
            places: places(&app, &session, &issued.token).await?,
        })),
        Err(Error::Field { field, text }) => {
            let page = page(&app, &visitor, &session, &form, Some((field, text))).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, NEW)),
    }
}

/// The channels that the token reaches into.
async fn places(app: &App, session: &Session, token: &Token) -> Result<Vec<TokenPlace>, Refusal> {
    let visible = app.access.visible_channels(&session.actor()).await.map_err(Problem::from)?;
    let reached = visible.into_iter().filter(|channel| token.scope.reaches_into(channel.id));
    let place = reached.take(SHOWN_PLACES).map(|channel| TokenPlace {
        channel: channel.name.to_string(),
        python: channel.format == ChannelFormat::Python,
    });
    Ok(place.collect())
}

async fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    form: &Form,
    wrong: Option<(&'static str, String)>,
) -> Result<NewToken, Refusal> {
    let channels = app.access.visible_channels(&session.actor()).await.map_err(Problem::from)?;
    let projects = app.own_roles(session).await?.into_iter().filter_map(|role| match role {
        HeldRole::Project { channel, project, .. } => Some(format!("{channel}/{project}")),
        HeldRole::Administrator | HeldRole::Channel { .. } => None,
    });
    let ticked = |field: String, label: String, hint| Choice {
        ticked: form.boxes.contains_key(&field),
        field,
        label,
        hint,
    };
    let error = |of: &str| wrong.as_ref().filter(|(field, _)| *field == of).map(|(_, text)| text.clone());
    let sentence = |of: &str| error(of).and_then(|text| Field::wrong(text).error);
    let never = app.settings.people.tokens_without_expiry.then_some((NEVER, "Until I revoke it"));
    let lifetimes = LIFETIMES.into_iter().chain(never);
    Ok(NewToken {
        shell: visitor.shell_for(session),
        name: Field::of(&form.name).with_error(error("name")),
        verbs: VERBS.map(|(verb, label, hint)| ticked(format!("may-{verb}"), label.to_owned(), hint)).into(),
        verbs_error: sentence("verbs"),
        limited: form.is_limited(),
        channels: channels
            .iter()
            .map(|channel| ticked(format!("channel:{}", channel.name), channel.name.to_string(), ""))
            .collect(),
        projects: projects.map(|place| ticked(format!("project:{place}"), place, "")).collect(),
        scope_error: sentence("scope"),
        lifetimes: lifetimes
            .map(|(value, words)| Lifetime { value, words, chosen: value == form.lifetime })
            .collect(),
        lifetime_error: sentence("lifetime"),
    })
}

/// The verbs to choose from, in the words of people.
const VERBS: [(&str, &str, &str); 4] = [
    ("read", "Read", "Install from private channels."),
    ("publish", "Publish", "Upload packages."),
    ("yank", "Yank", "Take releases back that nobody should install, and undo that."),
    ("delete", "Delete", "Take files away for good."),
];
