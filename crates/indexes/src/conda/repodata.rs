//! `repodata.json` (CEP 36).

use std::io::{self, BufWriter, Write};

use bonded_model::conda::ArchiveKind;

use super::ascending::Ascending;
use super::sections::{Sections, archive_kind, check_object, into_inner, write_key};
use super::{Signatures, WriteError};

/// The version of records that stand beside their archives (CEP 36). Version 2 would announce a `base_url`.
const REPODATA_VERSION: u8 = 1;

#[derive(serde::Serialize)]
struct Info<'a> {
    repodata_version: u8,
    subdir: &'a str,
}

/// Writes `repodata.json` in one pass and in memory that does not grow with the channel: first the `.tar.bz2` files,
/// then the `.conda` files, then the removed ones, each in ascending byte order of their names.
#[derive(Debug)]
pub struct RepodataWriter<W: Write> {
    sections: Sections<W>,
}

impl<W: Write> RepodataWriter<W> {
    /// Begins the document of a subdir. The writer is buffered here already.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(out: W, subdir: &str) -> Result<Self, WriteError> {
        let info = Info { repodata_version: REPODATA_VERSION, subdir };
        Ok(Self { sections: Sections::begin(out, &info)? })
    }

    /// Adds a file with its record as [`published_record`](super::published_record) made it.
    ///
    /// # Errors
    /// When the order is wrong, the text is no JSON object, or `out` fails. The document is then unusable.
    pub fn record(&mut self, filename: &str, record: &str) -> Result<(), WriteError> {
        check_object(filename, record)?;
        Ok(self.sections.entry(filename)?.write_all(record.as_bytes())?)
    }

    /// Goes on to the removed files.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn removed(self) -> Result<RemovedWriter<W>, WriteError> {
        let mut out = self.sections.end()?;
        out.write_all(b",\n\"removed\":[")?;
        Ok(RemovedWriter { out, keys: Ascending::default() })
    }

    /// Ends a document without removed files and gives `out` back, flushed into.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(self) -> Result<W, WriteError> {
        self.removed()?.finish()
    }
}

/// The next part of a [`RepodataWriter`]'s document: files that left the index but can still be downloaded.
#[derive(Debug)]
pub struct RemovedWriter<W: Write> {
    out: BufWriter<W>,
    keys: Ascending,
}

impl<W: Write> RemovedWriter<W> {
    /// Adds a removed file.
    ///
    /// # Errors
    /// When the order is wrong or `out` fails.
    pub fn file(&mut self, filename: &str) -> Result<(), WriteError> {
        let first = self.keys.next(filename)?;
        Ok(write_key(&mut self.out, first, filename)?)
    }

    /// Goes on to the signatures of a signed channel.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn signatures(mut self) -> Result<SignaturesWriter<W>, WriteError> {
        self.out.write_all(b"],\n\"signatures\":{")?;
        Ok(SignaturesWriter {
            out: self.out,
            section: ArchiveKind::TarBz2,
            keys: Ascending::default(),
            empty: true,
        })
    }

    /// Ends the document of a channel without signatures and gives `out` back, flushed into.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.out.write_all(b"]")?;
        finish(self.out)
    }
}

/// The last part of the document of a signed channel: signatures by file, in the order of the records.
#[derive(Debug)]
pub struct SignaturesWriter<W: Write> {
    out: BufWriter<W>,
    section: ArchiveKind,
    keys: Ascending,
    empty: bool,
}

impl<W: Write> SignaturesWriter<W> {
    /// Adds the signatures of a file's record.
    ///
    /// # Errors
    /// When the order is wrong or `out` fails. The document is then unusable.
    pub fn file(&mut self, filename: &str, signatures: &Signatures) -> Result<(), WriteError> {
        let kind = archive_kind(filename)?;
        if kind != self.section {
            if self.section == ArchiveKind::Conda {
                return Err(WriteError::Section(filename.to_owned()));
            }
            (self.section, self.keys) = (kind, Ascending::default());
        }
        self.keys.next(filename)?;
        write_key(&mut self.out, self.empty, filename)?;
        self.empty = false;
        self.out.write_all(b":")?;
        Ok(serde_json::to_writer(&mut self.out, signatures).map_err(io::Error::from)?)
    }

    /// Ends the document and gives `out` back, flushed into.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.out.write_all(b"}")?;
        finish(self.out)
    }
}

fn finish<W: Write>(mut out: BufWriter<W>) -> Result<W, WriteError> {
    write!(out, ",\n\"repodata_version\":{REPODATA_VERSION}}}\n")?;
    into_inner(out)
}

/// The `repodata.json` of a subdir that holds nothing yet. Every channel needs it for `noarch`.
///
/// # Errors
/// None in practice: memory takes every byte.
pub fn empty_repodata(subdir: &str) -> Result<Vec<u8>, WriteError> {
    RepodataWriter::new(Vec::new(), subdir)?.finish()
}

#[cfg(test)]
mod tests {
    use bonded_model::trust::RecordSignature;
    use rattler_conda_types::RepoData;

    use super::*;
    use crate::conda::samples::record;

    fn read(bytes: &[u8]) -> RepoData {
        serde_json::from_slice(bytes).unwrap()
    }

    fn writer() -> RepodataWriter<Vec<u8>> {
        RepodataWriter::new(Vec::new(), "noarch").unwrap()
    }

    #[test]
    fn the_document_is_stable_and_rattler_reads_it() {
        let mut repodata = writer();
        repodata.record("a-1.0-h0_0.tar.bz2", &record("a", "1.0")).unwrap();
        repodata.record("a-1.0-h0_0.conda", &record("a", "1.0")).unwrap();
        repodata.record("b-2.0-h0_0.conda", &record("b", "2.0")).unwrap();
        let mut removed = repodata.removed().unwrap();
        removed.file("c-1.0-h0_0.conda").unwrap();
        removed.file("d-1.0-h0_0.tar.bz2").unwrap();
        let bytes = removed.finish().unwrap();

        let read = read(&bytes);
        assert_eq!((read.packages.len(), read.conda_packages.len(), read.removed.len()), (1, 2, 2));
        assert_eq!(read.info.and_then(|info| info.subdir).as_deref(), Some("noarch"));
        assert_eq!(read.version, Some(1));
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
    }

    #[test]
    fn a_fresh_subdir_is_an_empty_document() {
        let bytes = empty_repodata("linux-64").unwrap();
        let read = read(&bytes);
        assert!(read.packages.is_empty() && read.conda_packages.is_empty() && read.removed.is_empty());
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r#"
        {"info":{"repodata_version":1,"subdir":"linux-64"},
        "packages":{},
        "packages.conda":{},
        "removed":[],
        "repodata_version":1}
        "#);
    }

    #[test]
    fn signatures_are_a_member_of_their_own_that_rattler_passes_over() {
        let made = RecordSignature { key: [1; 32].into(), signature: [2; 64], publisher: false };
        let signatures = Signatures::from_iter([&made]);
        let mut repodata = writer();
        let names = ["b-1.0-h0_0.tar.bz2", "a-1.0-h0_0.conda"];
        for name in names {
            repodata.record(name, &record("a", "1.0")).unwrap();
        }
        let mut signed = repodata.removed().unwrap().signatures().unwrap();
        for name in names {
            signed.file(name, &signatures).unwrap();
        }
        let again = signed.file(names[0], &signatures);
        assert!(matches!(again, Err(WriteError::Section(_))), "{again:?}");
        let bytes = signed.finish().unwrap();
        assert_eq!(read(&bytes).conda_packages.len(), 1);
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let key = "01".repeat(32);
        for name in names {
            assert_eq!(value["signatures"][name][&key]["signature"], "02".repeat(64));
        }
        assert_eq!(value["repodata_version"], 1);
    }

    #[test]
    fn a_signed_channel_says_so_also_when_it_is_empty() {
        let bytes = writer().removed().unwrap().signatures().unwrap().finish().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value["signatures"], serde_json::json!({}));
    }

    #[test]
    fn wrong_order_is_refused() {
        let record = record("a", "1.0");
        let mut repodata = writer();
        repodata.record("b-1.0-h0_0.conda", &record).unwrap();
        let twice = repodata.record("b-1.0-h0_0.conda", &record);
        assert!(matches!(twice, Err(WriteError::Order { .. })), "{twice:?}");
        let back = repodata.record("a-1.0-h0_0.conda", &record);
        assert!(matches!(back, Err(WriteError::Order { .. })), "{back:?}");
        let section = repodata.record("z-1.0-h0_0.tar.bz2", &record);
        assert!(matches!(section, Err(WriteError::Section(_))), "{section:?}");

        let mut removed = repodata.removed().unwrap();
        removed.file("b").unwrap();
        assert!(matches!(removed.file("b"), Err(WriteError::Order { .. })));
    }

    #[test]
    fn a_damaged_record_does_not_reach_the_document() {
        for damaged in ["", "{", "[]", "1", "{} {}", "{}}", r#"{"a":1"#, r#"{"a":tru}"#] {
            let mut repodata = writer();
            let refused = repodata.record("a-1.0-h0_0.conda", damaged);
            assert!(matches!(refused, Err(WriteError::Damaged { .. })), "{damaged:?}: {refused:?}");
        }
        let mut repodata = writer();
        let refused = repodata.record("a-1.0-h0_0.zip", "{}");
        assert!(matches!(refused, Err(WriteError::NotAnArchive(_))), "{refused:?}");
    }

    #[test]
    fn ten_thousand_records_come_through() {
        let text = record("a", "1.0");
        let names: Vec<String> = (0..10_000).map(|n| format!("a-1.{n:05}-h0_0.conda")).collect();
        let mut repodata = writer();
        for name in &names {
            repodata.record(name, &text).unwrap();
        }
        let read = read(&repodata.finish().unwrap());
        assert!(read.conda_packages.keys().map(|key| key.to_file_name()).eq(names));
    }

    proptest::proptest! {
        #[test]
        fn any_set_of_names_comes_through(
            old in proptest::collection::btree_set("\\PC{0,12}\\.tar\\.bz2", 0..6),
            new in proptest::collection::btree_set("\\PC{0,12}\\.conda", 0..6),
            gone in proptest::collection::btree_set(".{0,12}", 0..6),
        ) {
            let mut repodata = writer();
            for name in old.iter().chain(&new) {
                repodata.record(name, "{}").unwrap();
            }
            let mut removed = repodata.removed().unwrap();
            for name in &gone {
                removed.file(name).unwrap();
            }
            let read: serde_json::Value = serde_json::from_slice(&removed.finish().unwrap()).unwrap();
            assert!(read["packages"].as_object().unwrap().keys().eq(old.iter()));
            assert!(read["packages.conda"].as_object().unwrap().keys().eq(new.iter()));
            assert!(read["removed"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).eq(gone.iter()));
        }
    }
}
