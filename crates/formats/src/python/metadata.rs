//! Core metadata, versions 1.0 to 2.5.

use bonded_model::python::{ProjectName, Version};
use serde::Serializer;

use super::headers::Headers;
use crate::Rejection;

/// Declares [`CoreMetadata`] from one list of its fields: the name in Rust, in JSON and in upload forms, and the
/// header.
macro_rules! core_metadata {
    (
        one { $($(#[$one_doc:meta])* $one:ident = $one_header:literal,)* }
        many { $($(#[$many_doc:meta])* $many:ident = $many_header:literal,)* }
    ) => {
        /// The core metadata of a distribution. Values are those of the file, without `UNKNOWN`, which old tools
        /// write for nothing. As JSON, fields have the names that upload forms use.
        #[derive(Clone, Debug, serde::Serialize)]
        pub struct CoreMetadata {
            /// The version of the metadata format, 1.0 to 2.x.
            pub metadata_version: String,
            /// The project.
            #[serde(serialize_with = "as_given")]
            pub name: ProjectName,
            /// The version.
            pub version: Version,
            /// The long description: the body of the file or, in old ones, a header.
            pub description: Option<String>,
            $($(#[$one_doc])* pub $one: Option<String>,)*
            $($(#[$many_doc])* pub $many: Vec<String>,)*
        }

        impl CoreMetadata {
            fn from_headers(headers: &Headers<'_>) -> Result<Self, Rejection> {
                Ok(Self {
                    metadata_version: metadata_version(headers)?,
                    name: required(headers, "Name")?.parse().map_err(invalid)?,
                    version: required(headers, "Version")?.parse().map_err(invalid)?,
                    description: description(headers)?,
                    $($one: headers.one($one_header)?.filter(|value| is_known(value)).map(str::to_owned),)*
                    $($many: headers.all($many_header).filter(|value| *value != "UNKNOWN").map(str::to_owned).collect(),)*
                })
            }

            /// The fields with at most one value, by name.
            pub(super) fn single_fields(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
                let description = ("description", self.description.as_deref());
                [description, $((stringify!($one), self.$one.as_deref()),)*].into_iter()
            }

            /// The fields with any number of values, by name.
            pub(super) fn multiple_fields(&self) -> impl Iterator<Item = (&'static str, &[String])> {
                [$((stringify!($many), self.$many.as_slice()),)*].into_iter()
            }
        }
    };
}

core_metadata! {
    one {
        /// One line about the distribution.
        summary = "Summary",
        /// The media type of the description.
        description_content_type = "Description-Content-Type",
        /// Keywords, separated by commas.
        keywords = "Keywords",
        /// The home page.
        home_page = "Home-page",
        /// Where the distribution can be downloaded.
        download_url = "Download-URL",
        /// The author.
        author = "Author",
        /// The author's address.
        author_email = "Author-email",
        /// The maintainer.
        maintainer = "Maintainer",
        /// The maintainer's address.
        maintainer_email = "Maintainer-email",
        /// The licence as free text.
        license = "License",
        /// The licence as an SPDX expression (PEP 639).
        license_expression = "License-Expression",
        /// The versions of Python that the distribution works with.
        requires_python = "Requires-Python",
    }
    many {
        /// Platforms beyond the classifiers.
        platform = "Platform",
        /// Platforms that a binary was built for.
        supported_platform = "Supported-Platform",
        /// Trove classifiers.
        classifiers = "Classifier",
        /// Licence files (PEP 639).
        license_files = "License-File",
        /// Requirements (PEP 508).
        requires_dist = "Requires-Dist",
        /// Projects that this one contains.
        provides_dist = "Provides-Dist",
        /// Projects that this one replaces.
        obsoletes_dist = "Obsoletes-Dist",
        /// Dependencies outside of Python.
        requires_external = "Requires-External",
        /// Links, each as `label, URL`.
        project_urls = "Project-URL",
        /// Names of optional features.
        provides_extra = "Provides-Extra",
        /// Import names that the project provides (PEP 794).
        import_name = "Import-Name",
        /// Import namespaces that the project takes part in (PEP 794).
        import_namespace = "Import-Namespace",
        /// Fields that a build may change (PEP 643).
        dynamic = "Dynamic",
        /// Modules required (PEP 314, obsolete).
        requires = "Requires",
        /// Modules provided (PEP 314, obsolete).
        provides = "Provides",
        /// Modules made obsolete (PEP 314, obsolete).
        obsoletes = "Obsoletes",
    }
}

impl CoreMetadata {
    /// Reads METADATA or PKG-INFO. Refuses what installers would refuse or read differently: other encodings than
    /// UTF-8, repeated single fields, names, versions and `Requires-Python` that are not well-formed.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let metadata = Self::from_headers(&Headers::parse(bytes, "the metadata file")?)?;
        if let Some(requires) = &metadata.requires_python {
            requires.parse::<pep440_rs::VersionSpecifiers>().map_err(|_| {
                Rejection::Invalid(format!(
                    "Requires-Python in the metadata is {requires:?}, which no installer understands"
                ))
            })?;
        }
        Ok(metadata)
    }
}

fn required<'a>(headers: &'a Headers<'_>, name: &str) -> Result<&'a str, Rejection> {
    let value = headers.one(name)?.filter(|value| is_known(value));
    value.map(str::trim).ok_or_else(|| Rejection::Invalid(format!("the metadata does not say its {name}")))
}

fn metadata_version(headers: &Headers<'_>) -> Result<String, Rejection> {
    let version = required(headers, "Metadata-Version")?;
    let digits =
        |text: &str| !text.is_empty() && text.len() < 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    match version.split_once('.') {
        Some(("1" | "2", minor)) if digits(minor) => Ok(version.to_owned()),
        _ => Err(Rejection::Invalid(format!("Metadata-Version {version:?} is not known; 1.0 to 2.5 are"))),
    }
}

fn description(headers: &Headers<'_>) -> Result<Option<String>, Rejection> {
    let header = headers.one("Description")?.filter(|value| is_known(value));
    if headers.body.trim().is_empty() { Ok(header.map(unindent)) } else { Ok(Some(headers.body.to_owned())) }
}

/// Takes the marks of continuation from the lines of a description that was written as a header.
fn unindent(header: &str) -> String {
    let plain = |line: &str| {
        let marked = line.strip_prefix("       |").or_else(|| line.strip_prefix("        "));
        marked.unwrap_or(line).to_owned()
    };
    header.lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn is_known(value: &str) -> bool {
    !value.trim().is_empty() && value != "UNKNOWN"
}

fn invalid(error: impl std::fmt::Display) -> Rejection {
    Rejection::Invalid(format!("the metadata is refused: {error}"))
}

fn as_given<S: Serializer>(name: &ProjectName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name.as_given())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "Metadata-Version: 2.4\nName: Some.Thing\nVersion: 1.0\nSummary: S\nHome-Page: UNKNOWN\n\
        Requires-Python: >=3.9, <4\nClassifier: A\nClassifier: B\nProject-URL: Docs, https://docs.example\n\
        License: \nPlatform: UNKNOWN\nRequires-Dist: x ; extra == 'y'\nProvides-Extra: y\n\n# Hello\n\nWörld\n";

    #[test]
    fn fields_become_json_under_the_names_of_upload_forms() {
        let metadata = CoreMetadata::parse(FULL.as_bytes()).unwrap();
        let json = serde_json::to_value(&metadata).unwrap();
        for (field, expected) in [
            ("name", serde_json::json!("Some.Thing")),
            ("version", "1.0".into()),
            ("summary", "S".into()),
            ("description", "# Hello\n\nWörld\n".into()),
            ("home_page", serde_json::Value::Null),
            ("license", serde_json::Value::Null),
            ("requires_python", ">=3.9, <4".into()),
            ("classifiers", serde_json::json!(["A", "B"])),
            ("platform", serde_json::json!([])),
            ("project_urls", serde_json::json!(["Docs, https://docs.example"])),
            ("requires_dist", serde_json::json!(["x ; extra == 'y'"])),
        ] {
            assert_eq!(json[field], expected, "{field}");
        }
    }

    #[test]
    fn a_description_may_be_a_header() {
        let text =
            "Metadata-Version: 1.1\nName: a\nVersion: 1\nDescription: one\n        two\n       |  three\n";
        let metadata = CoreMetadata::parse(text.as_bytes()).unwrap();
        assert_eq!(metadata.description.as_deref(), Some("one\ntwo\n  three"));
    }

    #[test]
    fn metadata_that_installers_would_refuse_is_refused() {
        let base = "Metadata-Version: 2.1\nName: a\nVersion: 1\n";
        CoreMetadata::parse(base.as_bytes()).unwrap();
        for bad in [
            "Name: a\nVersion: 1\n".to_owned(),
            "Metadata-Version: 3.0\nName: a\nVersion: 1\n".to_owned(),
            "Metadata-Version: 2.1\nVersion: 1\n".to_owned(),
            "Metadata-Version: 2.1\nName: a/b\nVersion: 1\n".to_owned(),
            "Metadata-Version: 2.1\nName: a\nVersion: one\n".to_owned(),
            format!("{base}Name: b\n"),
            format!("{base}Requires-Python: three\n"),
        ] {
            assert!(CoreMetadata::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
