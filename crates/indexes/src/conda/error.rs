//! What can go wrong while an index is written.

use std::io;

/// An index cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The place that takes the bytes failed.
    #[error("an index could not be written: {0}")]
    Io(#[from] io::Error),
    /// A key came twice or after a greater one. Readers keep only one of two equal keys, and unsorted input would
    /// give other bytes for the same set.
    #[error("the entry {key:?} came after {previous:?}: feed entries in ascending byte order, each once")]
    Order {
        /// The entry.
        key: String,
        /// The one before it.
        previous: String,
    },
    /// `.tar.bz2` files stand before `.conda` files in the document.
    #[error("the entry {0:?} is a .tar.bz2 after a .conda: feed all .tar.bz2 files first")]
    Section(String),
    /// Neither `.tar.bz2` nor `.conda`.
    #[error("{0:?} is not the name of a conda archive: it ends in .tar.bz2 or .conda")]
    NotAnArchive(String),
    /// The stored text is not a JSON object. One such text would make the whole document unreadable.
    #[error("the stored record of {filename:?} is damaged: {source}")]
    Damaged {
        /// Whose record it is.
        filename: String,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// A shard could not be put into its binary form.
    #[error("a shard could not be encoded: {0}")]
    Encode(#[from] rmp_serde::encode::Error),
}

/// An archive's `info/index.json` or `info/run_exports.json` gives no record that clients can read.
///
/// One unreadable record makes a channel unreadable, so it is refused before it enters.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRecord {
    /// From `info/index.json`.
    #[error("info/index.json gives no valid repodata record: {0}")]
    Index(serde_json::Error),
    /// From `info/run_exports.json`.
    #[error("info/run_exports.json is not valid: {0}")]
    RunExports(serde_json::Error),
}
