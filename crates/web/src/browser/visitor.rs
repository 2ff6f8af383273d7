//! A browser that asks for a page.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bonded_model::actor::Origin;
use bonded_model::people::Client;
use bonded_model::secret::Secret;
use bonded_pages::Template;
use bonded_pages::{Location, Notice, Shell, Viewer};
use bonded_registry::Error;
use bonded_registry::people::{Fresh, Rotated, Session, Visit};
use http::header::{SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::cookies::Cookies;
use super::headers::secure;
use super::next::local_path;
use super::refusal::{Refusal, encoded, see_other};
use crate::App;
use crate::problem::Problem;

/// What a browser says of itself is kept up to this many characters.
const AGENT: usize = 300;
/// What the forgery token is derived from the browser's secret for.
const CSRF: &str = "bonded csrf";

/// A browser that asks for a page, and what its answer needs.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) visit: Visit,
    /// The path to come back to after a sign-in, with its query, below the prefix: the one that was asked for, if it
    /// can be asked for again.
    back: String,
    prefix: String,
    instance: String,
    nonce: String,
    cookies: Cookies,
    /// Whether the browser does not know its secret yet.
    is_new: bool,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let origin = *parts.extensions.get::<Origin>().ok_or_else(no_origin)?;
        let people = &app.settings.people;
        let cookies = Cookies::new(people.is_secure());
        let known = cookies.browser(&parts.headers);
        let agent = agent(&parts.headers);
        let is_new = known.is_none();
        let visit = Visit {
            origin,
            client: Client { address: origin.address, agent },
            browser: known.unwrap_or_else(|| Secret::generate(&app.random)),
            device: cookies.device(&parts.headers),
        };
        let asked = parts.uri.path_and_query().filter(|_| parts.method.is_safe());
        let back = asked.map_or("/account", |path| path.as_str()).to_owned();
        let nonce = URL_SAFE_NO_PAD.encode(app.random.bytes::<18>());
        let (prefix, instance) = (app.prefix().to_owned(), people.instance_name.clone());
        Ok(Self { visit, back, prefix, instance, nonce, cookies, is_new })
    }
}

fn no_origin() -> Problem {
    Error::internal("a request reached a route without passing the front").into()
}

impl Visitor {
    /// The token that this browser's forms send back.
    pub(super) fn csrf(&self) -> Secret {
        self.visit.browser.derive(CSRF)
    }

    /// What a page for nobody in particular shares with all others.
    pub(crate) fn shell(&self) -> Shell {
        self.shell_after(&self.visit.browser)
    }

    fn shell_after(&self, browser: &Secret) -> Shell {
        Shell {
            prefix: self.prefix.clone(),
            nonce: self.nonce.clone(),
            csrf: browser.derive(CSRF).expose().to_string(),
            instance: self.instance.clone(),
            ..Shell::default()
        }
    }

    /// What a page for a person shares with all others.
    pub(crate) fn shell_for(&self, session: &Session) -> Shell {
        let user = session.user();
        Shell {
            viewer: Some(Viewer { name: user.name.to_string(), admin: user.admin }),
            fence: session.fence().map(shown_fence),
            ..self.shell()
        }
    }

    /// The location that the browser comes from, in words.
    pub(crate) fn location(&self) -> Location {
        location(&self.visit.client)
    }

    /// The session, if the browser is signed in.
    pub(crate) async fn session(&self, app: &App) -> Result<Option<Session>, Refusal> {
        Ok(app.session(&self.visit).await.map_err(Problem::from)?)
    }

    /// The session, even one that lacks something: for the pages that mend it. Who is not signed in does that first.
    pub(crate) async fn mending(&self, app: &App) -> Result<Session, Refusal> {
        let session = self.session(app).await?;
        // A query that holds a token is not repeated.
        let next = local_path(Some(&self.back));
        session.ok_or_else(|| Refusal::go_to(self.local(&format!("/login?next={}", encoded(&next)))))
    }

    /// The session, if it lacks nothing. Who is not signed in or lacks something does that first.
    pub(crate) async fn signed_in(&self, app: &App) -> Result<Session, Refusal> {
        let session = self.mending(app).await?;
        match session.cleared() {
            Ok(_) => Ok(session),
            Err(error) => Err(self.refuse(error, "/account")),
        }
    }

    /// The session as one whose person proved just now who they are. Who did not does that first, and comes back to
    /// `back`, a local path.
    pub(crate) fn fresh<'a>(&self, session: &'a Session, back: &str) -> Result<Fresh<'a>, Refusal> {
        session.fresh().map_err(|error| self.refuse(error, back))
    }

    /// What becomes of an error on the way to `back`, a local path.
    pub(crate) fn refuse(&self, error: Error, back: &str) -> Refusal {
        Refusal::of(error, &self.prefix, back)
    }

    /// A local path as the browser knows it.
    pub(crate) fn local(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// A page as the answer.
    pub(crate) fn page(&self, page: &impl Template) -> Response {
        self.page_with(StatusCode::OK, page)
    }

    /// A page as the answer with another status: 422 for a form that is shown again with what is wrong.
    pub(crate) fn page_with(&self, status: StatusCode, page: &impl Template) -> Response {
        let body = match page.render() {
            Ok(body) => body,
            Err(error) => return Problem::from(Error::internal(error)).into_response(),
        };
        // Who is shown no form needs no cookie.
        let has_form = body.contains(self.csrf().expose().as_str());
        let mut response = (status, Html(body)).into_response();
        secure(response.headers_mut(), &self.nonce);
        if self.is_new && has_form {
            append(&mut response, self.cookies.set_browser(&self.visit.browser));
        }
        response
    }

    /// Sends the browser to a local path.
    pub(crate) fn redirect(&self, path: &str) -> Response {
        see_other(&self.local(path))
    }

    /// Gives the browser the secrets that it must take from now on, with an answer.
    pub(crate) fn rotate(&self, rotated: &Rotated, mut response: Response) -> Response {
        response.headers_mut().remove(SET_COOKIE);
        append(&mut response, self.cookies.set_browser(&rotated.browser));
        if let Some(device) = &rotated.device {
            append(&mut response, self.cookies.set_device(device));
        }
        response
    }

    /// A shell with a notice for the `done` word of the query.
    pub(crate) fn noticed(shell: Shell, done: Option<&str>) -> Shell {
        let notice: Option<Notice> = done.and_then(bonded_pages::done);
        Shell { notice, ..shell }
    }
}

/// What a client says of itself.
pub(crate) fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.chars().filter(|c| !c.is_control()).take(AGENT).collect()
}

/// A client as people recognize it.
pub(crate) fn location(client: &Client) -> Location {
    let address = client.address.map_or_else(|| "unknown".to_owned(), |address: IpAddr| address.to_string());
    Location::of(address, Some(client.agent.as_str()).filter(|agent| !agent.is_empty()))
}

const fn shown_fence(fence: bonded_registry::people::Fence) -> bonded_pages::Fence {
    use bonded_registry::people::Fence;
    match fence {
        Fence::Unverified => bonded_pages::Fence::Unverified,
        Fence::SecondFactor => bonded_pages::Fence::SecondFactor,
        Fence::Key => bonded_pages::Fence::Key,
    }
}

fn append(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
