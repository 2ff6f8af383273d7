//! The body that `repodata.json` and `run_exports.json` share: a map for each archive format.

use std::fmt;
use std::io::{self, BufWriter, Write};

use bonded_model::conda::ArchiveKind;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::WriteError;
use super::ascending::Ascending;

/// Enough to keep a compressor or a disk from seeing single records.
const BUFFER: usize = 64 * 1024;

/// Which archive format a file name says.
pub(super) fn archive_kind(filename: &str) -> Result<ArchiveKind, WriteError> {
    let kind = ArchiveKind::ALL.iter().copied().find(|kind| filename.ends_with(kind.extension()));
    kind.ok_or_else(|| WriteError::NotAnArchive(filename.to_owned()))
}

/// Checks that the stored text is one JSON object.
pub(super) fn check_object(filename: &str, json: &str) -> Result<(), WriteError> {
    serde_json::from_str::<Object>(json)
        .map(drop)
        .map_err(|source| WriteError::Damaged { filename: filename.to_owned(), source })
}

/// Any JSON object, read without keeping anything.
struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for Object {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self)
    }
}

/// A document `{"info":…,"packages":{…},"packages.conda":{…}` that is still open at its end.
#[derive(Debug)]
pub(super) struct Sections<W: Write> {
    out: BufWriter<W>,
    section: ArchiveKind,
    keys: Ascending,
}

impl<W: Write> Sections<W> {
    /// Writes the head of the document.
    pub(super) fn begin(out: W, info: &impl serde::Serialize) -> Result<Self, WriteError> {
        let mut out = BufWriter::with_capacity(BUFFER, out);
        out.write_all(b"{\"info\":")?;
        serde_json::to_writer(&mut out, info).map_err(io::Error::from)?;
        out.write_all(b",\n\"packages\":{")?;
        Ok(Self { out, section: ArchiveKind::TarBz2, keys: Ascending::default() })
    }

    /// Writes the file's name and hands out the place of its value.
    pub(super) fn entry(&mut self, filename: &str) -> Result<&mut impl Write, WriteError> {
        match (self.section, archive_kind(filename)?) {
            (ArchiveKind::TarBz2, ArchiveKind::Conda) => self.begin_conda()?,
            (ArchiveKind::Conda, ArchiveKind::TarBz2) => {
                return Err(WriteError::Section(filename.to_owned()));
            }
            _ => {}
        }
        let first = self.keys.next(filename)?;
        write_key(&mut self.out, first, filename)?;
        self.out.write_all(b":")?;
        Ok(&mut self.out)
    }

    /// Closes the maps.
    pub(super) fn end(mut self) -> Result<BufWriter<W>, WriteError> {
        if self.section == ArchiveKind::TarBz2 {
            self.begin_conda()?;
        }
        self.out.write_all(b"}")?;
        Ok(self.out)
    }

    fn begin_conda(&mut self) -> io::Result<()> {
        self.section = ArchiveKind::Conda;
        self.keys = Ascending::default();
        self.out.write_all(b"},\n\"packages.conda\":{")
    }
}

/// Writes a name on a line of its own, with a comma unless it is the first.
pub(super) fn write_key(out: &mut impl Write, first: bool, key: &str) -> io::Result<()> {
    out.write_all(if first { b"\n" } else { b",\n" })?;
    serde_json::to_writer(out, key).map_err(io::Error::from)
}

/// Flushes what is buffered and gives the place back.
pub(super) fn into_inner<W: Write>(out: BufWriter<W>) -> Result<W, WriteError> {
    out.into_inner().map_err(|error| WriteError::Io(error.into_error()))
}
