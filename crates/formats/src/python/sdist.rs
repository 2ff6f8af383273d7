//! Reads source distributions.

use std::io::{Read, Seek};

use bonded_model::python::SdistFilename;
use flate2::read::MultiGzDecoder;

use crate::capped::{Capped, read_all};
use crate::source::Source;
use crate::tarball::{Entry, Kind, WalkLimits, walk};
use crate::{Rejection, SdistLimits};

/// The PKG-INFO file of a source distribution that passes all checks.
pub(super) fn metadata_file<R: Read + Seek>(
    source: Source<R>,
    filename: &SdistFilename,
    limits: &SdistLimits,
) -> Result<Vec<u8>, Rejection> {
    let allowed = limits.expansion.allowed(source.len());
    // All members of a gzip file count, as they do for Python.
    let tar = Capped::new(MultiGzDecoder::new(source), allowed, "the unpacked source distribution");
    let bounds = WalkLimits {
        entries: limits.entries,
        names: limits.names,
        // Honest build tools have packed a licence twice.
        repeats: true,
        what: "the source distribution",
    };
    let top = filename.top_directory();
    let mut found = None;
    walk(tar, &bounds, |entry| {
        check_place(&entry, top)?;
        if entry.path.strip_prefix(top) == Some("/PKG-INFO") {
            if entry.kind != Kind::File {
                return Err(Rejection::invalid("PKG-INFO is not a regular file"));
            }
            if found.is_some() {
                return Err(Rejection::invalid("PKG-INFO stands in the source distribution twice"));
            }
            found = Some(read_all(entry.data, limits.metadata, "PKG-INFO")?);
        }
        Ok(())
    })?;
    found.ok_or_else(|| Rejection::Invalid(format!("the source distribution holds no {top}/PKG-INFO")))
}

fn check_place(entry: &Entry<'_>, top: &str) -> Result<(), Rejection> {
    let first = entry.path.split('/').next().unwrap_or_default();
    let is_top = first == top && (entry.path != top || entry.kind == Kind::Directory);
    if is_top {
        Ok(())
    } else {
        Err(Rejection::Invalid(format!(
            "the source distribution holds {:?}; by its file name, everything must stand in {top:?}",
            entry.path
        )))
    }
}
