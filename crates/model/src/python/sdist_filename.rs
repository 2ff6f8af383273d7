//! File names of source distributions (PEP 625).

use super::filename::check_spelling;
use super::{InvalidFilename, ProjectName, Version};

/// The name of a source distribution: `{name}-{version}.tar.gz`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SdistFilename {
    text: Box<str>,
    name: ProjectName,
    version: Version,
}

impl SdistFilename {
    /// The file name as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The project's name, spelled as in the file name.
    pub const fn name(&self) -> &ProjectName {
        &self.name
    }

    /// The version.
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// The one directory that the archive must hold: the file name without its extension.
    pub fn top_directory(&self) -> &str {
        self.text.strip_suffix(".tar.gz").unwrap_or(&self.text)
    }

    pub(super) fn parse(text: &str, stem: &str) -> Result<Self, InvalidFilename> {
        // A normalized version holds no dash, so the last one separates; other spellings fail the check below.
        let (name, version) = stem.rsplit_once('-').ok_or_else(|| InvalidFilename::Form {
            file: text.to_owned(),
            form: "a source distribution is named {name}-{version}.tar.gz",
        })?;
        let (name, version): (ProjectName, Version) = (name.parse()?, version.parse()?);
        check_spelling(text, name.to_normalized(), &version, ".tar.gz")?;
        Ok(Self { text: text.into(), name, version })
    }
}

#[cfg(test)]
mod tests {
    use super::super::DistributionFilename;
    use super::*;

    fn parse(text: &str) -> Result<DistributionFilename, InvalidFilename> {
        text.parse()
    }

    #[test]
    fn a_normalized_name_is_accepted() {
        let Ok(DistributionFilename::Sdist(sdist)) = parse("some_thing-1.0rc1.tar.gz") else {
            panic!("refused")
        };
        assert_eq!(
            (sdist.name().normalized(), sdist.version().to_string().as_str()),
            ("some-thing", "1.0rc1")
        );
        assert_eq!(sdist.top_directory(), "some_thing-1.0rc1");
    }

    #[test]
    fn other_spellings_are_refused_and_the_right_one_is_named() {
        for (bad, right) in [
            ("some-thing-1.0.tar.gz", "some_thing-1.0.tar.gz"),
            ("Some_Thing-1.0.tar.gz", "some_thing-1.0.tar.gz"),
            ("some.thing-1.0.tar.gz", "some_thing-1.0.tar.gz"),
            ("some_thing-1.02.3.tar.gz", "some_thing-1.2.3.tar.gz"),
            ("some_thing-v1.0.tar.gz", "some_thing-1.0.tar.gz"),
        ] {
            let expected = InvalidFilename::Spelling { file: bad.into(), expected: right.into() };
            assert_eq!(parse(bad), Err(expected));
        }
        for bad in
            ["some_thing.tar.gz", "some_thing-.tar.gz", "-1.0.tar.gz", ".tar.gz", "some_thing-1.0-9.tar.gz"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
