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

#[cfg(test)]
mod tests {
    use super::*;

    fn page<'a>(names: impl IntoIterator<Item = &'a str>) -> IndexPage<'a> {
        let entries = names.into_iter().zip(1..).map(|(name, serial)| IndexEntry { name, serial });
        IndexPage::new(99, entries.collect())
    }

    #[test]
    fn both_forms_are_stable_and_in_the_order_of_names() {
        let page = page(["zope", "a-b", "a"]);
        insta::assert_snapshot!(String::from_utf8(page.render_json()).unwrap());
        insta::assert_snapshot!(String::from_utf8(page.render_html()).unwrap());
    }

    #[test]
    fn an_empty_channel_has_a_page() {
        assert_eq!(
            page([]).render_json(),
            br#"{"meta":{"_last-serial":99,"api-version":"1.4"},"projects":[]}"#.to_vec()
        );
        assert!(page([]).render_html().ends_with(b"<body>\n</body>\n</html>\n<!--SERIAL 99-->"));
    }

    #[test]
    fn ten_thousand_projects_are_listed_within_the_first_allocation() {
        let names: Vec<String> = (0..10_000).map(|n| format!("project-{n:05}")).collect();
        let page = page(names.iter().rev().map(String::as_str));
        let json: serde_json::Value = serde_json::from_slice(&page.render_json()).unwrap();
        let listed = json["projects"].as_array().unwrap();
        assert!(listed.iter().map(|project| project["name"].as_str().unwrap()).eq(names.iter()));
        assert_eq!(listed[0]["_last-serial"], 10_000);

        let html = String::from_utf8(page.render_html()).unwrap();
        assert_eq!(html.matches("<a href=\"project-").count(), 10_000);
        for bytes in [page.render_json(), page.render_html()] {
            assert!((bytes.len()..2 * bytes.len()).contains(&bytes.capacity()), "{} bytes", bytes.len());
        }
    }
}
