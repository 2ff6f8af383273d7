//! The list of projects: `/simple/`.

use askama::Template;

use super::{API_VERSION, ContentType, Meta, to_html, to_json};

/// A project in the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
pub struct IndexEntry<'a> {
    /// Its normalized name.
    pub name: &'a str,
    /// The serial of its last change.
    #[serde(rename = "_last-serial")]
    pub serial: i64,
}

/// All projects of a channel, ready to be rendered.
#[derive(Debug)]
pub struct IndexPage<'a> {
    serial: i64,
    projects: Vec<IndexEntry<'a>>,
}

impl<'a> IndexPage<'a> {
    /// A page for these projects, which are shown by name. The serial is the channel's.
    pub fn new(serial: i64, mut projects: Vec<IndexEntry<'a>>) -> Self {
        projects.sort_unstable();
        Self { serial, projects }
    }

    /// The page in the given form.
    pub fn render(&self, form: ContentType) -> Vec<u8> {
        match form {
            ContentType::Json => self.render_json(),
            ContentType::Html | ContentType::LegacyHtml => self.render_html(),
        }
    }

    /// The JSON form (PEP 691).
    pub fn render_json(&self) -> Vec<u8> {
        let page = JsonPage { meta: Meta::new(self.serial), projects: &self.projects };
        to_json(&page, 128 + self.projects.len() * 56 + self.text_size())
    }

    /// The HTML form (PEP 503).
    pub fn render_html(&self) -> Vec<u8> {
        to_html(
            &HtmlPage { page: self, api_version: API_VERSION },
            320 + self.projects.len() * 24 + 2 * self.text_size(),
        )
    }

    fn text_size(&self) -> usize {
        self.projects.iter().map(|project| project.name.len()).sum()
    }
}

#[derive(serde::Serialize)]
struct JsonPage<'a> {
    meta: Meta,
    projects: &'a [IndexEntry<'a>],
}

#[derive(Template)]
#[template(path = "index.html")]
struct HtmlPage<'a> {
    page: &'a IndexPage<'a>,
    api_version: &'a str,
}
