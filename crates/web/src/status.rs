//! The start page, and what load balancers ask.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bonded_model::{Actor, ChannelFormat};
use http::StatusCode;

use crate::App;
use crate::page;
use crate::problem::Problem;

/// Whether the process answers at all.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// Whether requests can be served: database and storage answer.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match app.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(cause = ?error, "not ready");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the database or the storage does not answer")
                .into_response()
        }
    }
}

/// The public channels with what clients have to be told.
#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    base_url: &'a str,
    channels: Vec<(String, bool)>,
}

/// The start page.
pub(crate) async fn home(State(app): State<App>) -> Result<Response, Problem> {
    let channels = app.access.visible_channels(&Actor::Anonymous).await?;
    let channels = channels
        .into_iter()
        .map(|channel| (channel.name.to_string(), channel.format == ChannelFormat::Python))
        .collect();
    Ok(page::respond(&Home { base_url: app.base_url(), channels }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_page_tells_how_to_use_each_channel() {
        let channels = vec![("pypi".into(), true), ("main".into(), false)];
        let page = Home { base_url: "https://packages.example/bonded", channels }.render().unwrap();
        assert!(page.contains("https://packages.example/bonded/pypi/simple/"));
        assert!(page.contains("-c https://packages.example/bonded/main"));
    }

    #[test]
    fn a_registry_without_public_channels_says_so() {
        let page = Home { base_url: "http://localhost", channels: Vec::new() }.render().unwrap();
        assert!(page.contains("no public channel"));
    }
}
