//! The Python index: the simple API in HTML and JSON (version 1.4), and the JSON API.

mod content_type;
mod file;
mod index_page;
mod json_api;
mod project_page;
#[cfg(test)]
mod samples;

pub use content_type::ContentType;
pub use file::File;
pub use index_page::IndexPage;
pub use json_api::{PackageType, ProjectDocument, ReleaseFile, latest_version};
pub use project_page::ProjectPage;

/// The version of the simple API that the pages follow (PEP 629). HTML is frozen at this version by PEP 833.
pub const API_VERSION: &str = "1.4";

#[derive(serde::Serialize)]
struct Meta {
    #[serde(rename = "_last-serial")]
    last_serial: i64,
    #[serde(rename = "api-version")]
    api_version: &'static str,
}

impl Meta {
    const fn new(last_serial: i64) -> Self {
        Self { last_serial, api_version: API_VERSION }
    }
}

fn to_json(page: &impl serde::Serialize, capacity: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(capacity);
    serde_json::to_writer(&mut bytes, page).expect("maps have text keys and memory takes every byte");
    bytes
}

fn to_html(page: &impl askama::Template, capacity: usize) -> Vec<u8> {
    let mut text = String::with_capacity(capacity);
    page.render_into(&mut text).expect("no value refuses to be shown and memory takes every byte");
    text.into_bytes()
}
