//! What several commands take.

use std::path::{Path, PathBuf};

use anyhow::Context;
use bonded_model::Timestamp;
use bonded_signing::PublicKey;
use chrono::{Duration, NaiveDate};

use super::files;

/// A public key: its 64 digits, or a file that holds them.
#[derive(Clone, Debug)]
pub(super) struct KeyArgument(pub(super) PublicKey);

/// Reads a [`KeyArgument`].
pub(super) fn key(text: &str) -> anyhow::Result<KeyArgument> {
    if let Ok(key) = text.parse() {
        return Ok(KeyArgument(key));
    }
    let path = Path::new(text);
    if !path.exists() {
        anyhow::bail!(
            "this is neither a public key (64 hexadecimal digits in lower case) nor a file that holds one"
        );
    }
    let content = String::from_utf8(files::read(path)?).context("the file is no text")?;
    Ok(KeyArgument(content.trim().parse()?))
}

/// Two public keys with an equals sign between them: the one that goes and the one that comes.
pub(super) fn replacement(text: &str) -> anyhow::Result<(KeyArgument, KeyArgument)> {
    let (old, new) = text.split_once('=').context("OLD=NEW is expected")?;
    Ok((key(old)?, key(new)?))
}

/// A moment: `2027-01-31` or `2027-01-31T12:00:00Z`.
pub(super) fn moment(text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    text.parse().context("a day such as 2027-01-31 is expected")
}

/// How long what is made is worth something.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Validity {
    /// Days until the root expires. Make its successor before that.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: u16,
}

impl Validity {
    /// When what is made now expires.
    pub(super) fn until(self, now: Timestamp) -> Timestamp {
        now + Duration::days(self.days.into())
    }
}

/// The root before the one in `file`: as it was given, or the file with the version before beside it.
pub(super) fn previous(given: Option<&Path>, file: &Path, version: u64) -> Option<PathBuf> {
    let beside = || {
        let name = format!("{}.root.json", version.checked_sub(1)?);
        Some(file.with_file_name(name)).filter(|path| path.is_file())
    };
    given.map(Path::to_owned).or_else(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_given_by_its_digits_or_by_a_file() {
        let digits = "97f6dfe19f0098ae10caa19340654d09f3bd8c8b55a9083c405a525a3771ee8a";
        assert_eq!(key(digits).unwrap().0.to_string(), digits);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root-1.pub");
        std::fs::write(&path, format!("{digits}\n")).unwrap();
        assert_eq!(key(path.to_str().unwrap()).unwrap().0.to_string(), digits);
        assert!(key(&digits.to_uppercase()).is_err());
        assert!(replacement(digits).is_err());
        assert!(replacement(&format!("{digits}={digits}")).is_ok());
    }

    #[test]
    fn a_moment_is_a_day_or_a_time() {
        assert_eq!(moment("2027-01-31").unwrap(), moment("2027-01-31T00:00:00Z").unwrap());
        assert!(moment("soon").is_err());
    }

    #[test]
    fn the_root_before_is_found_beside_its_successor() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("2.root.json");
        assert_eq!(previous(None, &file, 2), None);
        let first = directory.path().join("1.root.json");
        std::fs::write(&first, "").unwrap();
        assert_eq!(previous(None, &file, 2), Some(first));
        assert_eq!(previous(None, &file, 3), None);
        assert_eq!(previous(Some(Path::new("x")), &file, 3), Some("x".into()));
    }
}
