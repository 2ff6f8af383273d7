//! Projects, releases and files.

use askama::Template;
use bonded_model::Timestamp;
use bonded_model::trust::KeyBytes;

use super::Head;
use crate::paths::segment;
use crate::snippets::{Snippet, installing};
use crate::{Field, Shell, filters};

/// One archive.
#[derive(Clone)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What it is, such as "wheel" or "linux-64".
    pub kind: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
    /// Who uploaded it and with what, as far as the viewer may know; may be empty.
    pub by: String,
    /// The local path to download it; nothing where it is not served.
    pub download: Option<String>,
    /// Who signed what the index says of it; nothing where files are never signed.
    pub signed: Option<Vec<SignedBy>>,
}

/// A signature over what the index says of a file.
#[derive(Clone)]
pub struct SignedBy {
    /// What a publisher's key is called; nothing for the server's own.
    pub publisher: Option<String>,
    /// The key.
    pub key: KeyBytes,
    /// When it was made.
    pub at: Timestamp,
}

impl SignedBy {
    /// Enough of the key to tell it from others.
    pub(crate) fn short(&self) -> String {
        self.key.to_string().chars().take(16).chain(['…']).collect()
    }
}

/// A release in a list.
#[derive(Clone)]
pub struct ReleaseRow {
    /// Its version.
    pub version: String,
    /// When its first file was uploaded.
    pub published_at: Timestamp,
    /// How many files it has.
    pub files: usize,
    /// Whether it was yanked, and why; the reason may be empty.
    pub yanked: Option<String>,
}

/// Something that the newest release says of itself.
#[derive(Clone)]
pub struct Fact {
    /// What it is about.
    pub label: String,
    /// What it says.
    pub value: String,
}

impl Fact {
    /// Whether it is an address in the web. Everything else stays text: a link could do anything.
    fn is_link(&self) -> bool {
        let value = self.value.to_ascii_lowercase();
        value.starts_with("https://") || value.starts_with("http://")
    }
}

/// What the viewer may do with releases.
#[derive(Clone, Copy, Default)]
pub struct Rights {
    /// Yank and un-yank.
    pub yank: bool,
    /// Delete.
    pub delete: bool,
}

/// A release with all that is in it.
#[derive(Clone)]
pub struct Release {
    /// Its version.
    pub version: String,
    /// When its first file was uploaded.
    pub published_at: Option<Timestamp>,
    /// Whether it was yanked, and why; the reason may be empty.
    pub yanked: Option<String>,
    /// Its files.
    pub files: Vec<File>,
    /// What it says of itself, in a line; may be empty.
    pub summary: String,
    /// What else it says of itself.
    pub facts: Vec<Fact>,
    /// What it needs.
    pub requires: Vec<String>,
    /// All that it says, as plain text; may be empty.
    pub description: String,
}

/// `/projects/{channel}/{project}`.
#[derive(Clone, Template)]
#[template(path = "places/project.html")]
pub struct Project {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// The URL under which the outside reaches the registry, without a slash at its end.
    pub base_url: String,
    /// The release that is installed when nobody asks for one; nothing where there is none.
    pub newest: Option<Release>,
    /// All releases, the newest first.
    pub releases: Vec<ReleaseRow>,
    /// Who looks after it: names with their roles.
    pub members: Vec<(String, &'static str)>,
    /// What the viewer may do.
    pub rights: Rights,
}

/// `/projects/{channel}/{project}/releases/{version}`. Yanking posts `version` and `reason` to `yank` below the project,
/// taking it back `version` to `unyank`.
#[derive(Clone, Template)]
#[template(path = "places/release.html")]
pub struct ReleasePage {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// The URL under which the outside reaches the registry, without a slash at its end.
    pub base_url: String,
    /// The release.
    pub release: Release,
    /// Why to yank it.
    pub reason: Field,
    /// What the viewer may do.
    pub rights: Rights,
}

impl Project {
    fn release_path(&self, release: &ReleaseRow) -> String {
        self.head.below(&format!("/releases/{}", segment(&release.version)))
    }

    fn install(&self) -> Vec<Snippet> {
        installing(self.head.python, &self.base_url, self.head.channel(), Some((&self.head.name, "")))
    }
}

impl ReleasePage {
    fn install(&self) -> Vec<Snippet> {
        let package = (self.head.name.as_str(), self.release.version.as_str());
        installing(self.head.python, &self.base_url, self.head.channel(), Some(package))
    }
}

/// What is to be deleted.
#[derive(Clone, PartialEq, Eq)]
pub enum Doomed {
    /// The whole project.
    Project,
    /// The release with that version.
    Release(String),
    /// The file with that name.
    File(String),
}

impl Doomed {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Release(_) => "release",
            Self::File(_) => "file",
        }
    }

    /// What the form sends besides: the name of a field and its value.
    fn sent(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Project => None,
            Self::Release(version) => Some(("release", version)),
            Self::File(name) => Some(("file", name)),
        }
    }
}

/// `/projects/{channel}/{project}/delete`, with `release` or `file` in the query. The form posts the same and `typed` to
/// that path.
#[derive(Clone, Template)]
#[template(path = "places/delete.html")]
pub struct Delete {
    /// What all pages share.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// What is to be deleted.
    pub doomed: Doomed,
    /// How many files go.
    pub files: usize,
    /// The words that the person has to type.
    pub words: String,
    /// What they typed.
    pub typed: Field,
}
