//! The list of projects: `/simple/`.

use askama::Template;

use super::{API_VERSION, ContentType, to_html, to_json};

/// All projects of a channel, ready to be rendered. The page says nothing of serials: it changes only when a project
/// comes or goes, not with each upload.
#[derive(Debug)]
pub struct IndexPage<'a> {
    projects: Vec<&'a str>,
}

impl<'a> IndexPage<'a> {
    /// A page for the projects of these normalized names.
    pub fn new(mut projects: Vec<&'a str>) -> Self {
        projects.sort_unstable();
        Self { projects }
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
        let projects = self.projects.iter().map(|name| JsonProject { name }).collect();
        let page = JsonPage { meta: JsonMeta { api_version: API_VERSION }, projects };
        to_json(&page, 128 + self.projects.len() * 12 + self.text_size())
    }

    /// The HTML form (PEP 503).
    pub fn render_html(&self) -> Vec<u8> {
        to_html(
            &HtmlPage { page: self, api_version: API_VERSION },
            320 + self.projects.len() * 24 + 2 * self.text_size(),
        )
    }

    fn text_size(&self) -> usize {
        self.projects.iter().map(|name| name.len()).sum()
    }
}

#[derive(serde::Serialize)]
struct JsonPage<'a> {
    meta: JsonMeta,
    projects: Vec<JsonProject<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "kebab-case")]
struct JsonMeta {
    api_version: &'static str,
}

#[derive(serde::Serialize)]
struct JsonProject<'a> {
    name: &'a str,
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
        IndexPage::new(names.into_iter().collect())
    }

    #[test]
    fn both_forms_are_stable_and_in_the_order_of_names() {
        let page = page(["zope", "a-b", "a"]);
        insta::assert_snapshot!(String::from_utf8(page.render_json()).unwrap());
        insta::assert_snapshot!(String::from_utf8(page.render_html()).unwrap());
    }

    #[test]
    fn an_empty_channel_has_a_page() {
        assert_eq!(page([]).render_json(), br#"{"meta":{"api-version":"1.4"},"projects":[]}"#.to_vec());
        assert!(page([]).render_html().ends_with(b"<body>\n</body>\n</html>"));
    }

    #[test]
    fn ten_thousand_projects_are_listed_within_the_first_allocation() {
        let names: Vec<String> = (0..10_000).map(|n| format!("project-{n:05}")).collect();
        let page = page(names.iter().rev().map(String::as_str));
        let json: serde_json::Value = serde_json::from_slice(&page.render_json()).unwrap();
        let listed = json["projects"].as_array().unwrap();
        assert!(listed.iter().map(|project| project["name"].as_str().unwrap()).eq(names.iter()));

        let html = String::from_utf8(page.render_html()).unwrap();
        assert_eq!(html.matches("<a href=\"project-").count(), 10_000);
        for bytes in [page.render_json(), page.render_html()] {
            assert!((bytes.len()..2 * bytes.len()).contains(&bytes.capacity()), "{} bytes", bytes.len());
        }
    }
}
