//! Versions of releases (PEP 440).

use std::fmt;
use std::str::FromStr;

/// The longest version accepted, in bytes.
const MAX_LENGTH: usize = 128;

/// A version in the sense of PEP 440. Ordering and equality are PEP 440's: `1.0` equals `1.0.0`.
///
/// `Display` gives the normalized spelling, which keeps trailing zeros (`v1.0-RC1` reads `1.0rc1`): the one that file
/// names and pages use. [`canonical`](Self::canonical) is the same for all equal versions: the one that identifies a
/// release.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version(pep440_rs::Version);

impl Version {
    /// The spelling that all equal versions share: normalized, without trailing zeros of the release.
    pub fn canonical(&self) -> String {
        let release = self.0.release();
        let length = release.iter().rposition(|part| *part != 0).map_or(1, |last| last + 1);
        self.0.clone().with_release(release[..length].iter().copied()).to_string()
    }

    /// Whether the version carries a local part (`1.0+ubuntu1`), which public indexes refuse.
    pub fn is_local(&self) -> bool {
        self.0.is_local()
    }

    /// Whether the version is a pre-release or development release.
    pub fn is_prerelease(&self) -> bool {
        self.0.any_prerelease()
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;

    /// Reads any spelling that PEP 440 accepts, without white space around it.
    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let invalid = || InvalidVersion(text.chars().take(64).collect());
        if text.len() > MAX_LENGTH || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid());
        }
        text.parse().map(Self).map_err(|_| invalid())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is not a version in the sense of PEP 440.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a version: write it as PEP 440 says, such as 1.2.3, 1.0rc1 or 2024.1.post1")]
pub struct InvalidVersion(String);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_normalize_and_equal_versions_share_one_canonical_text() {
        for (given, normalized, canonical) in [
            ("1.0", "1.0", "1"),
            ("v1.0.0", "1.0.0", "1"),
            ("1.0-RC1", "1.0rc1", "1rc1"),
            ("1!2.0.dev0", "1!2.0.dev0", "1!2.dev0"),
            ("1.02.3", "1.2.3", "1.2.3"),
            ("0.0", "0.0", "0"),
            ("1.0-9", "1.0.post9", "1.post9"),
            ("1.0+Ubuntu-1", "1.0+ubuntu.1", "1+ubuntu.1"),
        ] {
            let version: Version = given.parse().unwrap();
            assert_eq!((version.to_string().as_str(), version.canonical().as_str()), (normalized, canonical));
        }
        assert_eq!("1.0".parse::<Version>(), "1.0.0".parse::<Version>());
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in
            ["", " 1.0", "1.0\n", "1.0\0", "one", "1..0", "1.0/..", "1.0+", "1.*", "١", &"1.".repeat(80)]
        {
            assert!(bad.parse::<Version>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn local_versions_are_told_apart() {
        assert!("1.0+cu118".parse::<Version>().unwrap().is_local());
        assert!(!"1.0".parse::<Version>().unwrap().is_local());
    }

    proptest! {
        #[test]
        fn normalized_and_canonical_texts_name_the_same_version(
            text in "([0-9]{1,2}!)?[0-9]{1,4}(\\.[0-9]{1,4}){0,4}((a|b|rc)[0-9]{1,3})?(\\.post[0-9]{1,3})?(\\.dev[0-9]{1,3})?(\\+[a-z0-9]{1,5})?"
        ) {
            let version: Version = text.parse().unwrap();
            prop_assert_eq!(&version.to_string().parse::<Version>().unwrap(), &version);
            prop_assert_eq!(&version.canonical().parse::<Version>().unwrap(), &version);
            prop_assert_eq!(version.to_string().parse::<Version>().unwrap().to_string(), version.to_string());
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = text.parse::<Version>();
        }
    }
}
