//! Numbers for those who watch the server, in Prometheus' text format, at an address of their own. No label names a channel,
//! a project or a person: routes are told by their templates, as `/{channel}/simple/`.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::App;
use crate::problem::Problem;

const REQUESTS: &str = "bonded_http_requests_total";
const DURATION: &str = "bonded_http_request_duration_seconds";
const READY: &str = "bonded_ready";
const ROOT_EXPIRES: &str = "bonded_trust_root_expires_seconds";
const KEY_MANAGER_EXPIRES: &str = "bonded_trust_key_manager_expires_seconds";
const UNPUBLISHED: &str = "bonded_conda_unpublished_subdirs";
/// The route of what matches none.
const NO_ROUTE: &str = "none";
/// The version of Prometheus' text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the metrics' own address answers; `render` gives the text of all that was counted.
pub fn metrics_router<R>(app: App, render: R) -> Router
where
    R: Fn() -> String + Clone + Send + Sync + 'static,
{
    describe();
    let answer = async move |State(app): State<App>| {
        gauge!(READY).set(if app.check().await.is_ok() { 1.0 } else { 0.0 });
        // No instance has so many subdirs that a float could not count them.
        gauge!(UNPUBLISHED).set(u32::try_from(app.unpublished_subdirs()).unwrap_or(u32::MAX));
        tell_terms(&app).await;
        ([(CONTENT_TYPE, TEXT_FORMAT)], render()).into_response()
    };
    Router::new().route("/metrics", get(answer)).fallback(async || Problem::not_found()).with_state(app)
}

/// How long the documents of trust are good for. Nothing is told before there are any.
async fn tell_terms(app: &App) {
    match app.trust_terms().await {
        Ok(Some(terms)) => {
            gauge!(ROOT_EXPIRES).set(seconds(terms.root_seconds));
            gauge!(KEY_MANAGER_EXPIRES).set(seconds(terms.key_manager_seconds));
        }
        Ok(None) => {}
        Err(cause) => tracing::error!(?cause, "what is trusted cannot be read"),
    }
}

/// Nothing here is 68 years away.
fn seconds(left: i64) -> f64 {
    let bounded = left.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    i32::try_from(bounded).map_or(0.0, f64::from)
}

fn describe() {
    describe_counter!(REQUESTS, "Requests that were answered, by method, route and status.");
    describe_histogram!(DURATION, "Time until the head of the answer was ready, in seconds, by route.");
    describe_gauge!(READY, "Whether database and storage answer: 1 or 0.");
    describe_gauge!(
        UNPUBLISHED,
        "Conda subdirs whose new packages or signatures are not published: a record does not verify or is damaged, or a key is missing."
    );
    describe_gauge!(ROOT_EXPIRES, "Seconds until the newest root of trust ends; negative afterwards.");
    describe_gauge!(KEY_MANAGER_EXPIRES, "Seconds until key_mgr.json ends; negative afterwards.");
}

/// Lets the answer tell which route gave it.
pub(crate) async fn tell_route(route: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(route);
    response
}

/// Counts an answered request. `method` is one of a few: clients can make up any number of others.
pub(crate) fn count(method: &'static str, response: &Response, begun: Instant) {
    let route = response.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| NO_ROUTE.to_owned(), |route| route.as_str().to_owned());
    let status = response.status().as_str().to_owned();
    histogram!(DURATION, "route" => route.clone()).record(begun.elapsed());
    counter!(REQUESTS, "method" => method, "route" => route, "status" => status).increment(1);
}
