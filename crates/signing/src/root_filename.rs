//! Names of root files: `N.root.json`, the whole name.

use std::fmt;
use std::str::FromStr;

/// The name of the file of one version of the root. `1.root.json.bak`, `01.root.json` and `0.root.json` are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RootFilename {
    /// The version, from 1.
    pub version: u64,
}

impl fmt::Display for RootFilename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.root.json", self.version)
    }
}

impl FromStr for RootFilename {
    type Err = NotARootFilename;

    fn from_str(text: &str) -> Result<Self, NotARootFilename> {
        let digits = text.strip_suffix(".root.json").ok_or(NotARootFilename)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        let version = is_number.then(|| digits.parse().ok()).flatten().ok_or(NotARootFilename)?;
        Ok(Self { version })
    }
}

/// The text is not the name of a root file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a root file: N.root.json is expected, with a version N from 1")]
pub struct NotARootFilename;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_only_begins_or_ends_right_is_no_root_file() {
        assert_eq!("12.root.json".parse(), Ok(RootFilename { version: 12 }));
        assert_eq!(RootFilename { version: 12 }.to_string(), "12.root.json");
        let wrong = [
            "1.root.json.bak",
            "1.root.jsonx",
            "x1.root.json",
            " 1.root.json",
            "1.root.json\n",
            "01.root.json",
            "0.root.json",
            "+1.root.json",
            "-1.root.json",
            "1x.root.json",
            ".root.json",
            "root.json",
            "../1.root.json",
            "1_root_json",
            "٣.root.json",
            "99999999999999999999.root.json",
        ];
        for name in wrong {
            assert_eq!(name.parse::<RootFilename>(), Err(NotARootFilename), "{name:?}");
        }
    }
}
