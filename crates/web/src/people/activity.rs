//! What happened: for people what concerns them, for administrators everything, as pages and as JSON lines.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bonded_model::audit::{EventKind, Window};
use bonded_pages::activity::{Activity as Page, Event, Filter, Kind};
use bonded_registry::Error;
use bonded_registry::activity::{Activities, Activity, Wanted};
use bonded_registry::people::Session;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LINK};

use crate::App;
use crate::browser::{Refusal, Visitor};
use crate::extract::Query;
use crate::problem::Problem;
use crate::routes::Routes;

const PATH: &str = "/account/activity";
const EXPORT: &str = "/account/activity.jsonl";

/// Events on a page.
pub(crate) const ON_A_PAGE: usize = 50;
/// Events in one answer of JSON lines, which names the next one.
pub(crate) const IN_AN_EXPORT: usize = 1_000;

pub(super) fn add(table: Routes) -> Routes {
    table.get(PATH, show).get(EXPORT, export)
}

/// The query of all of these.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(crate) person: String,
    channel: String,
    pub(crate) project: String,
    pub(crate) kind: String,
    before: Option<i64>,
    after: Option<i64>,
}

impl Asked {
    /// The same for the use cases.
    pub(crate) fn wanted(&self) -> Result<Wanted, Problem> {
        let kind = match self.kind.as_str() {
            "" => None,
            word => Some(word.parse::<EventKind>().map_err(|error| Problem::bad_request(error.to_string()))?),
        };
        let window = match (self.before, self.after) {
            (Some(seq), _) => Window::Before(seq),
            (None, Some(seq)) => Window::After(seq),
            (None, None) => Window::Newest,
        };
        let typed = |text: &str| text.trim().to_owned();
        let (person, channel, project) = (typed(&self.person), typed(&self.channel), typed(&self.project));
        Ok(Wanted { person, channel, project, kind, window })
    }

    /// A local path that asks for the same, in another part of the log.
    pub(crate) fn path(&self, path: &str, window: Window) -> String {
        let (before, after) = match window {
            Window::Newest => (String::new(), String::new()),
            Window::Before(seq) => (seq.to_string(), String::new()),
            Window::After(seq) => (String::new(), seq.to_string()),
        };
        let all = [
            ("person", self.person.trim()),
            ("channel", self.channel.trim()),
            ("project", self.project.trim()),
            ("kind", &self.kind),
            ("before", &before),
            ("after", &after),
        ];
        let mut query = form_urlencoded(all.into_iter().filter(|(_, value)| !value.is_empty()));
        query.insert_str(0, path);
        query
    }
}

/// A query with its question mark; nothing where there is nothing to ask.
fn form_urlencoded<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<_> = pairs.collect();
    match serde_urlencoded::to_string(&pairs) {
        Ok(query) if !query.is_empty() => format!("?{query}"),
        _ => String::new(),
    }
}

const fn words(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Account => "Accounts",
        EventKind::SignIn => "Signing in and out",
        EventKind::Token => "API tokens",
        EventKind::Channel => "Channels and their members",
        EventKind::Package => "Packages",
        EventKind::Invitation => "Invitations to roles",
        EventKind::Refusal => "Refusals",
        EventKind::Instance => "The registry itself",
    }
}

pub(crate) fn kinds(chosen: &str) -> Vec<Kind> {
    let everything = Kind { value: "", words: "Everything", chosen: chosen.is_empty() };
    let each = |kind: &EventKind| {
        let value = kind.as_str();
        Kind { value, words: words(*kind), chosen: value == chosen }
    };
    std::iter::once(everything).chain(EventKind::ALL.iter().map(each)).collect()
}

pub(crate) fn shown(event: Activity) -> Event {
    Event { text: event.text, at: event.at, by: event.by, with: event.with, address: event.address }
}

/// The page at `path`, whose events are exported at `export`.
pub(super) fn page(
    visitor: &Visitor,
    session: &Session,
    asked: &Asked,
    found: Activities,
    (path, export): (&str, &str),
) -> Page {
    let of_registry = path != PATH;
    Page {
        shell: visitor.shell_for(session),
        filter: Filter {
            person: of_registry.then(|| asked.person.trim().to_owned()),
            channel: asked.channel.trim().to_owned(),
            project: asked.project.trim().to_owned(),
            kinds: kinds(&asked.kind),
        },
        newer: found.newer.map(|window| asked.path(path, window)),
        older: found.older.map(|window| asked.path(path, window)),
        export: asked.path(export, Window::Newest),
        events: found.events.into_iter().map(shown).collect(),
    }
}

/// The events as JSON lines. The header `Link` names where older ones are.
pub(crate) fn lines(
    visitor: &Visitor,
    asked: &Asked,
    found: &Activities,
    export: &str,
) -> Result<Response, Refusal> {
    let next = found.older.map(|older| visitor.local(&asked.path(export, older)));
    let mut response = json_lines(found, next)?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"activity.jsonl\""));
    Ok(response)
}

/// Events as JSON lines; `next` is where older ones are.
pub(crate) fn json_lines(found: &Activities, next: Option<String>) -> Result<Response, Error> {
    let mut body = String::new();
    for event in &found.events {
        body.push_str(&serde_json::to_string(event).map_err(Error::internal)?);
        body.push('\n');
    }
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(path) = next {
        headers
            .insert(LINK, HeaderValue::try_from(format!("<{path}>; rel=\"next\"")).map_err(Error::internal)?);
    }
    Ok(response)
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let found = app.own_events(&session, &asked.wanted()?, ON_A_PAGE).await?;
    Ok(visitor.page(&page(&visitor, &session, &asked, found, (PATH, EXPORT))))
}

async fn export(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let session = visitor.mending(&app).await?;
    let found = app.own_events(&session, &asked.wanted()?, IN_AN_EXPORT).await?;
    lines(&visitor, &asked, &found, EXPORT)
}
