//! Writing.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use futures::future::try_join_all;
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, WriteMultipart};

use super::S3;
use crate::content::Data;
use crate::error::BlobError;
use crate::{StorageKey, blocking};

/// The size of a part, and the largest file that is sent in one request. With 10,000 parts at most, a blob may have
/// 80 GB.
const PART: usize = 8 * 1024 * 1024;

/// How many parts are on their way at a time. An upload holds at most this many and one more in memory.
const PARTS_UNDER_WAY: usize = 2;

impl S3 {
    /// Stores all blobs. A server that has answered has them safe: that is its promise, not ours.
    pub(crate) async fn put(&self, blobs: Vec<(StorageKey, Data)>) -> Result<(), BlobError> {
        try_join_all(blobs.into_iter().map(|(key, data)| self.put_one(key, data))).await.map(drop)
    }

    async fn put_one(&self, key: StorageKey, data: Data) -> Result<(), BlobError> {
        let path = self.path(&key.path());
        let file = match data {
            Data::Memory(bytes) => return Ok(self.store.put(&path, bytes.into()).await.map(drop)?),
            Data::File(file) => file,
        };
        let unreadable = |source| BlobError::Directory { path: self.staging().to_path_buf(), source };
        let reader = Arc::new(file.reopen().map_err(unreadable)?);
        let first = next_part(&reader).await.map_err(unreadable)?;
        if first.len() < PART {
            return Ok(self.store.put(&path, first.into()).await.map(drop)?);
        }
        self.put_parts(&path, first, &reader).await
    }

    async fn put_parts(&self, path: &Path, first: Bytes, reader: &Arc<File>) -> Result<(), BlobError> {
        let mut upload = WriteMultipart::new_with_chunk_size(self.store.put_multipart(path).await?, PART);
        let sent = send_parts(&mut upload, first, reader).await;
        match sent {
            Ok(()) => Ok(upload.finish().await.map(drop)?),
            Err(error) => {
                // What the server keeps of an upload that is not aborted costs its owner money. The error that
                // matters is the first one.
                let _ = upload.abort().await;
                Err(error.into())
            }
        }
    }
}

async fn send_parts(
    upload: &mut WriteMultipart,
    first: Bytes,
    reader: &Arc<File>,
) -> object_store::Result<()> {
    let unreadable =
        |source: io::Error| object_store::Error::Generic { store: "staging", source: source.into() };
    let mut part = first;
    while !part.is_empty() {
        upload.wait_for_capacity(PARTS_UNDER_WAY).await?;
        upload.put(part);
        part = next_part(reader).await.map_err(unreadable)?;
    }
    Ok(())
}

async fn next_part(reader: &Arc<File>) -> io::Result<Bytes> {
    let reader = Arc::clone(reader);
    blocking::run(move || {
        let mut part = Vec::with_capacity(PART);
        reader.as_ref().take(PART as u64).read_to_end(&mut part)?;
        Ok(part.into())
    })
    .await
}
