//! File names of wheels (PEP 427 and the binary distribution format).

use super::filename::check_spelling;
use super::{InvalidFilename, ProjectName, Version};

const FORM: &str = "a wheel is named {name}-{version}[-{build}]-{python}-{abi}-{platform}.whl; a build tag begins with \
                    a digit, tags consist of ASCII letters, digits and '_', joined by '.'";

/// The name of a wheel. Platforms are not restricted: a private registry may serve machines of any kind.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WheelFilename {
    text: Box<str>,
    name: ProjectName,
    version: Version,
    build: Option<Box<str>>,
    python: Box<str>,
    abi: Box<str>,
    platform: Box<str>,
}

impl WheelFilename {
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

    /// The build tag, which begins with a digit.
    pub fn build(&self) -> Option<&str> {
        self.build.as_deref()
    }

    /// The Python tags, several joined by `.`: `py2.py3`.
    pub fn python_tag(&self) -> &str {
        &self.python
    }

    /// The ABI tags, several joined by `.`.
    pub fn abi_tag(&self) -> &str {
        &self.abi
    }

    /// The platform tags, several joined by `.`.
    pub fn platform_tag(&self) -> &str {
        &self.platform
    }

    /// The directory of the archive that holds the wheel's metadata: `{name}-{version}.dist-info`.
    pub fn dist_info(&self) -> String {
        format!("{}-{}.dist-info", self.name.as_given(), self.version)
    }

    pub(super) fn parse(text: &str, stem: &str) -> Result<Self, InvalidFilename> {
        let form = || InvalidFilename::Form { file: text.to_owned(), form: FORM };
        let parts: Vec<&str> = stem.split('-').collect();
        let (name, version, build, tags) = match parts[..] {
            [name, version, python, abi, platform] => (name, version, None, [python, abi, platform]),
            [name, version, build, python, abi, platform] => {
                (name, version, Some(build), [python, abi, platform])
            }
            _ => return Err(form()),
        };
        if !build.is_none_or(is_build_tag) || !tags.into_iter().all(is_tag_set) {
            return Err(form());
        }
        let (name, version): (ProjectName, Version) = (name.parse()?, version.parse()?);
        let [python, abi, platform] = tags.map(Box::from);
        let rest = parts[2..].iter().map(|part| format!("-{part}")).collect::<String>();
        check_spelling(text, name.to_normalized(), &version, &format!("{rest}.whl"))?;
        Ok(Self { text: text.into(), name, version, build: build.map(Box::from), python, abi, platform })
    }
}

fn is_build_tag(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
}

fn is_tag_set(text: &str) -> bool {
    text.split('.').all(|tag| !tag.is_empty() && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::super::DistributionFilename;
    use super::*;

    fn parse(text: &str) -> Result<DistributionFilename, InvalidFilename> {
        text.parse()
    }

    #[test]
    fn every_part_is_found() {
        let Ok(DistributionFilename::Wheel(wheel)) =
            parse("some_thing-1!1.0+cu118.2-7_b-cp311.cp312-abi3-manylinux_2_17_x86_64.linux_x86_64.whl")
        else {
            panic!("refused")
        };
        assert_eq!(
            (wheel.name().normalized(), wheel.version().to_string().as_str()),
            ("some-thing", "1!1.0+cu118.2")
        );
        assert_eq!(
            (wheel.build(), wheel.python_tag(), wheel.abi_tag()),
            (Some("7_b"), "cp311.cp312", "abi3")
        );
        assert_eq!(wheel.platform_tag(), "manylinux_2_17_x86_64.linux_x86_64");
        assert_eq!(wheel.dist_info(), "some_thing-1!1.0+cu118.2.dist-info");
    }

    #[test]
    fn parts_of_another_form_are_refused() {
        for bad in [
            "a-1.0-py3-none.whl",
            "a-1.0-1-2-py3-none-any.whl",
            "a-1.0-q-py3-none-any.whl",
            "a-1.0--py3-none-any.whl",
            "a-1.0-py3-none-.whl",
            "a-1.0-py3.-none-any.whl",
            "a-1.0-py3-none-any any.whl",
            ".whl",
        ] {
            assert!(matches!(parse(bad), Err(InvalidFilename::Form { .. })), "{bad}");
        }
        assert!(matches!(parse("a-0.0.4test1-py3-none-any.whl"), Err(InvalidFilename::Version(_))));
        assert!(matches!(parse("_-1.0-py3-none-any.whl"), Err(InvalidFilename::Name(_))));
    }

    #[test]
    fn other_spellings_are_refused_and_the_right_one_is_named() {
        for bad in [
            "Some_Thing-1.0-1-py3-none-any.whl",
            "some.thing-1.0-1-py3-none-any.whl",
            "some_thing-v1.0-1-py3-none-any.whl",
        ] {
            let expected = "some_thing-1.0-1-py3-none-any.whl".to_owned();
            assert_eq!(parse(bad), Err(InvalidFilename::Spelling { file: bad.into(), expected }));
        }
    }
}
