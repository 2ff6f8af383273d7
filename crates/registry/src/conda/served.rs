//! What a client gets when it asks for an index file.

use std::sync::Arc;

use bonded_blobs::StorageKey;
use bonded_indexes::conda::{empty_repodata, shard_index};
use bonded_model::Sha256;
use bonded_model::conda_index::SubdirRow;
use bonded_model::file::Stored;
use bonded_model::ids::SubdirId;
use bytes::Bytes;

use crate::access::{Permit, Read};
use crate::cache::Named;
use crate::{Error, Registry};

/// Up to this size index files are served from memory, in bytes.
const SMALL: u64 = 1 << 20;
/// A channel is one only if this subdir answers, so it does from the first moment.
const NOARCH: &str = "noarch";

/// The files that describe a whole subdir.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IndexFile {
    /// `repodata.json`.
    Repodata,
    /// `repodata.json.zst`.
    RepodataZst,
    /// `run_exports.json` (CEP 12).
    RunExports,
    /// `run_exports.json.zst`.
    RunExportsZst,
    /// `repodata_shards.msgpack.zst` (CEP 16).
    ShardIndex,
}

/// Bytes to serve: from memory, or from where blobs live.
#[derive(Clone, Debug)]
pub enum Served {
    /// Small enough for memory.
    Bytes {
        /// The bytes.
        bytes: Bytes,
        /// Their digest.
        sha256: Sha256,
    },
    /// To be streamed.
    Blob {
        /// Where.
        key: StorageKey,
        /// Digest and length.
        blob: Stored,
    },
}

impl Registry {
    /// An index file of a subdir, of its newest published generation.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a subdir without packages, except `noarch`, which is empty then.
    pub async fn conda_index_file(
        &self,
        permit: &Permit<Read>,
        subdir: &str,
        file: IndexFile,
    ) -> Result<Served, Error> {
        let row = self.subdir(permit, subdir).await?;
        match row.as_deref().and_then(|row| published(row, file)) {
            Some(blob) => self.serve_index(blob).await,
            None if row.is_some() || subdir == NOARCH => self.nothing_yet(subdir, file),
            None => Err(no_such_subdir()),
        }
    }

    /// A shard of a subdir by its digest. One that was superseded is served for as long as it is kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the subdir never had this shard: a digest that was learned elsewhere opens nothing.
    pub async fn conda_shard(
        &self,
        permit: &Permit<Read>,
        subdir: &str,
        sha256: Sha256,
    ) -> Result<Served, Error> {
        let row = self.subdir(permit, subdir).await?.ok_or_else(no_such_subdir)?;
        let key = (row.id, sha256);
        let size = match self.conda.shards.get(&key) {
            Some(size) => size,
            None => {
                let size = self.shard_size(row.id, sha256).await?;
                self.conda.shards.insert(key, size);
                size
            }
        };
        self.serve_index(Stored { sha256, size }).await
    }

    async fn shard_size(&self, subdir: SubdirId, sha256: Sha256) -> Result<u64, Error> {
        let missing = || Error::NotFound("there is no such shard in this subdir".into());
        if !self.store.read().await?.is_shard_of(subdir, &sha256).await? {
            return Err(missing());
        }
        let size = self.blobs.size(StorageKey::Index(sha256)).await.map_err(Error::internal)?;
        size.ok_or_else(missing)
    }

    async fn subdir(&self, permit: &Permit<Read>, name: &str) -> Result<Option<Arc<SubdirRow>>, Error> {
        let channel = permit.action().channel.id;
        if let Some(row) = self.conda.subdirs.get(&Named(channel, name)) {
            return Ok(Some(row));
        }
        let mut reader = self.store.read().await?;
        let Some(found) = reader.subdir_by_name(channel, name).await? else { return Ok(None) };
        // Its id had to be known to ask for its version; only what is read after that may be kept.
        let version = self.conda.subdirs.version(&found.id);
        let Some(row) = reader.subdir(found.id).await?.map(Arc::new) else { return Ok(None) };
        self.conda.subdirs.insert((channel, name.into()), Arc::clone(&row), version);
        Ok(Some(row))
    }

    async fn serve_index(&self, blob: Stored) -> Result<Served, Error> {
        let key = StorageKey::Index(blob.sha256);
        if blob.size > SMALL {
            return Ok(Served::Blob { key, blob });
        }
        if let Some(bytes) = self.conda.bytes.get(&blob.sha256) {
            return Ok(Served::Bytes { bytes, sha256: blob.sha256 });
        }
        let bytes = self.blobs.read_small(key, blob.size).await.map_err(Error::internal)?;
        let bytes =
            bytes.ok_or_else(|| Error::internal(format!("the index blob {} is missing", blob.sha256)))?;
        self.conda.bytes.insert(blob.sha256, bytes.clone());
        Ok(Served::Bytes { bytes, sha256: blob.sha256 })
    }

    /// The file as it is before anything was published.
    fn nothing_yet(&self, subdir: &str, file: IndexFile) -> Result<Served, Error> {
        let plain = match file {
            IndexFile::Repodata | IndexFile::RepodataZst => {
                empty_repodata(subdir).map_err(Error::internal)?
            }
            IndexFile::RunExports | IndexFile::RunExportsZst => {
                let writer = bonded_indexes::conda::RunExportsWriter::new(Vec::new(), subdir);
                writer.and_then(|writer| writer.finish()).map_err(Error::internal)?
            }
            IndexFile::ShardIndex => shard_index(subdir, chrono::DateTime::UNIX_EPOCH, std::iter::empty())
                .map_err(Error::internal)?,
        };
        let bytes = match file {
            IndexFile::RepodataZst | IndexFile::RunExportsZst => {
                zstd::bulk::compress(&plain, bonded_indexes::conda::ZSTD_LEVEL).map_err(Error::internal)?
            }
            IndexFile::Repodata | IndexFile::RunExports | IndexFile::ShardIndex => plain,
        };
        Ok(Served::Bytes { sha256: Sha256::of(&bytes), bytes: bytes.into() })
    }
}

fn published(row: &SubdirRow, file: IndexFile) -> Option<Stored> {
    let set = row.repodata.map(|repodata| repodata.set);
    match file {
        IndexFile::Repodata => set.map(|set| set.json),
        IndexFile::RepodataZst => set.map(|set| set.zst),
        IndexFile::RunExports => set.map(|set| set.run_exports_json),
        IndexFile::RunExportsZst => set.map(|set| set.run_exports_zst),
        IndexFile::ShardIndex => row.shards.map(|shards| shards.index),
    }
}

fn no_such_subdir() -> Error {
    Error::NotFound("there is no such subdir in this channel".into())
}
