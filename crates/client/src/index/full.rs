//! `repodata.json` (CEP 36), with the signatures that stand in it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use bonded_model::Timestamp;
use bonded_model::conda::ArchiveFilename;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use url::Url;

use super::{Entries, Entry, IndexError};

/// Records of which the signatures are looked at to learn the index's age. More than one only where somebody added some.
const MAX_LOOKED_AT: usize = 100;

/// When a record came into the channel (CEP 47), in milliseconds.
#[derive(Deserialize)]
struct Indexed {
    #[serde(rename = "indexed_timestamp")]
    at: Option<i64>,
}

/// All entries, by package.
#[derive(Debug)]
pub(super) struct Full(HashMap<String, Entries>);

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(default, borrow)]
    packages: Files<'a>,
    #[serde(default, borrow, rename = "packages.conda")]
    conda_packages: Files<'a>,
    #[serde(default, borrow)]
    signatures: Files<'a>,
}

/// Members by name, each name once: two of one name are two truths.
#[derive(Default)]
struct Files<'a>(BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Files<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = BTreeMap<String, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object by file names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut files = BTreeMap::new();
                while let Some((file, value)) = map.next_entry::<String, &RawValue>()? {
                    if files.insert(file, value).is_some() {
                        return Err(A::Error::custom("a file stands there twice"));
                    }
                }
                Ok(files)
            }
        }

        deserializer.deserialize_map(Members).map(Files)
    }
}

impl Full {
    pub(super) fn read(url: &Url, bytes: &[u8]) -> Result<Self, IndexError> {
        let read = serde_json::from_slice(bytes);
        let document: Document<'_> =
            read.map_err(|error| IndexError::Form { url: url.clone(), what: error.to_string() })?;
        let mut packages: HashMap<String, Entries> = HashMap::new();
        for (file, record) in document.packages.0.into_iter().chain(document.conda_packages.0) {
            let Ok(name) = file.parse::<ArchiveFilename>() else { continue };
            let signatures = document.signatures.0.get(&file).map_or("{}", |signatures| signatures.get());
            let entry = Entry {
                file: file.clone(),
                record: record.get().as_bytes().to_vec(),
                signatures: signatures.as_bytes().to_vec(),
            };
            packages.entry(name.name().as_str().to_owned()).or_default().insert(file, entry);
        }
        Ok(Self(packages))
    }

    pub(super) fn package(&self, name: &str) -> Entries {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// When the newest of the records that `is_trusted` came into the channel: the index was made then, or later.
    pub(super) fn newest(&self, is_trusted: impl Fn(&Entry) -> bool) -> Option<Timestamp> {
        let mut indexed: Vec<(i64, &Entry)> = self
            .0
            .values()
            .flat_map(Entries::values)
            .filter_map(|entry| Some((serde_json::from_slice::<Indexed>(&entry.record).ok()?.at?, entry)))
            .collect();
        indexed.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let (at, _) = indexed.into_iter().take(MAX_LOOKED_AT).find(|(_, entry)| is_trusted(entry))?;
        Timestamp::from_timestamp_millis(at)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Full, IndexError> {
        Full::read(&"https://h/c/noarch/repodata.json".parse().unwrap(), text.as_bytes())
    }

    #[test]
    fn records_are_the_very_text_of_the_document() {
        let full = read(
            r#"{"packages": {"a-1-0.tar.bz2": {"x" :1.0}}, "packages.conda": {"a-1-0.conda": {}, "junk": {}},
                "signatures": {"a-1-0.conda": {"k": {}}}, "other": [1]}"#,
        )
        .unwrap();
        let entries = full.package("a");
        assert_eq!(entries["a-1-0.tar.bz2"].record, br#"{"x" :1.0}"#);
        assert_eq!(entries["a-1-0.tar.bz2"].signatures, b"{}");
        assert_eq!(entries["a-1-0.conda"].signatures, br#"{"k": {}}"#);
        assert_eq!(full.names(), ["a"]);
        assert!(full.package("b").is_empty());
    }

    #[test]
    fn a_file_that_stands_there_twice_is_refused() {
        let error = read(r#"{"packages": {"a-1-0.tar.bz2": {}, "a-1-0.tar.bz2": {}}}"#).unwrap_err();
        assert!(error.to_string().contains("a file stands there twice"), "{error}");
        assert!(read(r#"{"packages": []}"#).is_err());
    }
}
