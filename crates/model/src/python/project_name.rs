//! Project names in their two spellings: as written, and normalized (PEP 503).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The longest project name accepted, in characters. The specification sets no limit; file names do.
const MAX_LENGTH: usize = 200;

/// The name of a project as somebody wrote it, next to its normalized form.
///
/// There is no `Display`, because it would be ambiguous: ask for [`as_given`](Self::as_given) to show the name and
/// for [`normalized`](Self::normalized) to compare, store or link it. Two names are equal when they normalize alike.
#[derive(Clone, Debug)]
pub struct ProjectName {
    given: Box<str>,
    normalized: NormalizedName,
}

impl ProjectName {
    /// The spelling that was given.
    pub fn as_given(&self) -> &str {
        &self.given
    }

    /// The normalized spelling: lower case, runs of `-`, `_` and `.` as one `-` (PEP 503).
    pub fn normalized(&self) -> &str {
        self.normalized.as_str()
    }

    /// The normalized name as a value of its own.
    pub const fn to_normalized(&self) -> &NormalizedName {
        &self.normalized
    }
}

impl FromStr for ProjectName {
    type Err = InvalidProjectName;

    /// Reads a name of the core metadata's form: ASCII letters, digits, `.`, `_` and `-`, beginning and ending with
    /// a letter or digit, at most 200 characters.
    fn from_str(text: &str) -> Result<Self, InvalidProjectName> {
        let ends = |c: char| c.is_ascii_alphanumeric();
        let inner = |c: char| ends(c) || is_separator(c);
        if text.len() <= MAX_LENGTH
            && text.starts_with(ends)
            && text.ends_with(ends)
            && text.chars().all(inner)
        {
            Ok(Self { given: text.into(), normalized: NormalizedName(normalize(text)) })
        } else {
            Err(InvalidProjectName(text.chars().take(64).collect()))
        }
    }
}

impl PartialEq for ProjectName {
    fn eq(&self, other: &Self) -> bool {
        self.normalized == other.normalized
    }
}

impl Eq for ProjectName {}

impl Hash for ProjectName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normalized.hash(state);
    }
}

/// A project name that is known to be normalized.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct NormalizedName(Box<str>);

impl NormalizedName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as file names spell it: `_` for `-`.
    pub fn for_filename(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl From<ProjectName> for NormalizedName {
    fn from(name: ProjectName) -> Self {
        name.normalized
    }
}

impl From<&ProjectName> for NormalizedName {
    fn from(name: &ProjectName) -> Self {
        name.normalized.clone()
    }
}

impl AsRef<str> for NormalizedName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NormalizedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for NormalizedName {
    type Err = NotNormalized;

    /// Accepts only what is normalized already. The error says what would have been right, for a redirect.
    fn from_str(text: &str) -> Result<Self, NotNormalized> {
        let name: ProjectName = text.parse()?;
        if name.normalized() == text {
            Ok(name.normalized)
        } else {
            Err(NotNormalized::Spelling(name.normalized))
        }
    }
}

/// The text cannot name a project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot name a project: use ASCII letters, digits, '.', '_' and '-', beginning and ending with a letter or \
     a digit, at most 200 characters"
)]
pub struct InvalidProjectName(String);

/// Why a text is not a normalized project name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNormalized {
    /// It names a project, but in another spelling; this is the normalized one.
    #[error("the normalized spelling of this name is {0:?}")]
    Spelling(NormalizedName),
    /// It cannot name a project at all.
    #[error(transparent)]
    Invalid(#[from] InvalidProjectName),
}

const fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}

fn normalize(name: &str) -> Box<str> {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if !is_separator(c) {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn separators_and_case_do_not_tell_projects_apart() {
        for spelling in ["Some.Thing", "some_thing", "SOME--thing", "some-._-thing"] {
            let name: ProjectName = spelling.parse().unwrap();
            assert_eq!((name.normalized(), name.as_given()), ("some-thing", spelling));
            assert_eq!(name.to_normalized().for_filename(), "some_thing");
        }
    }

    #[test]
    fn names_end_where_the_text_ends() {
        for bad in ["", "-a", "a-", ".a", "_", "a\n", "a\0", "a b", "ä", "a/b", &"a".repeat(201)] {
            assert!(bad.parse::<ProjectName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_redirect_knows_the_normalized_spelling() {
        assert_eq!("some-thing".parse::<NormalizedName>().unwrap().as_str(), "some-thing");
        let error = "Some_Thing".parse::<NormalizedName>().unwrap_err();
        assert!(matches!(error, NotNormalized::Spelling(name) if name.as_str() == "some-thing"));
        assert!(matches!("a/b".parse::<NormalizedName>(), Err(NotNormalized::Invalid(_))));
    }

    proptest! {
        #[test]
        fn normalizing_is_idempotent(text in "[A-Za-z0-9]([A-Za-z0-9._-]{0,40}[A-Za-z0-9])?") {
            let name: ProjectName = text.parse().unwrap();
            let again: NormalizedName = name.normalized().parse().unwrap();
            prop_assert_eq!(again.as_str(), name.normalized());
            prop_assert_eq!(again.for_filename().parse::<ProjectName>().unwrap(), name);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = text.parse::<ProjectName>();
            let _ = text.parse::<NormalizedName>();
        }
    }
}
