//! The page of one project: `/simple/{project}/`.

use askama::Template;
use bonded_model::python::Version;
use bonded_model::{Lifecycle, ProjectStatus};

use super::file::{File, JsonFile};
use super::{API_VERSION, ContentType, Meta, to_html, to_json};

/// A project with its files, ready to be rendered.
#[derive(Debug)]
pub struct ProjectPage<'a> {
    name: &'a str,
    serial: i64,
    lifecycle: &'a Lifecycle,
    files: Vec<File<'a>>,
}

impl<'a> ProjectPage<'a> {
    /// A page for the project of that (normalized) name. The serial is the project's: it grows with each change.
    ///
    /// The files may come in any order; they are shown by version and then by file name. Those of a quarantined
    /// project are dropped, because PEP 792 forbids to offer them.
    pub fn new(name: &'a str, serial: i64, lifecycle: &'a Lifecycle, mut files: Vec<File<'a>>) -> Self {
        if lifecycle.status.withholds_files() {
            files.clear();
        }
        files.sort_by(|a, b| a.version.cmp(b.version).then_with(|| a.filename.cmp(b.filename)));
        Self { name, serial, lifecycle, files }
    }

    /// The page in the given form.
    pub fn render(&self, form: ContentType) -> Vec<u8> {
        match form {
            ContentType::Json => self.render_json(),
            ContentType::Html | ContentType::LegacyHtml => self.render_html(),
        }
    }

    /// The JSON form: PEP 691 with 592, 700, 714 and 792.
    pub fn render_json(&self) -> Vec<u8> {
        let page = JsonPage {
            files: self.files.iter().map(JsonFile::from).collect(),
            meta: Meta::new(self.serial),
            name: self.name,
            project_status: JsonStatus { status: self.lifecycle.status, reason: self.reason() },
            versions: self.versions(),
        };
        to_json(&page, 512 + self.text_size() + self.files.len() * 512)
    }

    /// The HTML form: PEP 503 with 592, 629, 658, 714 and 792.
    pub fn render_html(&self) -> Vec<u8> {
        to_html(
            &HtmlPage { page: self, api_version: API_VERSION },
            512 + self.text_size() + self.files.len() * 352,
        )
    }

    /// The versions that have files, in order, each once.
    fn versions(&self) -> Vec<String> {
        let mut versions: Vec<&Version> = self.files.iter().map(|file| file.version).collect();
        versions.dedup();
        versions.into_iter().map(Version::to_string).collect()
    }

    /// Why, if something was said.
    fn reason(&self) -> Option<&str> {
        Some(self.lifecycle.reason.as_str()).filter(|reason| !reason.is_empty())
    }

    fn text_size(&self) -> usize {
        let size = |file: &File<'_>| {
            file.filename.len() * 2 + file.url.len() + file.requires_python.map_or(0, str::len)
        };
        self.files.iter().map(size).sum::<usize>() + 2 * self.lifecycle.reason.len()
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "kebab-case")]
struct JsonPage<'a> {
    files: Vec<JsonFile<'a>>,
    meta: Meta,
    name: &'a str,
    project_status: JsonStatus<'a>,
    versions: Vec<String>,
}

#[derive(serde::Serialize)]
struct JsonStatus<'a> {
    status: ProjectStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "project.html")]
struct HtmlPage<'a> {
    page: &'a ProjectPage<'a>,
    api_version: &'a str,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use html5gum::{Token, Tokenizer};
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::python::samples::{file, files, versions};

    const ACTIVE: &Lifecycle = &Lifecycle { status: ProjectStatus::Active, reason: String::new(), at: None };

    fn lifecycle(status: ProjectStatus, reason: &str) -> Lifecycle {
        Lifecycle { status, reason: reason.to_owned(), at: None }
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    /// The attributes and the text of each link, as a browser understands them.
    fn links(html: &[u8]) -> Vec<(BTreeMap<String, String>, String)> {
        let mut links = Vec::new();
        let mut tags = Vec::new();
        for Ok(token) in Tokenizer::new(std::str::from_utf8(html).unwrap()) {
            let shown = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            match token {
                Token::StartTag(tag) => {
                    tags.push(shown(&tag.name));
                    if tags.ends_with(&["a".to_owned()]) {
                        let attributes =
                            tag.attributes.iter().map(|(name, value)| (shown(name), shown(value)));
                        links.push((attributes.collect(), String::new()));
                    }
                }
                Token::EndTag(tag) if *tag.name == *b"a" => tags.push("/a".to_owned()),
                Token::String(part) if tags.ends_with(&["a".to_owned()]) => {
                    links.last_mut().unwrap().1.push_str(&shown(&part));
                }
                _ => {}
            }
        }
        links
    }

    #[test]
    fn the_json_form_is_stable() {
        let versions = versions(["1.9rc1", "1.9", "1.10"]);
        let page = ProjectPage::new("demo", 7, ACTIVE, files(&versions));
        let json: Value = serde_json::from_slice(&page.render_json()).unwrap();
        insta::assert_json_snapshot!(json);
        assert!(text(page.render_json()).starts_with(r#"{"files":[{"core-metadata":false,"#), "and compact");
    }

    #[test]
    fn the_html_form_is_stable() {
        let versions = versions(["1.9rc1", "1.9", "1.10"]);
        let archived = lifecycle(ProjectStatus::Archived, "");
        let page = ProjectPage::new("demo", 7, &archived, files(&versions));
        insta::assert_snapshot!(text(page.render_html()));
    }

    #[test]
    fn both_names_of_html_are_the_same_page() {
        let page = ProjectPage::new("demo", 7, ACTIVE, Vec::new());
        assert_eq!(page.render(ContentType::Html), page.render(ContentType::LegacyHtml));
        assert_eq!(page.render(ContentType::Json), page.render_json());
        assert_ne!(page.render(ContentType::Json), page.render_html());
    }

    #[test]
    fn a_quarantined_project_offers_nothing() {
        let versions = versions(["1.9rc1", "1.9", "1.10"]);
        let quarantined = lifecycle(ProjectStatus::Quarantined, "looks \"<like>\" malware");
        let page = ProjectPage::new("demo", 7, &quarantined, files(&versions));
        let json: Value = serde_json::from_slice(&page.render_json()).unwrap();
        assert_eq!((&json["files"], &json["versions"]), (&serde_json::json!([]), &serde_json::json!([])));
        assert_eq!(
            json["project-status"],
            serde_json::json!({"status": "quarantined", "reason": "looks \"<like>\" malware"})
        );
        assert!(links(&page.render_html()).is_empty());
        let reason =
            r#"<meta name="pypi:project-status-reason" content="looks &#34;&#60;like&#62;&#34; malware">"#;
        assert!(text(page.render_html()).contains(reason), "{}", text(page.render_html()));
    }

    #[test]
    fn spellings_of_one_version_are_one_release() {
        let versions = versions(["1.0", "1.0.0"]);
        let both = vec![file("demo-1.0.0.tar.gz", &versions[1]), file("demo-1.0.tar.gz", &versions[0])];
        let page = ProjectPage::new("demo", 7, ACTIVE, both);
        assert_eq!(page.versions().len(), 1);
    }

    #[test]
    fn the_first_allocation_holds_a_long_page() {
        let version = versions(["1.0"]);
        let names: Vec<String> = (0..2_000).map(|n| format!("demo-1.0-{n}-py3-none-any.whl")).collect();
        let page = |sign| {
            let digest = Some(bonded_model::Sha256::of(b"metadata"));
            let files = names.iter().map(|name| File { core_metadata: digest, ..file(name, &version[0]) });
            ProjectPage::new("demo", sign, ACTIVE, files.collect())
        };
        for form in [ContentType::Json, ContentType::Html] {
            let bytes = page(1).render(form);
            assert!(bytes.capacity() < 2 * bytes.len(), "{} for {}", bytes.capacity(), bytes.len());
            assert!(bytes.capacity() > bytes.len());
        }
    }

    proptest! {
        #[test]
        fn hostile_values_stay_values_in_html(
            name in "[^\\pC]{1,20}", url in "[^\\pC]{1,20}", specifiers in "\\PC{0,20}", reason in "[\"'&<>=/ a;#x2]{0,30}"
        ) {
            let version = versions(["1.0"]);
            let digest = bonded_model::Sha256::of(b"metadata");
            let file = File {
                url: &url, requires_python: Some(&specifiers), yanked: Some(&reason), core_metadata: Some(digest),
                provenance: Some(&url),
                ..file(&name, &version[0])
            };
            let html = ProjectPage::new("demo", 1, ACTIVE, vec![file]).render_html();
            let attributes = BTreeMap::from([
                ("href".to_owned(), format!("{url}#sha256={}", file.sha256)),
                ("data-requires-python".to_owned(), specifiers.clone()),
                ("data-yanked".to_owned(), reason.clone()),
                ("data-core-metadata".to_owned(), format!("sha256={digest}")),
                ("data-dist-info-metadata".to_owned(), format!("sha256={digest}")),
                ("data-provenance".to_owned(), url.clone()),
            ]);
            prop_assert_eq!(links(&html), vec![(attributes, name.clone())]);
        }

        #[test]
        fn json_holds_the_same_set(names in proptest::collection::btree_set(any::<String>(), 0..20), reason: String) {
            let version = versions(["1.0"]);
            let files = names.iter().map(|name| File { yanked: Some(&reason), ..file(name, &version[0]) });
            let page = ProjectPage::new("demo", 1, ACTIVE, files.collect());
            let json: Value = serde_json::from_slice(&page.render_json()).unwrap();
            let found: Vec<&Value> = json["files"].as_array().unwrap().iter().collect();
            prop_assert!(found.iter().map(|file| file["filename"].as_str().unwrap()).eq(names.iter()));
            let yanked = if reason.is_empty() { Value::from(true) } else { Value::from(reason) };
            prop_assert!(found.iter().all(|file| file["yanked"] == yanked));
        }
    }
}
