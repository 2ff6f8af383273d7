//! What a release says about itself, from core metadata or from `info/about.json`. Its publisher wrote it, so nothing of it
//! is more than text, and nothing but web addresses becomes a link.

use bonded_model::ChannelFormat;
use bonded_model::publishing::Source;
use serde_json::{Map, Value};

use crate::provenance::verified;

/// More than any honest release links to.
const MAX_LINKS: usize = 50;

/// What a release says about itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// One sentence.
    pub summary: Option<String>,
    /// The whole description, in the form that `description_type` names.
    pub description: Option<String>,
    /// The media type of the description: `text/markdown`, `text/x-rst`, `text/plain`.
    pub description_type: Option<String>,
    /// The license, as an expression or in words.
    pub license: Option<String>,
    /// The author, in any form.
    pub author: Option<String>,
    /// Which versions of Python it runs with.
    pub requires_python: Option<String>,
    /// Keywords, as they stand there.
    pub keywords: Option<String>,
    /// What it needs, in the words of its format.
    pub requires: Vec<String>,
    /// Trove classifiers.
    pub classifiers: Vec<String>,
    /// Labels with addresses; each begins with `https://` or `http://`.
    pub links: Vec<(String, String)>,
}

impl About {
    /// Reads what a release keeps as its metadata.
    pub(super) fn of(format: ChannelFormat, metadata: &str) -> Self {
        let metadata: Map<String, Value> = serde_json::from_str(metadata).unwrap_or_default();
        match format {
            ChannelFormat::Python => Self::of_python(&metadata),
            ChannelFormat::Conda => Self::of_conda(&metadata),
        }
    }

    fn of_python(metadata: &Map<String, Value>) -> Self {
        let labelled = texts(metadata, "project_urls").into_iter().filter_map(|line| {
            let (label, url) = line.split_once(',')?;
            Some((label.trim().to_owned(), url.trim().to_owned()))
        });
        let home = text(metadata, "home_page").map(|url| ("Homepage".to_owned(), url));
        Self {
            summary: text(metadata, "summary"),
            description: text(metadata, "description"),
            description_type: text(metadata, "description_content_type"),
            license: text(metadata, "license_expression").or_else(|| text(metadata, "license")),
            author: text(metadata, "author").or_else(|| text(metadata, "author_email")),
            requires_python: text(metadata, "requires_python"),
            keywords: text(metadata, "keywords"),
            requires: texts(metadata, "requires_dist"),
            classifiers: texts(metadata, "classifiers"),
            links: web_links(home.into_iter().chain(labelled)),
        }
    }

    fn of_conda(metadata: &Map<String, Value>) -> Self {
        let none = Map::new();
        let about = metadata.get("about").and_then(Value::as_object).unwrap_or(&none);
        let link = |label: &str, key: &str| text(about, key).map(|url| (label.to_owned(), url));
        let links = [
            link("Homepage", "home"),
            link("Documentation", "doc_url"),
            link("Development", "dev_url"),
            link("Source", "source_url"),
        ];
        Self {
            summary: text(about, "summary"),
            description: text(about, "description"),
            license: text(metadata, "license").or_else(|| text(about, "license")),
            links: web_links(links.into_iter().flatten()),
            ..Self::default()
        }
    }
}

impl About {
    /// The places of those links that lie in the source repository of all these files.
    pub(super) fn verified_links(&self, sources: &[&Source]) -> Vec<usize> {
        let links = self.links.iter().enumerate();
        links.filter(|(_, (_, url))| verified(url, sources)).map(|(place, _)| place).collect()
    }
}

/// A text that is not empty; of a list the first one.
fn text(map: &Map<String, Value>, key: &str) -> Option<String> {
    let value = map.get(key)?;
    let text = value.as_str().or_else(|| value.as_array()?.iter().find_map(Value::as_str))?.trim();
    (!text.is_empty() && text != "UNKNOWN").then(|| text.to_owned())
}

fn texts(map: &Map<String, Value>, key: &str) -> Vec<String> {
    let list = map.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Those that a browser opens as pages: an address like `javascript:` must not be a link.
fn web_links(links: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let is_web = |url: &str| {
        let lower = url.to_ascii_lowercase();
        lower.starts_with("https://") || lower.starts_with("http://")
    };
    links.filter(|(_, url)| is_web(url)).take(MAX_LINKS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn python(metadata: &Value) -> About {
        About::of(ChannelFormat::Python, &metadata.to_string())
    }

    #[test]
    fn links_that_are_no_web_addresses_are_left_out() {
        let about = python(&json!({
            "home_page": "javascript:alert(1)",
            "project_urls": ["Source, https://example.org/a,b", "Evil, data:text/html,x", "no comma", "Old, HTTP://x.y"],
        }));
        let link = |label: &str, url: &str| (label.to_owned(), url.to_owned());
        assert_eq!(about.links, [link("Source", "https://example.org/a,b"), link("Old", "HTTP://x.y")]);
    }

    #[test]
    fn the_license_expression_comes_before_the_text() {
        let about =
            python(&json!({"license": "see file", "license_expression": "MIT", "summary": "UNKNOWN"}));
        assert_eq!((about.license.as_deref(), about.summary), (Some("MIT"), None));
    }

    #[test]
    fn conda_says_it_in_another_place() {
        let metadata =
            json!({"license": "BSD-3-Clause", "about": {"home": ["https://a.b"], "summary": "Shows how"}});
        let about = About::of(ChannelFormat::Conda, &metadata.to_string());
        assert_eq!(
            (about.license.as_deref(), about.summary.as_deref()),
            (Some("BSD-3-Clause"), Some("Shows how"))
        );
        assert_eq!(about.links.len(), 1);
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        assert_eq!(About::of(ChannelFormat::Python, "[1"), About::default());
    }
}
