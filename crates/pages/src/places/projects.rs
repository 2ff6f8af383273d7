//! Projects, releases and files.

use askama::Template;
use bonded_model::Timestamp;
use bonded_model::publishing::Source;
use bonded_model::trust::KeyBytes;

use super::provenance::{RunFact, run_facts};
use super::{Head, Provenance};
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
    /// The run that published it, if a trusted publisher did.
    pub source: Option<Source>,
    /// How many signed statements about it were verified.
    pub attestations: u64,
    /// The local path to read them.
    pub attestations_path: Option<String>,
}

impl File {
    pub(crate) fn run_facts(&self) -> Vec<RunFact> {
        self.source.as_ref().map(run_facts).unwrap_or_default()
    }

    /// Where it was built, in a line.
    pub(crate) fn source_words(&self) -> Option<String> {
        let source = self.source.as_ref()?;
        let repository = source.repository_url.as_ref().or(source.repository.as_ref())?;
        // The scheme tells people nothing.
        let repository = repository.strip_prefix("https://").unwrap_or(repository);
        Some(match &source.git_ref {
            Some(git_ref) => format!("{repository}, {}", short_ref(git_ref)),
            None => repository.to_owned(),
        })
    }

    pub(crate) fn attestations_words(&self) -> String {
        if self.attestations == 1 {
            "1 attestation".to_owned()
        } else {
            format!("{} attestations", self.attestations)
        }
    }
}

/// A branch or tag as people say it.
fn short_ref(git_ref: &str) -> String {
    match (git_ref.strip_prefix("refs/heads/"), git_ref.strip_prefix("refs/tags/")) {
        (Some(branch), _) => format!("branch {branch}"),
        (_, Some(tag)) => format!("tag {tag}"),
        _ => git_ref.to_owned(),
    }
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
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Something that the newest release says of itself.
#[derive(Clone)]
pub struct Fact {
    /// What it is about.
    pub label: String,
    /// What it says.
    pub value: String,
    /// Whether it is an address that lies in the source repository which the release was built from.
    pub verified: bool,
}

impl Fact {
    /// Whether it is an address in the web. Everything else stays text: a link could do anything.
    fn is_link(&self) -> bool {
        is_web(&self.value)
    }
}

/// Whether a text is an address in the web.
pub(crate) fn is_web(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with("https://") || text.starts_with("http://")
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
    /// Where it comes from.
    pub provenance: Provenance,
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
    /// Why to yank it, or to take that back.
    pub reason: Field,
    /// Its version, typed once more to yank it.
    pub typed: Field,
    /// What the viewer may do.
    pub rights: Rights,
}

impl Release {
    pub(crate) fn has_verified_links(&self) -> bool {
        self.facts.iter().any(|fact| fact.verified)
    }
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
