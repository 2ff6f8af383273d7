//! Subdirs: the platform directories of a conda channel.

use std::str::FromStr;

use super::InvalidCondaName;
use super::names::checked_text;

/// The subdirs that conda recognises as the platform part of a URL.
pub const KNOWN_SUBDIRS: &[&str] = &[
    "emscripten-wasm32",
    "freebsd-64",
    "linux-32",
    "linux-64",
    "linux-aarch64",
    "linux-armv6l",
    "linux-armv7l",
    "linux-ppc64",
    "linux-ppc64le",
    "linux-riscv32",
    "linux-riscv64",
    "linux-s390x",
    "noarch",
    "osx-64",
    "osx-arm64",
    "wasi-wasm32",
    "win-32",
    "win-64",
    "win-arm64",
    "zos-z",
];

/// Whether the text is a subdir that conda recognises as a platform in a URL.
pub fn is_known_subdir(text: &str) -> bool {
    KNOWN_SUBDIRS.contains(&text)
}

checked_text! {
    /// A subdir of CEP 26's form: `noarch`, or `{platform}-{architecture}` in lower-case letters and digits, at most
    /// 32 characters. It need not be one that today's clients know.
    Subdir, is_subdir, InvalidCondaName::Subdir
}

impl Subdir {
    /// The subdir that every channel has.
    pub fn noarch() -> Self {
        Self("noarch".into())
    }

    /// Whether this is the subdir of packages that run everywhere.
    pub fn is_noarch(&self) -> bool {
        self.as_str() == "noarch"
    }
}

fn is_subdir(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let pair =
        text.split_once('-').is_some_and(|(platform, architecture)| word(platform) && word(architecture));
    text.len() <= 32 && (text == "noarch" || pair)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn subdirs_have_one_dash_and_never_a_path() {
        for known in KNOWN_SUBDIRS {
            assert!(known.parse::<Subdir>().is_ok(), "{known}");
        }
        assert!("plan9-mips".parse::<Subdir>().is_ok());
        let long = format!("linux-{}", "6".repeat(27));
        for bad in [
            "",
            "../../x",
            "linux-64/",
            "linux",
            "linux-",
            "-64",
            "linux-64-x",
            "Linux-64",
            "linux-64\n",
            &long,
        ] {
            assert!(bad.parse::<Subdir>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn accepted_texts_round_trip(text in "[a-z0-9-]{0,36}") {
            if let Ok(subdir) = text.parse::<Subdir>() {
                prop_assert_eq!(subdir.to_string(), text);
            }
        }
    }
}
