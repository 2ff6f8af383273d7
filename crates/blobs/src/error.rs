//! What can go wrong with blobs. No text holds a secret; the ones about storage are for logs, not for clients.

use std::io;
use std::path::PathBuf;

use crate::StorageKey;

/// Why the blob store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A directory could not be made or used.
    #[error("cannot use {} for blobs: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The endpoint is `http://` and nobody said that this is meant.
    #[error("the S3 endpoint is plain http: use https, or allow http in the S3 settings")]
    PlainHttp,
    /// Only one half of the credentials was given.
    #[error("the S3 settings need both the access key and the secret key, or neither")]
    HalfCredentials,
    /// The S3 settings do not fit together.
    #[error("the S3 settings cannot be used: {0}")]
    S3(#[source] object_store::Error),
}

/// Why bytes were not taken in.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// More bytes came than the caller allows.
    #[error("the file is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The staging directory failed (no space left, most often).
    #[error("cannot keep the upload in the staging directory: {0}")]
    Io(#[from] io::Error),
}

/// Why a stored blob could not be written, read, listed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The file system failed.
    #[error("cannot {action} blob {key}: {source}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// The blob.
        key: StorageKey,
        /// What the operating system said.
        source: io::Error,
    },
    /// The staging directory or a directory of blobs failed.
    #[error("the directory {} of the blob store fails: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The S3 server failed or could not be reached.
    #[error("the S3 server failed: {0}")]
    S3(#[from] object_store::Error),
    /// The S3 server did not answer in time.
    #[error("the S3 server did not answer within {seconds} seconds")]
    Timeout {
        /// How long was waited.
        seconds: u64,
    },
    /// The range asked for is not inside the blob.
    #[error("the range is not inside the blob of {size} bytes")]
    Range {
        /// The blob's size in bytes.
        size: u64,
    },
    /// The blob is larger than the caller wants to hold in memory.
    #[error("blob {key} has {size} bytes, more than the {limit} that may be held in memory")]
    TooLarge {
        /// The blob.
        key: StorageKey,
        /// Its size in bytes.
        size: u64,
        /// What the caller allows.
        limit: u64,
    },
    /// The blob ended early, or the stream of its bytes failed.
    #[error("blob {key} cannot be read to its end: {source}")]
    Stream {
        /// The blob.
        key: StorageKey,
        /// What happened.
        source: io::Error,
    },
}
