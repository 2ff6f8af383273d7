//! The page of one project: `/simple/{project}/`.

use askama::Template;
use bonded_model::python::Version;

use super::file::{File, JsonFile};
use super::{API_VERSION, ContentType, Meta, to_html, to_json};

/// The state of a project (PEP 792).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProjectStatus {
    /// Nothing unusual.
    #[default]
    Active,
    /// No more releases are expected.
    Archived,
    /// Considered unsafe: the page stays, its files are withheld.
    Quarantined,
    /// Obsolete, perhaps replaced by another project.
    Deprecated,
}

impl ProjectStatus {
    /// The marker's text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::Quarantined => "quarantined",
            Self::Deprecated => "deprecated",
        }
    }
}

/// A project with its files, ready to be rendered.
#[derive(Debug)]
pub struct ProjectPage<'a> {
    name: &'a str,
    serial: i64,
    status: ProjectStatus,
    files: Vec<File<'a>>,
}

impl<'a> ProjectPage<'a> {
    /// A page for the project of that (normalized) name. The serial is the project's: it grows with each change.
    ///
    /// The files may come in any order; they are shown by version and then by file name. Those of a quarantined
    /// project are dropped, because PEP 792 forbids to offer them.
    pub fn new(name: &'a str, serial: i64, status: ProjectStatus, mut files: Vec<File<'a>>) -> Self {
        if status == ProjectStatus::Quarantined {
            files.clear();
        }
        files.sort_by(|a, b| a.version.cmp(b.version).then_with(|| a.filename.cmp(b.filename)));
        Self { name, serial, status, files }
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
            project_status: JsonStatus { status: self.status },
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

    fn text_size(&self) -> usize {
        let size = |file: &File<'_>| {
            file.filename.len() * 2 + file.url.len() + file.requires_python.map_or(0, str::len)
        };
        self.files.iter().map(size).sum()
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "kebab-case")]
struct JsonPage<'a> {
    files: Vec<JsonFile<'a>>,
    meta: Meta,
    name: &'a str,
    project_status: JsonStatus,
    versions: Vec<String>,
}

#[derive(serde::Serialize)]
struct JsonStatus {
    status: ProjectStatus,
}

#[derive(Template)]
#[template(path = "project.html")]
struct HtmlPage<'a> {
    page: &'a ProjectPage<'a>,
    api_version: &'a str,
}
