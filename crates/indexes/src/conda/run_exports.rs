//! `run_exports.json` (CEP 12).

use std::io::Write;

use super::WriteError;
use super::sections::{Sections, check_object, into_inner};

#[derive(serde::Serialize)]
struct Info<'a> {
    subdir: &'a str,
    version: u8,
}

/// Writes `run_exports.json` in one pass: all files of the subdir, first `.tar.bz2` and then `.conda`, each in
/// ascending byte order of their names. Files without run exports belong into it, too.
#[derive(Debug)]
pub struct RunExportsWriter<W: Write> {
    sections: Sections<W>,
}

impl<W: Write> RunExportsWriter<W> {
    /// Begins the document of a subdir. The writer is buffered here already.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(out: W, subdir: &str) -> Result<Self, WriteError> {
        Ok(Self { sections: Sections::begin(out, &Info { subdir, version: 1 })? })
    }

    /// Adds a file with its run exports as [`run_exports`](super::run_exports()) made them.
    ///
    /// # Errors
    /// When the order is wrong, the text is no JSON object, or `out` fails. The document is then unusable.
    pub fn file(&mut self, filename: &str, run_exports: &str) -> Result<(), WriteError> {
        check_object(filename, run_exports)?;
        Ok(write!(self.sections.entry(filename)?, "{{\"run_exports\":{run_exports}}}")?)
    }

    /// Ends the document and gives `out` back, flushed into.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(self) -> Result<W, WriteError> {
        let mut out = self.sections.end()?;
        out.write_all(b"}\n")?;
        into_inner(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_stable() {
        let mut document = RunExportsWriter::new(Vec::new(), "linux-64").unwrap();
        document.file("a-1.0-0.tar.bz2", "{}").unwrap();
        document.file("a-1.0-0.conda", r#"{"weak":["a >=1,<2"]}"#).unwrap();
        insta::assert_snapshot!(String::from_utf8(document.finish().unwrap()).unwrap(), @r#"
        {"info":{"subdir":"linux-64","version":1},
        "packages":{
        "a-1.0-0.tar.bz2":{"run_exports":{}}},
        "packages.conda":{
        "a-1.0-0.conda":{"run_exports":{"weak":["a >=1,<2"]}}}}
        "#);
    }

    #[test]
    fn damaged_run_exports_do_not_reach_the_document() {
        let mut document = RunExportsWriter::new(Vec::new(), "linux-64").unwrap();
        let refused = document.file("a-1.0-0.conda", "{}}, \"x\": {");
        assert!(matches!(refused, Err(WriteError::Damaged { .. })), "{refused:?}");
    }
}
