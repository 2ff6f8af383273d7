//! The JSON API: `/pypi/{project}/json` and `/pypi/{project}/{version}/json`.

use std::collections::BTreeMap;

use bonded_model::python::Version;
use serde_json::{Map, Value, json};

use super::file::{File, instant};
use super::to_json;

/// What kind of distribution a file is, in the API's words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PackageType {
    /// A wheel.
    BdistWheel,
    /// A source distribution.
    Sdist,
}

/// A file with what only the JSON API tells about it.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseFile<'a> {
    /// What the simple API tells as well; here its URL is absolute.
    pub file: File<'a>,
    /// BLAKE2b with 256 bits of the file.
    pub blake2b: [u8; 32],
    /// MD5 of the file.
    pub md5: [u8; 16],
    /// Wheel or source distribution.
    pub package_type: PackageType,
    /// The wheel's Python tag, or `source`.
    pub python_version: &'a str,
}

/// What the JSON API tells about one release of a project.
#[derive(Clone, Copy, Debug)]
pub struct ProjectDocument<'a> {
    /// The project's name.
    pub name: &'a str,
    /// The project's serial.
    pub serial: i64,
    /// The release to describe; for the whole project that is [`latest_version`].
    pub version: &'a Version,
    /// That release's core metadata under the upload form's names (PEP 566's, with plurals as in `classifiers`).
    pub metadata: &'a Map<String, Value>,
    /// All files of the project.
    pub files: &'a [ReleaseFile<'a>],
    /// Roles in the project and the users who have them.
    pub roles: &'a [(&'a str, &'a str)],
    /// The URL of the project's page, with a slash at its end.
    pub project_url: &'a str,
}

/// The release that stands for the project: one that is not yanked before one that is, a final one before a
/// pre-release, and then the highest. A release is yanked when all of its files are.
pub fn latest_version<'a>(files: impl IntoIterator<Item = &'a File<'a>>) -> Option<&'a Version> {
    let mut releases: BTreeMap<&Version, bool> = BTreeMap::new();
    for file in files {
        *releases.entry(file.version).or_default() |= file.yanked.is_none();
    }
    let rank = |(version, offered): &(&Version, bool)| (*offered, !version.is_prerelease());
    // Of equal ranks the last one wins, and the map is in the order of versions.
    releases.into_iter().max_by_key(rank).map(|(version, _)| version)
}

impl ProjectDocument<'_> {
    /// The document of the project: the release's facts, and the files of all releases.
    pub fn render_project(&self) -> Vec<u8> {
        let mut releases: BTreeMap<&Version, Vec<Value>> = BTreeMap::new();
        for file in self.files {
            releases.entry(file.file.version).or_default().push(file_entry(file));
        }
        let releases = releases.into_iter().map(|(version, files)| (version.to_string(), files.into()));
        self.render(Some(releases.collect()))
    }

    /// The document of the release alone.
    pub fn render_release(&self) -> Vec<u8> {
        self.render(None)
    }

    fn render(&self, releases: Option<Map<String, Value>>) -> Vec<u8> {
        let mut document = Map::new();
        document.insert("info".into(), self.info().into());
        document.insert("last_serial".into(), self.serial.into());
        let roles: Vec<Value> =
            self.roles.iter().map(|(role, user)| json!({"role": role, "user": user})).collect();
        document.insert("ownership".into(), json!({"organization": null, "roles": roles}));
        if let Some(releases) = releases {
            document.insert("releases".into(), releases.into());
        }
        document.insert("urls".into(), self.release_files().map(file_entry).collect());
        document.insert("vulnerabilities".into(), json!([]));
        to_json(&document, 4096)
    }

    fn release_files(&self) -> impl Iterator<Item = &ReleaseFile<'_>> {
        self.files.iter().filter(|file| file.file.version == self.version)
    }

    fn info(&self) -> Map<String, Value> {
        let yanked = self.release_files().all(|file| file.file.yanked.is_some());
        let reason =
            self.release_files().find_map(|file| file.file.yanked.filter(|reason| !reason.is_empty()));
        let mut info: Map<String, Value> =
            METADATA_FIELDS.iter().map(|field| ((*field).to_owned(), self.field(field))).collect();
        info.extend([
            ("bugtrack_url".to_owned(), Value::Null),
            ("docs_url".to_owned(), Value::Null),
            ("downloads".to_owned(), json!({"last_day": -1, "last_month": -1, "last_week": -1})),
            ("name".to_owned(), self.name.into()),
            ("package_url".to_owned(), self.project_url.into()),
            ("project_url".to_owned(), self.project_url.into()),
            ("project_urls".to_owned(), self.project_urls()),
            ("release_url".to_owned(), format!("{}{}/", self.project_url, self.version).into()),
            ("version".to_owned(), self.version.to_string().into()),
            ("yanked".to_owned(), yanked.into()),
            ("yanked_reason".to_owned(), if yanked { reason.into() } else { Value::Null }),
        ]);
        info.sort_keys();
        info
    }

    fn field(&self, name: &str) -> Value {
        self.metadata.get(name).cloned().unwrap_or(Value::Null)
    }

    /// `Project-URL: label, URL` lines as a map, the form that readers of this API expect.
    fn project_urls(&self) -> Value {
        let Some(Value::Array(lines)) = self.metadata.get("project_urls") else {
            return self.field("project_urls");
        };
        let pairs = lines.iter().filter_map(Value::as_str).filter_map(|line| line.split_once(','));
        pairs.map(|(label, url)| (label.trim().to_owned(), Value::from(url.trim()))).collect()
    }
}

/// What `info` takes from the metadata as it stands.
const METADATA_FIELDS: &[&str] = &[
    "author",
    "author_email",
    "classifiers",
    "description",
    "description_content_type",
    "download_url",
    "dynamic",
    "home_page",
    "keywords",
    "license",
    "license_expression",
    "license_files",
    "maintainer",
    "maintainer_email",
    "platform",
    "provides_extra",
    "requires_dist",
    "requires_python",
    "summary",
];

fn file_entry(entry: &ReleaseFile<'_>) -> Value {
    let file = &entry.file;
    let md5 = hex::encode(entry.md5);
    json!({
        "comment_text": "",
        "core-metadata": file.core_metadata.map_or(Value::from(false), |sha256| json!({"sha256": sha256})),
        "digests": {"blake2b_256": hex::encode(entry.blake2b), "md5": md5, "sha256": file.sha256},
        "downloads": -1,
        "filename": file.filename,
        "has_sig": false,
        "md5_digest": md5,
        "packagetype": entry.package_type,
        "python_version": entry.python_version,
        "requires_python": file.requires_python,
        "size": file.size,
        "upload_time": file.upload_time.format("%Y-%m-%dT%H:%M:%S").to_string(),
        "upload_time_iso_8601": instant(file.upload_time),
        "url": file.url,
        "yanked": file.yanked.is_some(),
        "yanked_reason": file.yanked.filter(|reason| !reason.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::samples::{file, files, release_file, versions};

    fn metadata() -> Map<String, Value> {
        let Value::Object(metadata) = json!({
            "name": "Demo",
            "version": "1.10",
            "summary": "Shows how",
            "author_email": "A <a@example.org>",
            "classifiers": ["Private :: Do Not Upload"],
            "requires_dist": ["other>=1; extra == \"x\""],
            "requires_python": ">=3.9,<4",
            "project_urls": ["Source, https://example.org/a,b", "no comma"],
            "description": "# Demo",
            "description_content_type": "text/markdown",
            "unknown": "left out",
        }) else {
            unreachable!("an object was written")
        };
        metadata
    }

    fn with_document<T>(version: usize, test: impl FnOnce(&ProjectDocument<'_>) -> T) -> T {
        let versions = versions(["1.9rc1", "1.9", "1.10"]);
        let files: Vec<_> = files(&versions).into_iter().map(release_file).collect();
        test(&ProjectDocument {
            name: "Demo",
            serial: 7,
            version: &versions[version],
            metadata: &metadata(),
            files: &files,
            roles: &[("Owner", "alice")],
            project_url: "https://bonded.example/pypi/projects/demo/",
        })
    }

    fn parsed(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn the_document_of_a_project_is_stable() {
        insta::assert_json_snapshot!(with_document(2, |document| parsed(&document.render_project())));
    }

    #[test]
    fn the_document_of_a_release_has_no_other_releases() {
        let document = with_document(1, |document| parsed(&document.render_release()));
        assert_eq!(document.get("releases"), None);
        assert_eq!(document["urls"].as_array().map(Vec::len), Some(2));
        assert_eq!(document["info"]["yanked"], true);
        assert_eq!(document["info"]["yanked_reason"], "breaks \"quotes\" & <tags>");
    }

    #[test]
    fn metadata_cannot_set_what_the_server_says() {
        let mut metadata = metadata();
        metadata.extend([("yanked".to_owned(), true.into()), ("package_url".to_owned(), "x".into())]);
        let info = with_document(2, |document| ProjectDocument { metadata: &metadata, ..*document }.info());
        assert_eq!(info["yanked"], false);
        assert_eq!(info["package_url"], "https://bonded.example/pypi/projects/demo/");
    }

    fn latest<const N: usize>(releases: [(&str, Option<&str>); N]) -> Option<String> {
        let versions = versions(releases.map(|(version, _)| version));
        let files: Vec<_> = releases
            .iter()
            .zip(&versions)
            .map(|((text, yanked), version)| File { yanked: *yanked, ..file(text, version) })
            .collect();
        latest_version(&files).map(Version::to_string)
    }

    #[test]
    fn final_releases_that_are_not_yanked_come_first() {
        assert_eq!(latest([("1.0", None), ("1.10", None), ("1.9", None)]).as_deref(), Some("1.10"));
        assert_eq!(latest([("1.0", None), ("2.0rc1", None), ("2.0.dev1", None)]).as_deref(), Some("1.0"));
        assert_eq!(latest([("1.0", None), ("2.0", Some(""))]).as_deref(), Some("1.0"));
        assert_eq!(latest([("2.0", Some("bad")), ("1.0rc1", None)]).as_deref(), Some("1.0rc1"));
        assert_eq!(latest([("1.0", Some("")), ("2.0", Some(""))]).as_deref(), Some("2.0"));
        assert_eq!(latest([]), None);
    }

    #[test]
    fn a_release_with_one_good_file_is_not_yanked() {
        assert_eq!(latest([("1.0", None), ("2.0", Some("")), ("2.0", None)]).as_deref(), Some("2.0"));
    }
}
