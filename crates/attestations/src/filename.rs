//! Names of Python files as an attestation may spell them: parsed and compared, not compared as text (PEP 740).

use std::collections::BTreeSet;

use bonded_model::python::{ProjectName, Version};

/// What a file's name says. Two spellings of one name are equal: `A.B-1.0-py2.py3-none-any.whl` and
/// `a_b-1.0-py3.py2-none-any.whl`.
#[derive(PartialEq, Eq)]
pub(crate) struct Parsed {
    name: String,
    version: Version,
    wheel: Option<Wheel>,
}

#[derive(PartialEq, Eq)]
struct Wheel {
    build: Option<String>,
    /// Python, ABI and platform: each a set of tags.
    tags: [BTreeSet<String>; 3],
}

/// Reads the name of a wheel or an sdist; `None` for anything else.
pub(crate) fn parse(text: &str) -> Option<Parsed> {
    match text.strip_suffix(".whl") {
        Some(stem) => wheel(stem),
        None => sdist(text.strip_suffix(".tar.gz")?),
    }
}

fn wheel(stem: &str) -> Option<Parsed> {
    let parts: Vec<&str> = stem.split('-').collect();
    let (name, version, build, tags) = match parts[..] {
        [name, version, python, abi, platform] => (name, version, None, [python, abi, platform]),
        [name, version, build, python, abi, platform] => {
            (name, version, Some(build.to_owned()), [python, abi, platform])
        }
        _ => return None,
    };
    let tags = tags.map(|set| set.split('.').map(str::to_lowercase).collect());
    parsed(name, version, Some(Wheel { build, tags }))
}

fn sdist(stem: &str) -> Option<Parsed> {
    let (name, version) = stem.rsplit_once('-')?;
    parsed(name, version, None)
}

fn parsed(name: &str, version: &str, wheel: Option<Wheel>) -> Option<Parsed> {
    let name: ProjectName = name.parse().ok()?;
    Some(Parsed { name: name.normalized().to_owned(), version: version.parse().ok()?, wheel })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        matches!((parse(a), parse(b)), (Some(a), Some(b)) if a == b)
    }

    #[test]
    fn spellings_of_one_name_are_the_same() {
        assert!(same("Some.Thing-v1.0-py2.py3-none-any.whl", "some_thing-1.0-py3.py2-none-any.whl"));
        assert!(same("some-thing-1.0.tar.gz", "some_thing-1.0.tar.gz"));
    }

    #[test]
    fn other_files_are_not_the_same() {
        let wheel = "a-1.0-py3-none-any.whl";
        for other in [
            "b-1.0-py3-none-any.whl",
            "a-1.1-py3-none-any.whl",
            "a-1.0-1-py3-none-any.whl",
            "a-1.0-py2-none-any.whl",
            "a-1.0-py3-abi3-any.whl",
            "a-1.0-py3-none-linux_x86_64.whl",
            "a-1.0.tar.gz",
            "a-1.0.zip",
            "a-1.0-py3-none.whl",
            "",
        ] {
            assert!(!same(wheel, other), "{other}");
        }
    }
}
