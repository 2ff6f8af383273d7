//! `repodata.json` (CEP 36).

use std::io::{BufWriter, Write};

use super::WriteError;
use super::ascending::Ascending;
use super::sections::{Sections, check_object, into_inner, write_key};

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

    /// Adds a file with its record as [`record`](super::record) made it.
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

/// The last part of a [`RepodataWriter`]'s document: files that left the index but can still be downloaded.
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

    /// Ends the document and gives `out` back, flushed into.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        write!(self.out, "],\n\"repodata_version\":{REPODATA_VERSION}}}\n")?;
        into_inner(self.out)
    }
}

/// The `repodata.json` of a subdir that holds nothing yet. Every channel needs it for `noarch`.
///
/// # Errors
/// None in practice: memory takes every byte.
pub fn empty_repodata(subdir: &str) -> Result<Vec<u8>, WriteError> {
    RepodataWriter::new(Vec::new(), subdir)?.finish()
}
