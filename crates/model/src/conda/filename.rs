//! The file name of a conda archive.

use std::fmt;
use std::str::FromStr;

use super::{BuildString, CondaVersionText, InvalidCondaName, PackageName};

/// The longest archive name, in bytes (CEP 26).
const MAX_LENGTH: usize = 211;

/// Which of the two archive formats a file has (CEP 35).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ArchiveKind {
    /// A ZIP of two compressed tars.
    Conda,
    /// One tar, compressed with bzip2.
    TarBz2,
}

crate::text_enum!(ArchiveKind { Conda = "conda", TarBz2 = "tar.bz2" });

impl ArchiveKind {
    /// The extension with its dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Conda => ".conda",
            Self::TarBz2 => ".tar.bz2",
        }
    }
}

/// The name of a conda archive, `{name}-{version}-{build}` and an extension, split from the right because only the
/// package's name may hold dashes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ArchiveFilename {
    text: Box<str>,
    name: PackageName,
    version: CondaVersionText,
    build: BuildString,
    kind: ArchiveKind,
}

impl ArchiveFilename {
    /// The file name as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The package.
    pub const fn name(&self) -> &PackageName {
        &self.name
    }

    /// Its version.
    pub const fn version(&self) -> &CondaVersionText {
        &self.version
    }

    /// Its build string.
    pub const fn build(&self) -> &BuildString {
        &self.build
    }

    /// The archive format.
    pub const fn kind(&self) -> ArchiveKind {
        self.kind
    }

    /// The file name without its extension, by which the members of a `.conda` are named.
    pub fn stem(&self) -> &str {
        self.text.strip_suffix(self.kind.extension()).unwrap_or(&self.text)
    }
}

impl FromStr for ArchiveFilename {
    type Err = InvalidArchiveFilename;

    fn from_str(text: &str) -> Result<Self, InvalidArchiveFilename> {
        let invalid = || InvalidArchiveFilename::Form(text.chars().take(64).collect());
        let kind = ArchiveKind::ALL.iter().copied().find(|kind| text.ends_with(kind.extension()));
        let Some(kind) = kind.filter(|_| text.len() <= MAX_LENGTH) else { return Err(invalid()) };
        let stem = text.strip_suffix(kind.extension()).ok_or_else(invalid)?;
        let (rest, build) = stem.rsplit_once('-').ok_or_else(invalid)?;
        let (name, version) = rest.rsplit_once('-').ok_or_else(invalid)?;
        let (name, version, build) = (name.parse()?, version.parse()?, build.parse()?);
        Ok(Self { text: text.into(), name, version, build, kind })
    }
}

impl fmt::Display for ArchiveFilename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a text cannot name a conda archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArchiveFilename {
    /// Wrong extension, too long, or not three parts.
    #[error(
        "{0:?} cannot name a conda archive: it is {{name}}-{{version}}-{{build}}.conda or .tar.bz2, at most 211 bytes"
    )]
    Form(String),
    /// One of the three parts is wrong.
    #[error(transparent)]
    Part(#[from] InvalidCondaName),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_split_from_the_right() {
        let file: ArchiveFilename = "r-base-4.3.1-h5f4_0.conda".parse().unwrap();
        assert_eq!(
            (file.name().as_str(), file.version().as_str(), file.build().as_str()),
            ("r-base", "4.3.1", "h5f4_0")
        );
        assert_eq!((file.kind(), file.stem()), (ArchiveKind::Conda, "r-base-4.3.1-h5f4_0"));
        let file: ArchiveFilename = "a-1-0.tar.bz2".parse().unwrap();
        assert_eq!((file.kind(), file.stem()), (ArchiveKind::TarBz2, "a-1-0"));
    }

    #[test]
    fn other_forms_are_refused() {
        let long = format!("{}-{}-{}.tar.bz2", "a".repeat(64), "1".repeat(64), "b".repeat(80));
        for bad in [
            "",
            ".conda",
            "a-1.conda",
            "a-1-0.zip",
            "a-1-0.tar.gz",
            "../a-1-0.conda",
            "A-1-0.conda",
            "a-1-0/.conda",
            "a--0.conda",
            &long,
        ] {
            assert!(bad.parse::<ArchiveFilename>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn accepted_names_round_trip(text in "[a-z-]{1,9}-[0-9.]{1,5}-[a-z0-9_]{1,5}\\.(conda|tar\\.bz2)") {
            if let Ok(file) = text.parse::<ArchiveFilename>() {
                prop_assert_eq!(format!("{}-{}-{}{}", file.name(), file.version(), file.build(), file.kind().extension()), text);
            }
        }

        #[test]
        fn no_text_panics(text in any::<String>(), ending in "(\\.conda|\\.tar\\.bz2|)") {
            let _ = format!("{text}{ending}").parse::<ArchiveFilename>();
        }
    }
}
