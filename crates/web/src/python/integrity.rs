//! Provenance objects (PEP 740).

use axum::extract::State;
use axum::response::Response;
use bonded_model::channel::Visibility;
use bonded_registry::provenance::IntegrityType;
use http::header::{ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::read::Readable;
use crate::App;
use crate::answer;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(serde::Deserialize)]
pub(super) struct File {
    project: String,
    version: String,
    filename: String,
}

/// `…/integrity/{project}/{version}/{filename}/provenance`
pub(super) async fn provenance(
    State(app): State<App>,
    Readable(permit): Readable,
    Path(File { project, version, filename }): Path<File>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = wanted(&headers).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            "accept application/vnd.pypi.integrity.v1+json or application/json",
        )
    })?;
    let page = app.python_provenance(&permit, (&project, &version, &filename), form).await?;
    let mut response = answer::page(&page, &permit, &headers, true);
    if permit.action().channel.visibility == Visibility::Public {
        // Pages of anybody may verify what anybody may read; PyPI says so too.
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    Ok(response)
}

/// The form that the caller accepts; the one that says what it is, where both are welcome.
fn wanted(headers: &HeaderMap) -> Option<IntegrityType> {
    let Some(accept) = headers.get(ACCEPT) else { return Some(IntegrityType::Integrity) };
    let accepted: Vec<&str> =
        accept.to_str().unwrap_or_default().split(',').filter_map(media_range).collect();
    let any = |ranges: [&str; 3]| {
        accepted.iter().any(|range| ranges.iter().any(|of| range.eq_ignore_ascii_case(of)))
    };
    if any([IntegrityType::Integrity.header(), "application/*", "*/*"]) {
        return Some(IntegrityType::Integrity);
    }
    any([IntegrityType::Json.header(); 3]).then_some(IntegrityType::Json)
}

/// A media range without its parameters, unless its weight is zero.
fn media_range(text: &str) -> Option<&str> {
    let (range, parameters) = text.split_once(';').unwrap_or((text, ""));
    let refused = parameters.split(';').any(|parameter| {
        let weight = parameter.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        weight.is_some_and(|weight| weight <= 0.0)
    });
    (!refused).then_some(range.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_one_that_is_accepted() {
        let asked = |accept: &'static str| {
            wanted(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]))
        };
        let (integrity, json) = (Some(IntegrityType::Integrity), Some(IntegrityType::Json));
        assert_eq!(wanted(&HeaderMap::new()), integrity);
        for accept in
            ["*/*", "application/*", "application/vnd.pypi.integrity.v1+json", "text/html, */*;q=0.8"]
        {
            assert_eq!(asked(accept), integrity, "{accept}");
        }
        for accept in ["application/json", "text/html, Application/JSON;q=0.5"] {
            assert_eq!(asked(accept), json, "{accept}");
        }
        for accept in ["text/html", "application/json;q=0", "", "application/vnd.pypi.integrity.v2+json"] {
            assert_eq!(asked(accept), None, "{accept}");
        }
    }
}
