//! The file name of a distribution, which says what the file is before anybody opens it.

use std::fmt;
use std::str::FromStr;

use super::{
    InvalidProjectName, InvalidVersion, NormalizedName, ProjectName, SdistFilename, Version, WheelFilename,
};

/// The longest file name accepted, in bytes: what file systems take.
const MAX_LENGTH: usize = 255;

/// The file name of a wheel or an sdist, in its one accepted spelling: the project's name normalized with `_`, the
/// version normalized. Other spellings would let one file stand in a release twice.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum DistributionFilename {
    /// A built distribution (`.whl`).
    Wheel(WheelFilename),
    /// A source distribution (`.tar.gz`).
    Sdist(SdistFilename),
}

impl DistributionFilename {
    /// The file name as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Wheel(wheel) => wheel.as_str(),
            Self::Sdist(sdist) => sdist.as_str(),
        }
    }

    /// The project that the file belongs to, spelled as in the file name.
    pub const fn name(&self) -> &ProjectName {
        match self {
            Self::Wheel(wheel) => wheel.name(),
            Self::Sdist(sdist) => sdist.name(),
        }
    }

    /// The version that the file belongs to.
    pub const fn version(&self) -> &Version {
        match self {
            Self::Wheel(wheel) => wheel.version(),
            Self::Sdist(sdist) => sdist.version(),
        }
    }

    /// The upload form's word for the kind of file: `bdist_wheel` or `sdist`.
    pub const fn filetype(&self) -> &'static str {
        match self {
            Self::Wheel(_) => "bdist_wheel",
            Self::Sdist(_) => "sdist",
        }
    }

    /// The upload form's `pyversion`: a wheel's Python tag, `source` for an sdist.
    pub fn python_version(&self) -> &str {
        match self {
            Self::Wheel(wheel) => wheel.python_tag(),
            Self::Sdist(_) => "source",
        }
    }
}

impl FromStr for DistributionFilename {
    type Err = InvalidFilename;

    fn from_str(text: &str) -> Result<Self, InvalidFilename> {
        let stray = |c: char| c.is_control() || matches!(c, '/' | '\\');
        if text.is_empty() || text.len() > MAX_LENGTH || text.contains(stray) {
            return Err(InvalidFilename::Characters(text.chars().take(64).collect()));
        }
        if let Some(stem) = text.strip_suffix(".whl") {
            WheelFilename::parse(text, stem).map(Self::Wheel)
        } else if let Some(stem) = text.strip_suffix(".tar.gz") {
            SdistFilename::parse(text, stem).map(Self::Sdist)
        } else {
            Err(InvalidFilename::Extension(text.to_owned()))
        }
    }
}

impl fmt::Display for DistributionFilename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text cannot name a distribution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilename {
    /// Characters that no file name may hold, or too many of them.
    #[error(
        "{0:?} cannot name a distribution: a file name has 1 to 255 bytes and no control character, '/' or '\\'"
    )]
    Characters(String),
    /// Neither a wheel nor an sdist.
    #[error(
        "{0:?} is not accepted: upload wheels (.whl) and source distributions (.tar.gz); other kinds, such as .zip, \
         .egg and .tar.bz2, are refused"
    )]
    Extension(String),
    /// The parts between the dashes are not what this kind of file has.
    #[error("{file:?} does not have the form of its kind: {form}")]
    Form {
        /// The file name.
        file: String,
        /// What was expected.
        form: &'static str,
    },
    /// The project's name in the file name.
    #[error(transparent)]
    Name(#[from] InvalidProjectName),
    /// The version in the file name.
    #[error(transparent)]
    Version(#[from] InvalidVersion),
    /// Everything is there, but in another spelling than the normalized one.
    #[error("{file:?} is not the normalized spelling of this file's name; expected {expected:?}")]
    Spelling {
        /// The file name.
        file: String,
        /// The accepted spelling.
        expected: String,
    },
}

/// Refuses a file name whose beginning is not `{name}-{version}` in normalized spelling.
pub(super) fn check_spelling(
    file: &str,
    name: &NormalizedName,
    version: &Version,
    rest: &str,
) -> Result<(), InvalidFilename> {
    let expected = format!("{}-{version}{rest}", name.for_filename());
    if expected == file { Ok(()) } else { Err(InvalidFilename::Spelling { file: file.to_owned(), expected }) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stray_characters_never_reach_a_path() {
        let long = format!("{}-1.0.tar.gz", "a".repeat(250));
        let evil =
            ["", "../a-1.0.tar.gz", "a\\b-1.0.tar.gz", "a-1.0\0.tar.gz", "a-1.0\n.tar.gz", "a-1\u{7f}.whl"];
        for bad in evil.into_iter().chain([long.as_str()]) {
            assert!(
                matches!(bad.parse::<DistributionFilename>(), Err(InvalidFilename::Characters(_))),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn other_kinds_of_files_are_refused_by_name() {
        for bad in
            ["a-1.0.zip", "a-1.0.tar.bz2", "a-1.0-py3.9.egg", "a-1.0.exe", "a-1.0.tgz", "a-1.0.WHL", "a"]
        {
            let error = bad.parse::<DistributionFilename>().unwrap_err();
            assert!(matches!(error, InvalidFilename::Extension(_)), "{bad:?}");
        }
    }

    #[test]
    fn the_name_says_what_the_upload_form_says() {
        let wheel: DistributionFilename = "a-1.0-cp311.cp312-abi3-any.whl".parse().unwrap();
        assert_eq!((wheel.filetype(), wheel.python_version()), ("bdist_wheel", "cp311.cp312"));
        let sdist: DistributionFilename = "a-1.0.tar.gz".parse().unwrap();
        assert_eq!((sdist.filetype(), sdist.python_version()), ("sdist", "source"));
    }

    proptest! {
        #[test]
        fn accepted_names_round_trip(text in "[a-z]{1,5}(_[a-z0-9]{1,5})?-[0-9]{1,3}\\.[0-9]{1,3}(-[0-9][a-z]?)?(-py3-none-any\\.whl|\\.tar\\.gz)") {
            if let Ok(name) = text.parse::<DistributionFilename>() {
                prop_assert_eq!(name.to_string(), text);
            }
        }

        #[test]
        fn no_text_panics(text in any::<String>(), ending in "(\\.whl|\\.tar\\.gz|)") {
            let _ = format!("{text}{ending}").parse::<DistributionFilename>();
        }
    }
}
