//! The store of blobs, wherever it is.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bonded_model::Timestamp;
use bytes::Bytes;
use futures::future::join_all;
use futures::stream::{BoxStream, StreamExt as _};

use crate::content::{Content, Data};
use crate::error::{BlobError, OpenError};
use crate::key::{BlobKind, StorageKey};
use crate::local::Local;
use crate::read::{BlobRead, Body, within};
use crate::s3::{S3, S3Options};
use crate::staging::Staging;
use crate::temp::{self, TempFile};
use crate::url::BlobsUrl;

/// A store of blobs. Clones are the same store.
#[derive(Clone)]
pub struct Blobs(Backend);

#[derive(Clone)]
enum Backend {
    Local(Arc<Local>),
    S3(Arc<S3>),
}

/// One blob in a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobInfo {
    /// Its name.
    pub key: StorageKey,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written. Storing the same content again makes it young again.
    pub modified: Timestamp,
}

impl Blobs {
    /// Opens a store, making its directories if they are missing. Blocks for some milliseconds; after a crash,
    /// until what was promised before it is in its place.
    ///
    /// `staging` is where large uploads wait before they go to a bucket. Local blobs have a staging directory of their own,
    /// beside them, because a file can only be renamed within its file system.
    ///
    /// # Errors
    /// When a directory cannot be made or the S3 settings do not fit together. A bucket is not asked for anything yet:
    /// see [`check`](Self::check).
    pub fn open(url: &BlobsUrl, staging: &Path, s3: &S3Options) -> Result<Self, OpenError> {
        Ok(Self(match url {
            BlobsUrl::Local(root) => Backend::Local(Arc::new(Local::open(root)?)),
            BlobsUrl::S3 { bucket, prefix } => {
                Backend::S3(Arc::new(S3::open(bucket, prefix, staging.to_owned(), s3)?))
            }
        }))
    }

    /// Begins to take in an upload of at most `limit` bytes.
    pub fn stage(&self, limit: u64) -> Staging {
        Staging::new(Arc::clone(self.staging()), limit)
    }

    /// Begins a large generated file. Blocks, and so does writing it.
    ///
    /// # Errors
    /// When the staging directory fails.
    pub fn temp_file(&self) -> std::io::Result<TempFile> {
        TempFile::new(self.staging())
    }

    /// Stores bytes under the digest of their contents. When this returns they are durable: locally the file and its
    /// name are synced to the disk, in a bucket the server has answered.
    ///
    /// Storing what is there already is no error; it makes the blob young again (see
    /// [`delete_older_than`](Self::delete_older_than)).
    ///
    /// # Errors
    /// When the disk or the server fails. Then the blob is there whole or not at all.
    pub async fn store(&self, kind: BlobKind, content: impl Into<Content>) -> Result<StorageKey, BlobError> {
        let named = content.into().named(kind).await;
        let key = named.0;
        self.put(vec![named]).await.map(|()| key)
    }

    /// Stores several contents, which is cheaper than one by one, and gives their keys in the same order. On an error
    /// some may be stored and some not.
    ///
    /// # Errors
    /// As [`store`](Self::store).
    pub async fn store_all(&self, contents: Vec<(BlobKind, Content)>) -> Result<Vec<StorageKey>, BlobError> {
        let named = join_all(contents.into_iter().map(|(kind, content)| content.named(kind))).await;
        let keys = named.iter().map(|(key, _)| *key).collect();
        self.put(named).await.map(|()| keys)
    }

    async fn put(&self, blobs: Vec<(StorageKey, Data)>) -> Result<(), BlobError> {
        match &self.0 {
            Backend::Local(local) => local.put(blobs).await,
            Backend::S3(s3) => s3.put(blobs).await,
        }
    }

    /// Reads a blob, or the part of it that `range` names. `None` when there is no such blob.
    ///
    /// # Errors
    /// [`BlobError::Range`] when the range is not wholly inside the blob; or when the disk or the server fails.
    pub async fn read(
        &self,
        key: StorageKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<BlobRead>, BlobError> {
        match &self.0 {
            Backend::Local(local) => {
                let Some((file, size)) = local.open_blob(key).await? else { return Ok(None) };
                let part = within(range.as_ref(), size)?;
                let len = part.end - part.start;
                Ok(Some(BlobRead::new(size, len, Body::Local(local.stream(file, part.start, len)))))
            }
            Backend::S3(s3) => s3.read(key, range).await,
        }
    }

    /// Reads a whole blob into memory. `None` when there is no such blob.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] when it has more than `limit` bytes; or when the disk or the server fails.
    pub async fn read_small(&self, key: StorageKey, limit: u64) -> Result<Option<Bytes>, BlobError> {
        match self.read(key, None).await? {
            None => Ok(None),
            Some(read) if read.size() > limit => Err(BlobError::TooLarge { key, size: read.size(), limit }),
            Some(read) => read.collect().await.map(Some).map_err(|source| BlobError::Stream { key, source }),
        }
    }

    /// The size of a blob in bytes, without reading it. `None` when there is no such blob.
    ///
    /// # Errors
    /// When the disk or the server fails.
    pub async fn size(&self, key: StorageKey) -> Result<Option<u64>, BlobError> {
        match &self.0 {
            Backend::Local(local) => Ok(local.open_blob(key).await?.map(|(_, size)| size)),
            Backend::S3(s3) => s3.size(key).await,
        }
    }

    /// Whether the blob is there.
    ///
    /// # Errors
    /// When the disk or the server fails.
    pub async fn exists(&self, key: StorageKey) -> Result<bool, BlobError> {
        Ok(self.size(key).await?.is_some())
    }

    /// Deletes a blob, whatever its age. Deleting what is not there is no error.
    ///
    /// # Errors
    /// When the disk or the server fails.
    pub async fn delete(&self, key: StorageKey) -> Result<(), BlobError> {
        match &self.0 {
            Backend::Local(local) => local.delete(key).await,
            Backend::S3(s3) => s3.delete(key).await,
        }
    }

    /// Deletes a blob that was last written before `cutoff`, and says whether it did. For collecting blobs that no row
    /// names: one that an upload has just stored, and is about to name, is young and stays.
    ///
    /// Locally this holds even when the blob is stored again at the very moment it is deleted. The S3 protocol has no
    /// delete that depends on age, so in a bucket there is a gap of one round trip between the question and the deletion.
    ///
    /// # Errors
    /// When the disk or the server fails.
    pub async fn delete_older_than(&self, key: StorageKey, cutoff: Timestamp) -> Result<bool, BlobError> {
        match &self.0 {
            Backend::Local(local) => local.delete_older_than(key, cutoff).await,
            Backend::S3(s3) => s3.delete_older_than(key, cutoff).await,
        }
    }

    /// All blobs of a kind, in no particular order, with bounded memory. Names that are not ours are left out.
    ///
    /// # Errors
    /// An item is an error when the disk or the server failed; the listing is then not complete.
    pub fn list(&self, kind: BlobKind) -> BoxStream<'static, Result<BlobInfo, BlobError>> {
        match &self.0 {
            Backend::Local(local) => local.list(kind).boxed(),
            Backend::S3(s3) => s3.list(kind).boxed(),
        }
    }

    /// Removes temporary files that were last written before `cutoff` and says how many: they belong to uploads that
    /// were cut off by the end of a process.
    ///
    /// # Errors
    /// When the staging directory cannot be read.
    pub async fn clean_staging(&self, cutoff: Timestamp) -> Result<usize, BlobError> {
        let path = self.staging();
        let cleaned = temp::clean(path, cutoff).await;
        cleaned.map_err(|source| BlobError::Directory { path: path.to_path_buf(), source })
    }

    /// Finds out whether blobs can be stored right now, for a readiness check.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), BlobError> {
        match &self.0 {
            Backend::Local(local) => local.check().await,
            Backend::S3(s3) => s3.check().await,
        }
    }

    fn staging(&self) -> &Arc<Path> {
        match &self.0 {
            Backend::Local(local) => local.staging(),
            Backend::S3(s3) => s3.staging(),
        }
    }
}
