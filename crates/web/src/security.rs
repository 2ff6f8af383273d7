//! Where scanners report leaked tokens, and where people read whom to tell of holes.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bonded_model::Timestamp;
use bonded_model::actor::Origin;
use bonded_registry::leaks::SignedReport;
use bonded_registry::{Error, SecurityContact};
use chrono::{SecondsFormat, TimeDelta};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Limited};

use crate::App;
use crate::linger::linger;
use crate::problem::Problem;
use crate::routes::Routes;

/// The largest report, in bytes.
const MAX_REPORT: usize = 1 << 20;
/// RFC 9116 (section 2.5.5) wants less than a year.
const LIFETIME: TimeDelta = TimeDelta::days(180);
const SECURITY_TXT: &str = "/.well-known/security.txt";

pub(crate) fn add(table: Routes) -> Routes {
    table.get(SECURITY_TXT, security_txt).post("/_/secrets/disclose-token", disclose)
}

/// A report of a secret scanner in GitHub's form. 404 for who does not sign, so that it is as if this were not there; 204
/// for whoever does, whatever was in it.
async fn disclose(State(app): State<App>, request: Request) -> Result<StatusCode, Problem> {
    let (parts, body) = linger(request).into_parts();
    let no_origin = || Error::internal("a request reached a route without passing the front");
    let origin = *parts.extensions.get::<Origin>().ok_or_else(no_origin)?;
    let Some((key, signature)) = signed(&parts.headers).filter(|_| app.takes_reports()) else {
        return Err(Problem::not_found());
    };
    let too_large =
        |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the report is too large: send it in parts");
    let body = Limited::new(body, MAX_REPORT).collect().await.map_err(too_large)?.to_bytes();
    app.disclose(&origin, SignedReport { key, signature, body: &body }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Key and signature; both or none. What is no text fits no key.
fn signed(headers: &HeaderMap) -> Option<(&str, &str)> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    text("github-public-key-identifier").zip(text("github-public-key-signature"))
}

async fn security_txt(State(app): State<App>) -> Result<Response, Problem> {
    let contact = app.settings.security.as_ref().ok_or_else(Problem::not_found)?;
    let text = document(contact, app.base_url(), app.clock.now());
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=86400")];
    Ok((headers, text).into_response())
}

/// The document of RFC 9116. It names its own place only if that is reached by TLS, as section 2.5.2 asks.
fn document(security: &SecurityContact, base_url: &str, now: Timestamp) -> String {
    let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let expires = (midnight + LIFETIME).to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut text = format!("Contact: {}\nExpires: {expires}\n", security.contact);
    if base_url.starts_with("https://") {
        text += &format!("Canonical: {base_url}{SECURITY_TXT}\n");
    }
    if let Some(policy) = &security.policy {
        text += &format!("Policy: {policy}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_whom_to_tell_and_until_when() {
        let now = "2026-01-02T03:04:05.678Z".parse().unwrap();
        let contact = SecurityContact { contact: "mailto:it@example.org".into(), policy: None };
        let plain = document(&contact, "http://localhost:8080", now);
        assert_eq!(plain, "Contact: mailto:it@example.org\nExpires: 2026-07-01T00:00:00Z\n");
        let contact = SecurityContact { policy: Some("https://example.org/holes".into()), ..contact };
        let whole = document(&contact, "https://packages.example.org/registry", now);
        let canonical = "Canonical: https://packages.example.org/registry/.well-known/security.txt";
        assert!(
            whole.contains(canonical) && whole.ends_with("Policy: https://example.org/holes\n"),
            "{whole}"
        );
    }
}
