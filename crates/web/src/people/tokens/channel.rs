//! A channel token: it can do nothing but read one conda channel, so it may stand in the channel's URL.

use axum::extract::State;
use axum::response::Response;
use bonded_model::ChannelFormat;
use bonded_pages::Field;
use bonded_pages::account::NewChannelToken;
use bonded_registry::Error;
use bonded_registry::people::Session;
use bonded_registry::tokens::NewToken;
use http::StatusCode;
use serde::Deserialize;

use super::form::{self, Wrong};
use super::new::issued;
use crate::App;
use crate::browser::{Posted, Refusal, Visitor};
use crate::problem::Problem;
use crate::routes::Routes;

const CHANNEL: &str = "/account/tokens/channel";

pub(super) fn add(table: Routes) -> Routes {
    table.get(CHANNEL, show).post(CHANNEL, create)
}

#[derive(Deserialize)]
struct Form {
    name: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    lifetime: String,
    #[serde(default)]
    networks: String,
}

impl Form {
    fn asked(&self, channels: &[String]) -> Result<NewToken, Error> {
        let known = channels.contains(&self.channel);
        let channel =
            known.then(|| self.channel.clone()).ok_or_else(|| form::wrong("scope", "choose a channel"))?;
        let (lifetime, networks) = (form::lifetime(&self.lifetime)?, form::networks(&self.networks)?);
        Ok(NewToken::for_channel(self.name.clone(), channel, lifetime, networks))
    }
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    visitor.fresh(&session, CHANNEL)?;
    let channels = channels(&app, &session).await?;
    let channel = channels.first().cloned().unwrap_or_default();
    let lifetime = form::USUAL.to_owned();
    let blank = Form { name: String::new(), channel, lifetime, networks: String::new() };
    Ok(visitor.page(&page(&app, &visitor, &session, channels, &blank, &Wrong::default())))
}

async fn create(State(app): State<App>, Posted { visitor, form }: Posted<Form>) -> Result<Response, Refusal> {
    let session = visitor.signed_in(&app).await?;
    let fresh = visitor.fresh(&session, CHANNEL)?;
    let channels = channels(&app, &session).await?;
    let made = match form.asked(&channels) {
        Ok(asked) => app.create_token(&fresh, &visitor.visit, asked).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => Ok(visitor.page(&issued(&app, &visitor, &session, made, None).await?)),
        Err(Error::Field { field, text }) => {
            let wrong = Wrong(Some((field, text)));
            let page = page(&app, &visitor, &session, channels, &form, &wrong);
            Ok(visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(other) => Err(visitor.refuse(other, CHANNEL)),
    }
}

/// The conda channels that the person may see.
async fn channels(app: &App, session: &Session) -> Result<Vec<String>, Refusal> {
    let visible = app.access.visible_channels(&session.actor()).await.map_err(Problem::from)?;
    let conda = visible.iter().filter(|channel| channel.format == ChannelFormat::Conda);
    Ok(conda.map(|channel| channel.name.to_string()).collect())
}

fn page(
    app: &App,
    visitor: &Visitor,
    session: &Session,
    channels: Vec<String>,
    form: &Form,
    wrong: &Wrong,
) -> NewChannelToken {
    NewChannelToken {
        shell: visitor.shell_for(session),
        name: Field::of(&form.name).with_error(wrong.with("name")),
        channels,
        channel: form.channel.clone(),
        channel_error: wrong.sentence("scope"),
        lifetimes: form::lifetimes(None, app, &form.lifetime),
        lifetime_error: wrong.sentence("lifetime"),
        networks: Field::of(&form.networks).with_error(wrong.with("networks")),
    }
}
