//! Names of the conda world (CEP 26).

mod filename;
mod names;
mod subdir;

pub use filename::{ArchiveFilename, ArchiveKind, InvalidArchiveFilename};
pub use names::{BuildString, CondaVersionText, InvalidCondaName, PackageName};
pub use subdir::{KNOWN_SUBDIRS, Subdir, is_known_subdir};
