//! What a store of blobs promises, asked of a directory and of a bucket.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail as tests do")]

mod contract;
#[cfg(target_os = "linux")]
mod journal;
mod local;
mod s3;
mod s3_server;

use std::io::Read;
use std::path::{Path, PathBuf};

use bonded_blobs::{BlobKind, Blobs, BlobsUrl, S3Options, Staged, StorageKey};
use bytes::Bytes;
use futures::TryStreamExt;
use s3_server::S3Server;
use tempfile::TempDir;

/// A store to test, and what must live as long.
struct Store {
    blobs: Blobs,
    staging: PathBuf,
    home: TempDir,
    server: Option<S3Server>,
}

impl Store {
    fn local() -> Self {
        let home = tempfile::tempdir().unwrap();
        let url = BlobsUrl::Local(home.path().join("blobs"));
        let blobs = Blobs::open(&url, home.path(), &S3Options::default()).unwrap();
        Self { blobs, staging: home.path().join("blobs/staging"), home, server: None }
    }

    async fn s3() -> Self {
        let home = tempfile::tempdir().unwrap();
        let server = S3Server::start("bonded").await;
        let staging = home.path().join("staging");
        let url = "s3://bonded/some/prefix".parse().unwrap();
        let blobs = Blobs::open(&url, &staging, &server.options()).unwrap();
        Self { blobs, staging, home, server: Some(server) }
    }

    async fn stage(&self, bytes: &[u8]) -> Staged {
        let mut staging = self.blobs.stage(u64::MAX);
        for piece in bytes.chunks(100_000) {
            staging.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        staging.finish().await.unwrap()
    }

    async fn store(&self, bytes: &[u8]) -> StorageKey {
        self.blobs.store(BlobKind::File, self.stage(bytes).await).await.unwrap()
    }

    async fn bytes(&self, key: StorageKey) -> Option<Bytes> {
        self.blobs.read_small(key, u64::MAX).await.unwrap()
    }

    async fn keys(&self, kind: BlobKind) -> Vec<StorageKey> {
        self.blobs.list(kind).map_ok(|blob| blob.key).try_collect().await.unwrap()
    }

    fn staged_files(&self) -> usize {
        files_in(&self.staging)
    }
}

fn files_in(directory: &Path) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}

/// Bytes that no compression and no repetition makes equal.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..length.div_ceil(8)).flat_map(|_| next()).take(length).collect()
}

fn read_all(staged: &Staged) -> Vec<u8> {
    let mut bytes = Vec::new();
    staged.reader().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}
