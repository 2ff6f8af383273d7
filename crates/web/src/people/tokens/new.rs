//! A new token: asked for with a form, shown once.

use axum::extract::State;
use axum::response::Response;
use bonded_model::token::{Token, Verb};
use bonded_model::{ChannelFormat, Timestamp};
use bonded_pages::Field;
use bonded_pages::account::{IssuedToken, NewToken, TokenPlace, Uses};
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::tokens::{IssuedToken as Issued, NewToken as Asked, ScopeByName};
use http::StatusCode;
use serde::Deserialize;

use super::form::{self, Boxes, Wrong};
use super::places::{self, Places};
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::problem::Problem;
use crate::routes::Routes;

const NEW: &str = "/account/tokens/new";
/// More channels than anybody wants to read about at once.
const SHOWN_PLACES: usize = 6;

pub(super) fn add(table: Routes) -> Routes {
    table.get(NEW, show).post(super::PATH, create)
}

#[derive(Deserialize)]
struct Form {
    name: String,
    #[serde(default)]
    scope: String,
    /// A project that has no box.
    #[serde(default)]
    project: String,
    #[serde(default)]
    lifetime: String,
    #[serde(default)]
    networks: String,
    #[serde(flatten)]
    boxes: Boxes,
}

impl Form {
    fn blank() -> Self {
        Self {
            name: String::new(),
            scope: "everything".to_owned(),
            project: String::new(),
            lifetime: form::USUAL.to_owned(),
            networks: String::new(),
            boxes: Boxes::from([("may-read".to_owned(), "yes".to_owned())]),
        }
    }

    fn is_limited(&self) -> bool {
        self.scope != "everything"
    }

    fn asked(&self) -> Result<Asked, Error> {
        let scope = match self.is_limited() {
            true => places::limited(&self.boxes, &self.project, &[])?,
            // Whoever named places meant to limit it.
            false if places::named(&self.boxes, &self.project) => {
                let text = "you named places, but chose everywhere: choose one of the two";
                return Err(form::wrong("scope", text));
            }
            false => ScopeByName::Everything,
        };
        Ok(Asked {
            name: self.name.clone(),
            verbs: form::verbs(&self.boxes),
            scope,
            lifetime: form::lifetime(&self.lifetime)?,
            networks: form::networks(&self.networks)?,
        })
    }
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    visitor.fresh(&session, NEW)?;
    let page = page(&app, &visitor, &session, &Form::blank(), &Wrong::default()).await?;
    Ok(visitor.page(&page))
}

async fn create(State(app): State<App>, Posted { visitor, form }: Posted<Form>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let fresh = visitor.fresh(&session, NEW)?;
    let made = match form.asked() {
        Ok(asked) => app.create_token(&fresh, &visitor.visit, asked).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => Ok(visitor.page(&issued(&app, &visitor, &session, made, None).await?)),
        Err(Error::Field { field, text }) => {
            let page = page(&app, &visitor, &session, &form, &Wrong(Some((field, text)))).await?;
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, NEW)),
    }
}

/// The page that shows a secret once.
pub(super) async fn issued(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    issued: Issued,
    previous_until: Option<Timestamp>,
) -> Result<IssuedToken, Refusal> {
    let Issued { secret, token } = issued;
    Ok(IssuedToken {
        shell: visitor.shell_for(session),
        places: reached(app, session, &token).await?,
        secret: secret.expose().to_owned(),
        expires_at: token.expires_at,
        previous_until,
        uses: Uses {
            reads: token.verbs.contains(Verb::Read),
            publishes: token.verbs.contains(Verb::Publish),
            only_reads: token.verbs.is_read_only(),
        },
        name: token.name,
        base_url: app.base_url().to_owned(),
    })
}

/// The channels that the token reaches into.
async fn reached(app: &App, session: &Session, token: &Token) -> Result<Vec<TokenPlace>, Refusal> {
    let visible = app.access.visible_channels(&session.actor()).await.map_err(Problem::from)?;
    let channels = visible.into_iter().filter(|channel| token.scope.reaches_into(channel.id));
    let place = channels.take(SHOWN_PLACES).map(|channel| TokenPlace {
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
    wrong: &Wrong,
) -> Result<NewToken, Refusal> {
    let verb =
        |(verb, label, hint): (Verb, &str, _)| form::choice(format!("may-{verb}"), label, hint, &form.boxes);
    let known = Places::of(app, session).await?;
    Ok(NewToken {
        shell: visitor.shell_for(session),
        name: Field::of(&form.name).with_error(wrong.with("name")),
        verbs: form::VERBS.map(verb).into(),
        verbs_error: wrong.sentence("verbs"),
        limited: form.is_limited(),
        channels: places::choices(&known.channels, &form.boxes),
        projects: places::choices(&known.projects, &form.boxes),
        project: known.field(&form.project, wrong),
        scope_error: wrong.sentence("scope"),
        lifetimes: form::lifetimes(None, app, &form.lifetime),
        lifetime_error: wrong.sentence("lifetime"),
        networks: Field::of(&form.networks).with_error(wrong.with("networks")),
    })
}
