//! Blobs in a bucket of a server that speaks the S3 protocol.

mod options;
mod read;
mod upload;

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bonded_model::Timestamp;
use futures::{Stream, TryStreamExt as _};
use object_store::aws::AmazonS3;
use object_store::list::{PaginatedListOptions, PaginatedListStore as _};
use object_store::path::Path;
use object_store::{Error, ObjectStore as _, ObjectStoreExt as _};

use crate::error::{BlobError, OpenError};
use crate::{BlobInfo, BlobKind, StorageKey};

pub use options::S3Options;

/// How long a readiness check waits.
const CHECK_SECONDS: u64 = 5;

/// A bucket, or a part of one below a prefix.
pub(crate) struct S3 {
    store: AmazonS3,
    prefix: String,
    staging: Arc<FilePath>,
}

impl S3 {
    /// Opens the bucket without talking to the server: that it is there is what [`check`](Self::check) finds out.
    pub(crate) fn open(
        bucket: &str,
        prefix: &str,
        staging: PathBuf,
        options: &S3Options,
    ) -> Result<Self, OpenError> {
        let store = options.client(bucket)?;
        let made = std::fs::create_dir_all(&staging);
        made.map_err(|source| OpenError::Directory { path: staging.clone(), source })?;
        Ok(Self { store, prefix: prefix.to_owned(), staging: staging.into() })
    }

    pub(crate) fn staging(&self) -> &Arc<FilePath> {
        &self.staging
    }

    fn path(&self, below: &str) -> Path {
        Path::from(format!("{}/{below}", self.prefix))
    }

    pub(crate) async fn size(&self, key: StorageKey) -> Result<Option<u64>, BlobError> {
        Ok(absent_is_fine(self.store.head(&self.path(&key.path())).await)?.map(|meta| meta.size))
    }

    pub(crate) async fn delete(&self, key: StorageKey) -> Result<(), BlobError> {
        Ok(absent_is_fine(self.store.delete(&self.path(&key.path())).await).map(drop)?)
    }

    /// See [`Blobs::delete_older_than`](crate::Blobs::delete_older_than), which says what this cannot promise.
    pub(crate) async fn delete_older_than(
        &self,
        key: StorageKey,
        cutoff: Timestamp,
    ) -> Result<bool, BlobError> {
        let meta = absent_is_fine(self.store.head(&self.path(&key.path())).await)?;
        if meta.is_none_or(|meta| meta.last_modified >= cutoff) {
            return Ok(false);
        }
        self.delete(key).await.map(|()| true)
    }

    pub(crate) fn list(&self, kind: BlobKind) -> impl Stream<Item = Result<BlobInfo, BlobError>> + use<> {
        let root = self.path("");
        self.store.list(Some(&self.path(kind.directory()))).map_err(BlobError::from).try_filter_map(
            move |meta| {
                let parts: Vec<_> = meta.location.prefix_match(&root).into_iter().flatten().collect();
                let path = parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("/");
                let key = StorageKey::from_path(&path);
                let info = key.map(|key| BlobInfo { key, size: meta.size, modified: meta.last_modified });
                futures::future::ready(Ok(info))
            },
        )
    }

    /// Asks for one name, which fails when the server, the bucket or the right to read it is missing.
    pub(crate) async fn check(&self) -> Result<(), BlobError> {
        let one = PaginatedListOptions { max_keys: Some(1), ..Default::default() };
        let asked = self.store.list_paginated(Some(&self.prefix), one);
        let answer = tokio::time::timeout(Duration::from_secs(CHECK_SECONDS), asked).await;
        answer.map_err(|_| BlobError::Timeout { seconds: CHECK_SECONDS })?.map(drop).map_err(BlobError::from)
    }
}

fn absent_is_fine<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
