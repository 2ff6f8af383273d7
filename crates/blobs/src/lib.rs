//! Where bytes live: local files or an S3-compatible bucket behind one enum.
//!
//! Bytes come in through a [`Staging`], which hashes and counts them and keeps them out of sight. Once they are inspected they
//! are [stored](Blobs::store) under the SHA-256 of their contents, and when that returns they are durable. A blob never
//! changes, so it can be read at any time, in any part, without a lock, and cached forever.
//!
//! This crate knows nothing of who may read what, and nothing of which blobs are still needed: rows in the database say so.

mod blobs;
mod blocking;
mod buffers;
mod content;
mod error;
mod key;
mod local;
mod read;
mod s3;
mod staging;
mod temp;
mod url;

pub use blobs::{BlobInfo, Blobs};
pub use content::Content;
pub use error::{BlobError, OpenError, StageError};
pub use key::{BlobKind, StorageKey};
pub use read::BlobRead;
pub use s3::S3Options;
pub use staging::{Staged, StagedReader, Staging, digests};
pub use temp::TempFile;
pub use url::{BlobsUrl, BlobsUrlError};
