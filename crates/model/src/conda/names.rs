//! The three parts of a conda archive's name: package, version and build string (CEP 26).

use std::str::FromStr;

/// The longest package name, version and build string, in characters each.
const MAX_LENGTH: usize = 64;

/// A text type whose only constructor checks: `as_str`, `Display`, `FromStr` and `Serialize`.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:path, $error:ident :: $variant:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The value as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                if $check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err($error::$variant(text.chars().take(64).collect()))
                }
            }
        }
    };
}
pub(super) use checked_text;

checked_text! {
    /// The name of a conda package that can be published: lower case, at most 64 characters, separators single and
    /// between letters or digits, with one `_` allowed in front. Virtual packages (`__cuda`) describe a machine and
    /// are never distributed, so they are refused.
    PackageName, is_package_name, InvalidCondaName::Package
}

checked_text! {
    /// A conda version as text: 1 to 64 of `0-9a-z._+!`. Comparing versions is the solver's business.
    CondaVersionText, is_version, InvalidCondaName::Version
}

checked_text! {
    /// A build string: 1 to 64 of `a-zA-Z0-9_.+`.
    BuildString, is_build, InvalidCondaName::Build
}

/// Why a text is not a part of a conda archive's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCondaName {
    /// Not a package name.
    #[error(
        "{0:?} cannot name a conda package: use 1 to 64 lower-case letters and digits with single '.', '_' or '-' \
         between them; one '_' may stand in front, two mark virtual packages, which cannot be published"
    )]
    Package(String),
    /// Not a version.
    #[error("{0:?} is not a conda version: use 1 to 64 of the characters 0-9, a-z, '.', '_', '+' and '!'")]
    Version(String),
    /// Not a build string.
    #[error("{0:?} is not a build string: use 1 to 64 letters, digits, '_', '.' and '+'")]
    Build(String),
    /// Not a subdir.
    #[error(
        "{0:?} is not a conda subdir: it is \"noarch\" or {{platform}}-{{architecture}}, such as \"linux-64\""
    )]
    Subdir(String),
}

fn fits(text: &str, character: impl Fn(char) -> bool) -> bool {
    (1..=MAX_LENGTH).contains(&text.len()) && text.chars().all(character)
}

fn is_package_name(text: &str) -> bool {
    let solid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let words = text.strip_prefix('_').unwrap_or(text);
    text.len() <= MAX_LENGTH
        && words.split(['.', '_', '-']).all(|word| !word.is_empty() && word.chars().all(solid))
}

fn is_version(text: &str) -> bool {
    fits(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '+' | '!'))
}

fn is_build(text: &str) -> bool {
    fits(text, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn package_names_follow_cep_26() {
        for good in
            ["a", "_libgcc_mutex", "r-base", "libstdcxx-ng", "zope.interface", "7zip", &"a".repeat(64)]
        {
            assert!(good.parse::<PackageName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "_",
            "Foo",
            "foo__bar",
            "foo.-bar",
            "__cuda",
            "foo.",
            "foo-",
            "-foo",
            ".foo",
            "foo\n",
            "a/b",
            &"a".repeat(65),
        ] {
            assert!(bad.parse::<PackageName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn versions_and_build_strings_hold_no_dash() {
        for good in ["1.0", "1!2.0+local_1", "2024.1rc1"] {
            assert!(good.parse::<CondaVersionText>().is_ok(), "{good}");
        }
        for bad in ["", "1-0", "1.0A", "1.0\n", "../1", &"1".repeat(65)] {
            assert!(bad.parse::<CondaVersionText>().is_err(), "{bad:?}");
        }
        for good in ["0", "py311h06a4308_0", "cuda118+X.1"] {
            assert!(good.parse::<BuildString>().is_ok(), "{good}");
        }
        for bad in ["", "a-b", "a/b", "a b", "ä", &"1".repeat(65)] {
            assert!(bad.parse::<BuildString>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn accepted_texts_round_trip_and_no_text_panics(text in any::<String>(), plain in "[a-z0-9._-]{0,70}") {
            for text in [text, plain] {
                if let Ok(name) = text.parse::<PackageName>() { prop_assert_eq!(name.to_string(), text.clone()) }
                if let Ok(version) = text.parse::<CondaVersionText>() { prop_assert_eq!(version.to_string(), text.clone()) }
                if let Ok(build) = text.parse::<BuildString>() { prop_assert_eq!(build.to_string(), text) }
            }
        }
    }
}
