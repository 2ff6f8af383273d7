//! conda's configuration file, read and edited so that everything else in it stays as it was, comments too.

use std::io;
use std::path::{Path, PathBuf};

use yaml_edit::{Document, Mapping, Sequence, YamlNode, YamlValue};

use crate::{Environment, files};

/// What YAML calls nothing.
const NOTHING: [&str; 4] = ["", "~", "null", "Null"];

/// The configuration files that are there to be read, the one that counts most first: the active environment's, the
/// user's, and that of conda itself.
///
/// # Errors
/// When one cannot be read or is no YAML mapping.
pub fn all(environment: &Environment) -> Result<Vec<Condarc>, CondarcError> {
    environment.condarcs().iter().map(|path| Condarc::open(path)).collect()
}

/// A `.condarc`: a YAML mapping, or nothing yet.
pub struct Condarc {
    path: PathBuf,
    document: Document,
    before: String,
}

impl Condarc {
    /// Reads the file; one that does not exist is empty.
    ///
    /// # Errors
    /// When it cannot be read or is no YAML mapping.
    pub fn open(path: &Path) -> Result<Self, CondarcError> {
        let before = files::read(path).map_err(|error| CondarcError::Read(path.to_owned(), error))?;
        let before = before.unwrap_or_default();
        let invalid = || CondarcError::Form(path.to_owned());
        let says_nothing = before.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#'));
        let text = if says_nothing { "{}\n" } else { &before };
        let document: Document = text.parse().map_err(|_| invalid())?;
        document.as_mapping().ok_or_else(invalid)?;
        // The editor needs a mapping to write into, and a block reads better than braces.
        let document = if says_nothing { Document::new_mapping() } else { document };
        Ok(Self {
            path: path.to_owned(),
            document,
            before: if says_nothing { before } else { String::new() },
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The channels, in their order.
    pub fn channels(&self) -> Vec<String> {
        self.list("channels")
    }

    /// A value that is a list of words.
    pub fn list(&self, key: &str) -> Vec<String> {
        let listed = self.mapping().and_then(|mapping| mapping.get_sequence(key));
        listed.map(|sequence| texts(&sequence)).unwrap_or_default()
    }

    /// A value that is one word.
    pub fn word(&self, key: &str) -> Option<String> {
        let word = self.mapping()?.get(key)?.as_scalar().map(|scalar| scalar.as_string());
        word.filter(|word| !NOTHING.contains(&word.as_str()))
    }

    /// A value that is a mapping from names to words.
    ///
    /// # Errors
    /// When it is anything else: what is not understood must not be left out, or names would lead elsewhere.
    pub fn words(&self, key: &str) -> Result<Vec<(String, String)>, CondarcError> {
        self.members(key, |value| value.as_scalar().map(|scalar| scalar.as_string()))
    }

    /// A value that is a mapping from names to lists of words.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn lists(&self, key: &str) -> Result<Vec<(String, Vec<String>)>, CondarcError> {
        self.members(key, |value| value.as_sequence().map(texts))
    }

    fn members<T>(
        &self,
        key: &str,
        read: impl Fn(&YamlNode) -> Option<T>,
    ) -> Result<Vec<(String, T)>, CondarcError> {
        let Some(value) = self.mapping().and_then(|mapping| mapping.get(key)) else { return Ok(Vec::new()) };
        let wrong = || CondarcError::Value { path: self.path.clone(), key: key.to_owned() };
        if value.as_scalar().is_some_and(|scalar| NOTHING.contains(&scalar.as_string().as_str())) {
            return Ok(Vec::new());
        }
        let member =
            |(name, value): (YamlNode, YamlNode)| Some((name.as_scalar()?.as_string(), read(&value)?));
        let mapping = value.as_mapping().ok_or_else(wrong)?;
        let members: Option<Vec<_>> = mapping.iter().map(member).collect();
        members.filter(|members| members.len() == mapping.len()).ok_or_else(wrong)
    }

    /// Puts channels before those that are there, in the given order; what is there already stays where it is.
    pub fn add_channels(&self, channels: &[String]) {
        let Some(mapping) = self.mapping() else { return };
        let present = self.channels();
        let new: Vec<&String> = channels.iter().filter(|channel| !present.contains(channel)).collect();
        match mapping.get_sequence("channels") {
            Some(sequence) if !present.is_empty() => {
                for channel in new.into_iter().rev() {
                    sequence.insert(0, channel.as_str());
                }
            }
            _ if new.is_empty() => {}
            _ => {
                let listed: Vec<YamlValue> =
                    new.into_iter().map(|url| YamlValue::scalar(url.as_str())).collect();
                mapping.set("channels", listed);
            }
        }
    }

    /// Takes the channels out for which `gone` says so; whether there were any.
    pub fn remove_channels(&self, gone: impl Fn(&str) -> bool) -> bool {
        let Some(sequence) = self.mapping().and_then(|mapping| mapping.get_sequence("channels")) else {
            return false;
        };
        let listed = texts(&sequence);
        let taken: Vec<_> = (0..listed.len()).rev().filter(|at| gone(&listed[*at])).collect();
        for at in &taken {
            sequence.remove(*at);
        }
        // A key without a value would be `null` to conda.
        if texts(&sequence).is_empty() {
            self.remove("channels");
        }
        !taken.is_empty()
    }

    /// Sets a value that is yes or no.
    pub fn set_flag(&self, key: &str, value: bool) {
        if let Some(mapping) = self.mapping() {
            mapping.set(key, value);
        }
    }

    /// Sets a value that is one word.
    pub fn set_word(&self, key: &str, value: &str) {
        if let Some(mapping) = self.mapping() {
            mapping.set(key, value);
        }
    }

    /// Takes a key out.
    pub fn remove(&self, key: &str) {
        if let Some(mapping) = self.mapping() {
            mapping.remove(key);
        }
    }

    /// Writes the file, if what would be written reads as what is meant.
    ///
    /// # Errors
    /// When the file cannot be written, or the editor could not express the change.
    pub fn save(&self) -> Result<(), CondarcError> {
        let mut text = format!("{}{}", self.before, self.document);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let again: Document = text.parse().map_err(|_| CondarcError::Edit(self.path.clone()))?;
        let read = Self { path: self.path.clone(), document: again, before: String::new() };
        if self.mapping().is_some_and(|mapping| !mapping.is_empty()) && read.channels() != self.channels() {
            return Err(CondarcError::Edit(self.path.clone()));
        }
        files::replace_public(&self.path, text.as_bytes())
            .map_err(|error| CondarcError::Write(self.path.clone(), error))
    }

    fn mapping(&self) -> Option<Mapping> {
        self.document.as_mapping()
    }
}

fn texts(sequence: &Sequence) -> Vec<String> {
    sequence.values().filter_map(|node| node.as_scalar().map(|scalar| scalar.as_string())).collect()
}

/// A `.condarc` could not be read or changed. It is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum CondarcError {
    /// It cannot be read.
    #[error("{0:?} cannot be read")]
    Read(PathBuf, #[source] io::Error),
    /// It is no mapping.
    #[error("{0:?} is no YAML mapping, as a configuration of conda is: correct it by hand")]
    Form(PathBuf),
    /// A value has another form than conda gives it.
    #[error("{key} in {path:?} cannot be read: correct it by hand")]
    Value {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// The editor made something else of it.
    #[error("{0:?} is written in a way that cannot be edited safely: add the settings by hand")]
    Edit(PathBuf),
    /// It cannot be written.
    #[error("{0:?} cannot be written")]
    Write(PathBuf, #[source] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://reg.example:8443/team";

    fn edited(text: &str, edit: impl Fn(&Condarc)) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".condarc");
        std::fs::write(&path, text).unwrap();
        let condarc = Condarc::open(&path).unwrap();
        edit(&condarc);
        condarc.save().unwrap();
        std::fs::read_to_string(&path).unwrap()
    }

    fn enabled(condarc: &Condarc) {
        condarc.add_channels(&[URL.to_owned()]);
        condarc.set_flag("extra_safety_checks", true);
        condarc.set_word("signing_metadata_url_base", "https://reg.example:8443");
    }

    const SAID: &str = "extra_safety_checks: true\nsigning_metadata_url_base: https://reg.example:8443\n";

    #[test]
    fn a_fresh_file_is_plain() {
        for nothing in ["", "# mine\n", "\n# a\n\n# b\n"] {
            let expected = format!("{nothing}channels:\n- {URL}\n{SAID}");
            assert_eq!(edited(nothing, enabled), expected);
        }
    }

    #[test]
    fn comments_order_and_style_of_others_stay() {
        let text = "# top\nchannels:\n  - one # mine\n  # between\n  - two\n\nssl_verify: true  # yes\n";
        let expected = format!(
            "# top\nchannels:\n  - {URL}\n  - one # mine\n  # between\n  - two\n\nssl_verify: true  # yes\n{SAID}"
        );
        assert_eq!(edited(text, enabled), expected);
        assert_eq!(edited("channels: [one, two]\n", enabled), format!("channels: [{URL}, one, two]\n{SAID}"));
        assert_eq!(edited("channels: []\n", enabled).lines().count(), edited("", enabled).lines().count());
    }

    #[test]
    fn what_is_there_is_not_added_twice_and_values_are_replaced() {
        let text = format!("channels:\n- {URL}\nextra_safety_checks: no # old\n");
        let once = edited(&text, enabled);
        assert!(
            once.starts_with(&format!("channels:\n- {URL}\nextra_safety_checks: true # old\n")),
            "{once}"
        );
        assert_eq!(edited(&once, enabled), once);
    }

    #[test]
    fn removing_leaves_no_empty_list() {
        let text = format!("channels:\n  - {URL}\n  - other # keep\nx: 1\n");
        let without = edited(&text, |condarc| assert!(condarc.remove_channels(|channel| channel == URL)));
        assert_eq!(without, "channels:\n  - other # keep\nx: 1\n");
        let none = edited(&without, |condarc| assert!(condarc.remove_channels(|_| true)));
        assert_eq!(none, "x: 1\n");
    }

    #[test]
    fn mappings_are_read_in_every_style_and_never_in_part() {
        let read = |text: &str| {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join(".condarc");
            std::fs::write(&path, text).unwrap();
            let condarc = Condarc::open(&path).unwrap();
            (condarc.words("places").map_err(|error| error.to_string()), condarc.lists("places").ok())
        };
        for text in [
            "places:\n  team: https://h # mine\n  'x/y': \"https://g\"\n",
            "places: {team: 'https://h', 'x/y': 'https://g'}\n",
        ] {
            let expected = [("team", "https://h"), ("x/y", "https://g")];
            let expected = expected.map(|(name, place)| (name.to_owned(), place.to_owned()));
            assert_eq!(read(text).0.unwrap(), expected, "{text}");
        }
        for nothing in ["a: 1\n", "places:\na: 1\n", "places: ~\n", "places: {}\n"] {
            assert!(read(nothing).0.unwrap().is_empty(), "{nothing}");
        }
        let lists = read("places:\n  all: [a, b]\n  none: []\n").1.unwrap();
        assert_eq!(lists[0], ("all".to_owned(), vec!["a".to_owned(), "b".to_owned()]));
        for text in ["places: [a]\n", "places: x\n", "places:\n  a: {b: c}\n", "x: &x y\nplaces:\n  a: *x\n"]
        {
            let error = read(text).0.unwrap_err();
            assert!(error.starts_with("places in ") && error.contains(".condarc"), "{error}");
        }
    }

    #[test]
    fn what_conda_would_not_read_is_not_touched() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".condarc");
        for text in ["- a\n- b\n", "just words\n"] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(Condarc::open(&path), Err(CondarcError::Form(_))), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
