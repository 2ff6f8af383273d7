//! Conda archives of both formats.

mod collected;
mod container;
mod index_json;
mod json;
mod link_json;
mod match_specs;

use std::io::{Read, Seek};

use bonded_model::Timestamp;
use bonded_model::conda::{ArchiveFilename, ArchiveKind, Subdir};
use serde_json::{Map, Value};

pub use crate::Limits;
use crate::Rejection;
use crate::source::Source;

/// What a conda archive says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CondaArchive {
    /// `info/index.json` as it stands, keys in its own order; only `timestamp` is brought to milliseconds.
    pub index: Map<String, Value>,
    /// The subdir that the package is built for.
    pub subdir: Subdir,
    /// Whether and how the package runs everywhere.
    pub noarch: Option<Noarch>,
    /// The build number.
    pub build_number: u64,
    /// `info/run_exports.json`, if there is one (CEP 12).
    pub run_exports: Option<Value>,
    /// `info/about.json`, if there is one.
    pub about: Option<Value>,
    /// Whether the package brings scripts that installers run: before or after linking, or before unlinking.
    pub link_scripts: bool,
}

/// What kind of package for every platform this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noarch {
    /// Files only.
    Generic,
    /// Python modules, which installers compile, and entry points, which they write.
    Python,
}

/// Reads an archive and checks that it is one, that it is safe to unpack and that it is what its name says.
///
/// All of it is unpacked as a stream, to nowhere. A zstd decoder holds the window that the archive asks for in
/// memory, at most 128 MiB by default: let few inspections run at once. `now` is compared with the time at which the
/// package says that it was built.
///
/// # Errors
/// A [`Rejection`] for everything that is wrong with the file.
pub fn inspect(
    file: impl Read + Seek,
    filename: &ArchiveFilename,
    limits: &Limits,
    now: Timestamp,
) -> Result<CondaArchive, Rejection> {
    let source = Source::open(file)?;
    let collected = match filename.kind() {
        ArchiveKind::Conda => container::read_conda(source, filename, &limits.conda)?,
        ArchiveKind::TarBz2 => container::read_tar_bz2(source, filename, &limits.conda)?,
    };
    collected.into_archive(filename, &limits.conda, now)
}

#[cfg(test)]
mod tests;
